from __future__ import annotations

from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from store_samples import DAY, FEWER, INF, NAN, metric, repr_nan, run

from lineage_index.ingest.points import POINTS_SCHEMA
from lineage_index.ingest.record import MetricSeries, MetricSummary, SeriesRecord
from lineage_index.store.memory import tables_in_memory
from lineage_index.store.series import PointTables


def _series(series: SeriesRecord) -> dict[str, Any]:
    tables, _ = tables_in_memory([run(1, series=(series,))])
    (row,) = tables["series"].to_pylist()
    return repr_nan(row)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([3.0, 1.0, 2.0], (3.0, 2.0, 1.0, 3.0, 2.0, 1, 0, 0)),
        ([NAN, 1.0, NAN, 1.0], ("nan", 1.0, 1.0, 1.0, 1.0, 1, 1, 2)),
        ([1.0, INF], (1.0, INF, 1.0, INF, INF, 0, 1, 0)),
        ([INF, -INF, 0.0], (INF, 0.0, -INF, INF, "nan", 1, 0, 0)),
        ([NAN, NAN], ("nan", "nan", "nan", "nan", "nan", None, None, 2)),
        ([], (None,) * 8),
    ],
)
def test_statistics(values: list[float], expected: tuple[object, ...]) -> None:
    row = _series(metric("loss", values))
    names = ("first", "last", "min", "max", "mean", "argmin", "argmax", "nans")
    assert tuple(row[name] for name in names) == expected
    assert row["count"] == len(values)


def test_the_step_of_the_least_point_may_be_missing() -> None:
    points = MetricSeries([None, 5, 6], [0, 1, 2], [1.0, 1.0, 2.0])
    row = _series(SeriesRecord("metric", "loss", 3, 5, 6, points))
    assert (row["argmin"], row["argmax"], row["first_step"], row["last_step"]) == (None, 6, 5, 6)


def test_a_summary_that_came_with_the_series_is_kept() -> None:
    summary = MetricSummary(NAN, 2.0, None, None, None, None, None, 7)
    row = _series(SeriesRecord("metric", "loss", 7, 0, 6, summary=summary))
    assert [row[name] for name in ("first", "last", "min", "max", "mean", "argmin", "nans")] == [
        *("nan", 2.0),
        *("nan", "nan", "nan"),
        *(None, 7),
    ]


def test_other_kinds_are_counted() -> None:
    row = _series(SeriesRecord("image", "pics", 4, 1, 9))
    assert (row["section"], row["kind"], row["count"], row["first_step"], row["last_step"]) == (
        *("metrics", "image", 4),
        *(1, 9),
    )
    assert (row["first"], row["nans"]) == (None, None)


logged = st.lists(
    st.lists(
        st.tuples(
            st.sampled_from(["loss", "acc", "Loss"]),
            st.booleans(),
            st.lists(st.floats(), min_size=1, max_size=5),
        ),
        max_size=3,
        unique_by=lambda each: each[:2],
    ),
    min_size=1,
    max_size=4,
)


@FEWER
@given(logged, st.integers(1, 7))
def test_points_that_pass_by_are_those_that_hang_on_the_records(runs: list[Any], cut: int) -> None:
    hung = [
        run(n, series=tuple(metric(name, values, resource=resource) for name, resource, values in each))
        for n, each in enumerate(runs)
    ]
    bare = [
        replace(each, series=tuple(replace(series, points=None) for series in each.series)) for each in hung
    ]
    passing = PointTables(bare, range(len(bare)))
    every = [values for each in runs for _, _, values in each]
    rows = [
        (place, seq, seq, 1_000_000 * seq, value)
        for place, values in sorted(zip(passing.places, every, strict=True), key=lambda each: each[0])
        for seq, value in enumerate(values)
    ]
    columns = list(zip(*rows, strict=True)) or [()] * 5
    whole = pa.table(
        [pa.array(column, field.type) for column, field in zip(columns, POINTS_SCHEMA, strict=True)],
        schema=POINTS_SCHEMA,
    )
    pieces = [whole.slice(start, cut) for start in range(0, whole.num_rows, cut)]
    expected, _ = tables_in_memory(hung)
    found = [row for table in passing.convert(pieces) for row in table.to_pylist()]
    assert repr_nan(found) == repr_nan(expected["points"].to_pylist())


def test_points() -> None:
    series = (metric("loss", [0.5, NAN]), metric("cpu", [1.0], resource=True))
    tables, _ = tables_in_memory([run(1, series=series)])
    rows = [
        (
            row["section"],
            row["key"],
            row["seq"],
            row["step"],
            (row["time"] - DAY.replace(1970)).seconds,
            row["value"],
        )
        for row in tables["points"].to_pylist()
    ]
    assert repr_nan(rows) == [
        ("metrics", "loss", 0, 0, 0, 0.5),
        ("metrics", "loss", 1, 1, 1, "nan"),
        ("resources", "cpu", 0, 0, 0, 1.0),
    ]
