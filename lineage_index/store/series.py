"""Metric history: the summary of each event file, and its points."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

import pyarrow as pa
import pyarrow.compute as pc

from lineage_index.store.records import NamedSeries, Outline, Points, Run, Series, Summary
from lineage_index.store.schema import arrow_schema
from lineage_index.store.texts import clean, text_array

__all__ = [
    "METRIC",
    "POINT_FILES",
    "PointTables",
    "last_value",
    "points_of_records",
    "section_of",
    "series_table",
]

METRIC = "metric"
_NAN = float("nan")

Statistics = tuple[float | None, float | None, float | None, float | None, float | None]


@dataclass(frozen=True, slots=True)
class _Summary:
    first: float
    last: float
    min: float | None
    max: float | None
    mean: float | None
    argmin: int | None
    argmax: int | None
    nans: int


def section_of(series: NamedSeries) -> str:
    """The section of an event file in the tables `series` and `points`."""
    return "resources" if series.resource else "metrics"


def last_value(series: Series) -> float | None:
    """The last logged value of a metric; None if there is no point."""
    summary = _summary(series)
    return None if summary is None else summary.last


def _summary(series: Series) -> Summary | None:
    if series.kind != METRIC:
        return None
    if series.summary is not None:
        return series.summary
    return None if series.points is None else _summarise(series.points)


def _summarise(points: Points) -> Summary | None:
    values = points.values
    if not len(values):
        return None
    numbers = [value for value in values if value == value]
    least = min(numbers, default=None)
    most = max(numbers, default=None)
    return _Summary(
        first=values[0],
        last=values[-1],
        min=least,
        max=most,
        mean=sum(numbers) / len(numbers) if numbers else None,
        argmin=None if least is None else points.steps[_place(values, least)],
        argmax=None if most is None else points.steps[_place(values, most)],
        nans=len(values) - len(numbers),
    )


def _place(values: Sequence[float], number: float) -> int:
    return next(place for place, value in enumerate(values) if value == number)


def series_table(records: Sequence[Run], run_ids: Sequence[int]) -> pa.Table:
    """The rows of `series`."""
    each = [(run_ids[row], series) for row, record in enumerate(records) for series in record.series]
    each.sort(key=lambda pair: (section_of(pair[1]), pair[1].kind, pair[1].name, pair[0]))
    summaries = [_summary(series) for _, series in each]
    return pa.Table.from_arrays(
        [
            pa.array([run_id for run_id, _ in each], pa.int64()),
            pa.array([section_of(series) for _, series in each], pa.string()),
            text_array([series.kind for _, series in each]),
            text_array([series.name for _, series in each]),
            pa.array([series.count for _, series in each], pa.int64()),
            pa.array([series.first_step for _, series in each], pa.int64()),
            pa.array([series.last_step for _, series in each], pa.int64()),
            pa.array([None if it is None else it.first for it in summaries], pa.float64()),
            pa.array([None if it is None else it.last for it in summaries], pa.float64()),
            pa.array([None if it is None else _or_nan(it.min) for it in summaries], pa.float64()),
            pa.array([None if it is None else _or_nan(it.max) for it in summaries], pa.float64()),
            pa.array([None if it is None else _or_nan(it.mean) for it in summaries], pa.float64()),
            pa.array([None if it is None else it.argmin for it in summaries], pa.int64()),
            pa.array([None if it is None else it.argmax for it in summaries], pa.int64()),
            pa.array([None if it is None else it.nans for it in summaries], pa.int64()),
        ],
        schema=arrow_schema("series"),
    )


POINT_FILES = pa.schema(
    [
        pa.field(each.name, pa.dictionary(pa.int32(), pa.string()), nullable=False)
        if each.type == pa.string()
        else each
        for each in arrow_schema("points")
    ]
)
"""The columns of `points`, texts by their number among a few: what takes the least to write."""


def _or_nan(number: float | None) -> float:
    return _NAN if number is None else number


def points_of_records(records: Sequence[Outline], run_ids: Sequence[int]) -> pa.Table | None:
    """The points that hang on the records themselves; None if there are none."""
    found = [
        (section_of(series), clean(series.name), run_ids[row], series.points)
        for row, record in enumerate(records)
        for series in record.series
        if series.kind == METRIC and series.points is not None
    ]
    if not found:
        return None
    found.sort(key=lambda each: each[:3])
    lengths = [len(points.values) for *_, points in found]
    owner = _repeat(lengths)
    return pa.Table.from_arrays(
        [
            pa.array([section for section, *_ in found], pa.string()).take(owner),
            pa.array([name for _, name, *_ in found], pa.string()).take(owner),
            pa.array([run_id for _, _, run_id, _ in found], pa.int64()).take(owner),
            pa.array([place for length in lengths for place in range(length)], pa.int32()),
            _joined([points.steps for *_, points in found], pa.int64()),
            _joined([points.times for *_, points in found], pa.int64()).cast(pa.timestamp("us")),
            _joined([points.values for *_, points in found], pa.float64()),
        ],
        schema=arrow_schema("points"),
    )


def _joined(columns: Sequence[Sequence[object]], kind: pa.DataType) -> pa.Array:
    return pa.concat_arrays([pa.array(column, kind) for column in columns])


def _repeat(lengths: Sequence[int]) -> pa.Array:
    """0 as often as the first length says, then 1, …"""
    lists = pa.ListArray.from_arrays(
        pa.array([0, *accumulate(lengths)], pa.int32()), pa.nulls(sum(lengths), pa.int8())
    )
    return pc.list_parent_indices(lists)


def _coded(texts: Sequence[str]) -> pa.DictionaryArray:
    return pa.array(texts, pa.string()).dictionary_encode()


class PointTables:
    """Turns tables of points whose series are named by numbers into tables of `points`.

    `places` has the number of each series of the records, run after run: its place in the order of the table.
    An input table has the columns `place`, `seq`, `step`, `time`, `value`, sorted by the first two.
    """

    def __init__(self, records: Sequence[Outline], run_ids: Sequence[int]) -> None:
        names = [
            (section_of(each), clean(each.name), run_id)
            for record, run_id in zip(records, run_ids, strict=True)
            for each in record.series
        ]
        order = sorted(range(len(names)), key=names.__getitem__)
        self.places = [0] * len(names)
        for place, number in enumerate(order):
            self.places[number] = place
        ranked = [names[each] for each in order]
        self._sections = _coded([section for section, _, _ in ranked])
        self._keys = _coded([key for _, key, _ in ranked])
        self._run_ids = pa.array([run_id for *_, run_id in ranked], pa.int64())

    def convert(self, tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
        """One table of `POINT_FILES` for each input table that has rows."""
        for each in tables:
            if each.num_rows:
                yield self._convert(each)

    def _convert(self, points: pa.Table) -> pa.Table:
        places = points.column("place").combine_chunks()
        return pa.table(
            {
                "section": self._sections.take(places),
                "key": self._keys.take(places),
                "run_id": self._run_ids.take(places),
                **{name: points.column(name) for name in ("seq", "step", "time", "value")},
            },
            schema=POINT_FILES,
        )
