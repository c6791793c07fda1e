"""A writer that ends every line leaves no doubt where a kill has cut one."""

from __future__ import annotations

from pathlib import Path

import pytest
from ingest_store import HEADER, UUID, codes, put, read_only, run_file, series

ROWS = "0|2026-01-01 00:00:00+00:00|0.5\n1|2026-01-01 00:00:01+00:00|0.123"


@pytest.mark.parametrize(
    ("client", "end", "values", "problems"),
    [
        ("pql-lineage", "", [0.5], ["cut-line"]),
        ("pql-lineage", "\n", [0.5, 0.123], []),
        ("traceml", "", [0.5, 0.123], []),
    ],
)
def test_a_last_line_without_an_end(
    tmp_path: Path, client: str, end: str, values: list[float], problems: list[str]
) -> None:
    run_file(tmp_path / UUID, tracking={"client": client})
    put(tmp_path / UUID, "lineages.plx.json", "[]")
    put(tmp_path / UUID, "events/metric/loss.plx", HEADER + ROWS + end)
    record = read_only(tmp_path)
    points = series(record, "metric", "loss").points
    assert points is not None
    assert list(points.values) == values
    assert codes(record) == problems
    if problems:
        assert record.problems[0].line == 3


def test_a_file_of_nothing_but_a_cut_line(tmp_path: Path) -> None:
    run_file(tmp_path / UUID, tracking={"client": "pql-lineage"})
    put(tmp_path / UUID, "lineages.plx.json", "[]")
    put(tmp_path / UUID, "events/metric/loss.plx", HEADER + "0|2026-01-01 00:00:00+00:00|0.5")
    record = read_only(tmp_path)
    assert series(record, "metric", "loss").count == 0
    assert codes(record) == ["cut-line"]
