"""Metric files: the parser of many files at once against the parser of lines, and the statistics of both."""

from __future__ import annotations

import math
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from ingest_store import HEADER, UUID, codes, folders, put, read_only, run_file, series

from lineage_index.ingest import lines, metrics
from lineage_index.ingest.batch import Batch, read_batch
from lineage_index.ingest.folder import read_run
from lineage_index.ingest.lines import LineFaults, metric_row
from lineage_index.ingest.metricparse import Piece, parse_pieces
from lineage_index.ingest.points import POINTS_SCHEMA
from lineage_index.ingest.problems import Reporter
from lineage_index.ingest.record import MetricSummary
from lineage_index.ingest.scan import RunFolder

STEPS = st.none() | st.integers(-(2**63), 2**63 - 1)
TIMES = st.sampled_from(
    ["2026-11-21 23:22:07.572437+00:00", "2026-11-21T23:22:07Z", "1969-12-31 23:59:59.1+05:30", ""]
)
CLEAN = st.builds(
    lambda step, time, value: f"{'' if step is None else step}|{time}|{value!r}", STEPS, TIMES, st.floats()
)
ODD_FIELDS = st.sampled_from(
    [
        *("", " ", "1", " 1 ", "+1", "-1", "0x10", "1_0", "1.0", "007", "9223372036854775808", "1e3", "a"),
        *("nan", "NaN", "-nan", "inf", "-Infinity", "nan(1)", "1e400", "1e-400", ".5", "5.", "-.5e-3", "."),
        *(
            "2026-11-21",
            "2026-11-21 10:00",
            "2026-11-21 10:00:00",
            "20261121T100000Z",
            "2026-02-30 00:00:00Z",
        ),
        *("2026-11-21 10:00:00.1234567Z", "0000-01-01 00:00:00Z", "0001-01-01 00:00:00+05:00", "null", "ü"),
        *("2026-11-21 24:00:00Z", "2026-11-21 10:00:00+0100", "2026-11-21 10:00:00 Z", "\r", "\x00", '"1"'),
    ]
)
ODD = st.lists(ODD_FIELDS, max_size=4).map("|".join) | st.text(max_size=20).filter(lambda t: "\n" not in t)
BODIES = st.lists(CLEAN, min_size=1, max_size=5) | st.lists(CLEAN | ODD, max_size=5)


def by_lines(body: bytes) -> tuple[list[tuple[object, ...]], list[int]]:
    """The rows that can be read, and the numbers of the lines that can't: the definition."""
    rows, faulty = [], []
    found = body.split(b"\n")
    for number, line in enumerate(found, 2):
        if not line.strip():
            continue
        row = metric_row(line)
        cut = number == len(found) + 1 and line.endswith(b".")
        if isinstance(row, str) or cut:
            faulty.append(number)
        else:
            rows.append((row[0], row[1], repr(row[2])))
    return rows, faulty


@settings(deadline=None)
@given(st.lists(BODIES, max_size=6))
@example([["1||1.0"], ["0||2.0\r1||3.0"], ["1||1.0", "", "2||2.0"]])
@example([["0x10||1.0"], ["16||nan(1)"], ["1||5."]])
@example([["1||1.0"], ["1|0000-01-01 00:00:00Z|1.0"]])
def test_many_files_at_once_read_as_line_by_line(bodies: list[list[str]]) -> None:
    reports = [Reporter(str(place)) for place in range(len(bodies))]
    texts = ["\n".join(body).encode() for body in bodies]
    pieces = [
        Piece(text, 2, True, True, LineFaults(report)) for text, report in zip(texts, reports, strict=True)
    ]
    table = parse_pieces(pieces)
    columns = [table.column("step"), table.column("time").cast(pa.int64()), table.column("value")]
    rows = list(zip(*(column.to_pylist() for column in columns), strict=True))
    for piece, text, report in zip(pieces, texts, reports, strict=True):
        expected, faulty = by_lines(text)
        own, rows = rows[: piece.rows], rows[piece.rows :]
        assert [(step, time, repr(value)) for step, time, value in own] == expected
        assert [problem.line for problem in report.problems] == faulty[:5] or len(faulty) > 5
    assert rows == []


POINTS = st.lists(
    st.tuples(
        st.none() | st.integers(-5, 5),
        st.sampled_from([math.nan, math.inf, -math.inf, 0.0, -0.0]) | st.floats(),
    ),
    max_size=8,
)


def summary(points: list[tuple[int | None, float]]) -> MetricSummary | None:
    """The definition."""
    if not points:
        return None
    numbers = [(value, step) for step, value in points if not math.isnan(value)]
    least = min(numbers, key=lambda each: each[0], default=(None, None))
    most = max(numbers, key=lambda each: each[0], default=(None, None))
    mean = None
    if numbers:
        total = 0.0
        for value, _ in numbers:
            total += value
        mean = total / len(numbers)
    return MetricSummary(
        points[0][1], points[-1][1], least[0], most[0], mean, least[1], most[1], len(points) - len(numbers)
    )


def same(left: object, right: object) -> bool:
    if isinstance(left, float) and isinstance(right, float):
        return (
            left == right
            or (math.isnan(left) and math.isnan(right))
            or math.isclose(left, right, rel_tol=1e-9, abs_tol=1e-9)
        )
    return left == right


@settings(max_examples=40, deadline=None)
@example([[(None, 0.0), (1, -0.0), (2, 5.0), (None, 5.0)]], 60)
@example([[(1, math.nan), (None, math.nan)], [(3, 1.0)]], 60)
@given(st.lists(POINTS, min_size=1, max_size=5), st.integers(1, 60))
def test_summaries_however_files_are_cut_into_pieces(
    tmp_path_factory: pytest.TempPathFactory, all_points: list[list[tuple[int | None, float]]], chunk: int
) -> None:
    store = tmp_path_factory.mktemp("store")
    for place, points in enumerate(all_points):
        rows = [f"{'' if step is None else step}||{value!r}" for step, value in points]
        put(store / UUID, f"events/metric/m{place}.plx", HEADER + "\n".join(rows))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(metrics, "_FIRST_READ", 30)
        patch.setattr(metrics, "_CHUNK", chunk)
        patch.setattr(metrics, "_FLUSH_BYTES", 2 * chunk)
        record = read_only(store)
    assert codes(record) == ["no-run-file", "no-lineage-file"]
    for place, points in enumerate(all_points):
        each = series(record, "metric", f"m{place}")
        assert each.points is not None
        assert list(map(repr, each.points.values)) == [repr(value) for _, value in points]
        assert each.points.steps == [step for step, _ in points]
        steps = [step for step, _ in points if step is not None]
        assert (each.count, each.first_step, each.last_step) == (
            len(points),
            min(steps, default=None),
            max(steps, default=None),
        )
        expected = summary(points)
        assert (each.summary is None) == (expected is None)
        if each.summary is not None and expected is not None:
            for name in MetricSummary.__slots__:
                if name == "mean" and any(abs(value) > 1e300 for _, value in points):
                    continue  # the order of addition decides whether the sum overflows
                assert same(getattr(each.summary, name), getattr(expected, name)), name


@pytest.mark.parametrize(
    ("content", "count", "faults"),
    [
        ("", 0, [("bad-header", None)]),
        ("step|timestamp|metric", 0, []),
        (HEADER, 0, []),
        (HEADER + "0||1.0", 1, []),
        (HEADER + "0||1.0\n", 1, []),
        (HEADER + "0||1.0\n\n\n1||2.0\n\n", 2, []),
        (HEADER.replace("\n", "\r\n") + "0||1.0\r\n1||2.0\r\n", 2, []),
        (HEADER + "0||1.0\n1||", 1, [("cut-line", 3)]),
        (HEADER + "0||1.0\n1|2026-11", 1, [("cut-line", 3)]),
        (HEADER + "0||1.0\n1||0.", 1, [("cut-line", 3)]),
        (HEADER + "0||1.0\n1||0.\n", 2, []),
        (HEADER + "0||1.0\n1||-", 1, [("cut-line", 3)]),
        (HEADER + "oops\n1||2.0\n||\n", 1, [("bad-line", 2), ("bad-line", 4)]),
        (HEADER + "1||2.0|3", 0, [("cut-line", 2)]),
        (HEADER + "0.0||1.0\n-1.0||2.0\n1e+16||3.0", 3, []),
        (HEADER + "1.||1.0\n.0||1.0\nnan||1.0\n1||1.0\n", 1, [("bad-line", i) for i in (2, 3, 4)]),
        ("step|timestamp|image\n0||1.0", 1, [("bad-header", 1)]),
        ("step|time", 0, [("bad-header", 1)]),
        ("0||1.0\n1||2.0", 2, [("bad-header", 1)]),
        ("what\n1||2.0", 1, [("bad-header", 1)]),
        ("\n1||2.0", 1, [("bad-header", 1)]),
    ],
)
def test_damaged_metric_files(
    tmp_path: Path, content: str, count: int, faults: list[tuple[str, int | None]]
) -> None:
    put(tmp_path / UUID, "run.plx.json", "{}")
    put(tmp_path / UUID, "lineages.plx.json", "[]")
    put(tmp_path / UUID, "events/metric/loss.plx", content)
    put(tmp_path / UUID, "events/metric/other.plx", HEADER + "7||7.0")
    record = read_only(tmp_path)
    assert series(record, "metric", "loss").count == count
    assert series(record, "metric", "other").count == 1
    assert [(each.code, each.line) for each in record.problems] == faults
    assert {each.path for each in record.problems} <= {f"{UUID}/events/metric/loss.plx"}


def test_a_step_may_be_written_as_a_float(tmp_path: Path) -> None:
    run_file(tmp_path / UUID)
    put(tmp_path / UUID, "lineages.plx.json", "[]")
    put(tmp_path / UUID, "events/metric/loss.plx", HEADER + "1||1.0\n2.0||0.5\n-3.0||0.25\n1e+16||0.125")
    record = read_only(tmp_path)
    points = series(record, "metric", "loss").points
    assert points is not None
    assert (points.steps, points.values) == ([1, 2, -3, 10**16], [1.0, 0.5, 0.25, 0.125])
    assert record.problems == ()


@pytest.mark.parametrize("step", ["0.5", "-1e-3", f"{2**63}", f"-{2**63 + 1}", "1e+99", "1e999", "9" * 40])
def test_a_step_that_is_no_integer_costs_the_step_alone(tmp_path: Path, step: str) -> None:
    run_file(tmp_path / UUID)
    put(tmp_path / UUID, "lineages.plx.json", "[]")
    rows = f"{2**63 - 1}||1.0\n{step}||0.5\n{step}||0.25"
    put(tmp_path / UUID, "events/metric/loss.plx", HEADER + rows)
    record = read_only(tmp_path)
    points = series(record, "metric", "loss").points
    assert points is not None
    assert (points.steps, points.values) == ([2**63 - 1, None, None], [1.0, 0.5, 0.25])
    assert [(each.code, each.line) for each in record.problems] == [("bad-value", 3)]
    assert record.problems[0].message.startswith("2 steps ")


def test_naive_times_are_utc(tmp_path: Path) -> None:
    put(
        tmp_path / UUID,
        "events/metric/a.plx",
        HEADER + "0|1970-01-01 00:00:01|1.0\n1|1970-01-01 00:00:02.5|1.0",
    )
    put(
        tmp_path / UUID,
        "events/metric/b.plx",
        HEADER + "0|1970-01-01 01:00:01+01:00|1.0\n1|1970-01-01 00:00:02|1",
    )
    record = read_only(tmp_path)
    for name, times in (("a", [1_000_000, 2_500_000]), ("b", [1_000_000, 2_000_000])):
        points = series(record, "metric", name).points
        assert points is not None
        assert points.times == times


def test_of_many_faulty_lines_the_first_are_named_and_the_others_counted(tmp_path: Path) -> None:
    put(tmp_path / UUID, "run.plx.json", "{}")
    put(tmp_path / UUID, "lineages.plx.json", "[]")
    put(tmp_path / UUID, "events/metric/loss.plx", HEADER + "oops\n" * 100 + "1||1.0\n")
    record = read_only(tmp_path)
    assert series(record, "metric", "loss").count == 1
    assert [each.line for each in record.problems] == [2, 3, 4, 5, 6, 7]
    assert "95 more lines" in record.problems[-1].message


@pytest.mark.parametrize("kind", ["metric", "html"])
@pytest.mark.parametrize("chunk", [7, 64, 1000])
def test_a_line_too_long_is_skipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, chunk: int
) -> None:
    monkeypatch.setattr(metrics, "_FIRST_READ", 30)
    monkeypatch.setattr(metrics, "_CHUNK", chunk)
    monkeypatch.setattr(metrics, "MAX_LINE", 100)
    monkeypatch.setattr(lines, "MAX_LINE", 100)
    put(tmp_path / UUID, "run.plx.json", "{}")
    put(tmp_path / UUID, "lineages.plx.json", "[]")
    row = "{}||1.0" if kind == "metric" else '{{"step": {}, "timestamp": "2026-01-01"}}'
    body = "\n".join([row.format(1), "7" * 5000, row.format(3), "oops", row.format(5)])
    put(tmp_path / UUID, f"events/{kind}/x.plx", (HEADER if kind == "metric" else "\n") + body)
    record = read_only(tmp_path)
    each = series(record, kind, "x")
    assert (each.count, each.first_step, each.last_step) == (3, 1, 5)
    assert sorted((problem.code, problem.line) for problem in record.problems) == [
        ("bad-line", 3),
        ("bad-line", 5),
    ]


def make_runs(store: Path, count: int) -> list[RunFolder]:
    for run in range(count):
        folder = store / f"{run:032x}"
        put(folder, "run.plx.json", "{}")
        for name in ("b", "a"):
            rows = "\n".join(f"{step}||{run}.{step}" for step in range(20))
            put(folder, f"events/metric/{name}.plx", HEADER + rows)
        put(folder, "events/image/i.plx", "step|timestamp|image\n")
        put(folder, "resources/metric/cpu.plx", HEADER + "||0.5")
    return folders(store)


def test_a_batch_hands_over_bounded_tables_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = make_runs(tmp_path, 3)
    monkeypatch.setattr(metrics, "_FIRST_READ", 50)
    monkeypatch.setattr(metrics, "_CHUNK", 50)
    monkeypatch.setattr(metrics, "_FLUSH_BYTES", 100)
    tables: list[pa.Table] = []
    records = read_batch(found, tables.append)
    assert len(tables) > 5
    assert all(table.schema == POINTS_SCHEMA and table.num_rows <= 40 for table in tables)
    rows = pa.concat_tables(tables).to_pylist()
    places = [(row["place"], row["seq"]) for row in rows]
    assert places == sorted(set(places))
    names = [(run, each) for run, record in enumerate(records) for each in record.series]
    for row in rows:
        run, each = names[row["place"]]
        if each.resource:
            assert (each.name, row["value"], row["step"]) == ("cpu", 0.5, None)
        else:
            assert each.kind == "metric"
            assert row["value"] == float(f"{run}.{row['seq']}")
    assert len(rows) == 3 * 41


def test_the_tables_of_a_batch_are_sorted_as_they_are_asked_for(tmp_path: Path) -> None:
    batch = Batch(make_runs(tmp_path, 2))
    names = [f"{run}.{each.name}" for run, record in enumerate(batch.outline()) for each in record.series]
    places = sorted(range(len(names)), key=lambda number: names[number][::-1])
    [table] = batch.points([places.index(number) for number in range(len(names))])
    found = [names[places[place]] for place in dict.fromkeys(table.column("place").to_pylist())]
    assert found == ["0.a", "1.a", "0.b", "1.b", "0.cpu", "1.cpu"]
    assert table.column("seq").to_pylist() == [*range(20)] * 4 + [0, 0]


def test_the_outline_of_a_batch_names_its_series_in_their_final_order(tmp_path: Path) -> None:
    batch = Batch(make_runs(tmp_path, 2))
    with pytest.raises(RuntimeError):
        batch.records()
    outline = [[(each.kind, each.name) for each in record.series] for record in batch.outline()]
    assert all(table.num_rows for table in batch.points())
    assert outline == [[(each.kind, each.name) for each in record.series] for record in batch.records()]
    assert [each.count for each in batch.records()[0].series] == [0, 20, 20, 1]


def test_without_history_there_are_summaries_and_no_points(tmp_path: Path) -> None:
    [folder] = make_runs(tmp_path, 1)
    record = read_run(folder, history=False)
    each = series(record, "metric", "a")
    assert each.points is None
    assert each.count == 20
    assert each.summary is not None
    assert each.summary.argmax == 9


def test_an_empty_batch() -> None:
    assert read_batch([]) == []
