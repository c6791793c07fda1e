"""Read one run folder, points and all, and choose between folders of the same run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from lineage_index.ingest.batch import read_batch
from lineage_index.ingest.problems import make_problem
from lineage_index.ingest.record import MetricSeries, Problem, RunRecord, SeriesRecord
from lineage_index.ingest.scan import RunFolder
from lineage_index.ingest.seriesfile import METRIC

__all__ = ["pick_newest", "read_run"]


def read_run(folder: RunFolder, *, history: bool = True) -> RunRecord:
    """The record of one run folder; with `history` the points hang on the series of metrics.

    Never raises for what the folder holds: every loss is a problem in the record. `read_batch` is the
    faster way for many folders.

    - The uuid is the folder's name where that is one, else the file's; where the two differ, it is a
      problem, and the folder wins, because artifacts are found by its path.
    - Without a readable `run.plx.json` the status is `unknown`, and the time of the last event is
      `updated_at`. No other time is invented.
    - Without a readable `lineages.plx.json` the artifacts are those that have an event file.
    """
    tables: list[pa.Table] = []
    [record] = read_batch([folder], tables.append if history else None)
    if not history:
        return record
    series = list(record.series)
    parts: dict[int, list[pa.Table]] = {}
    for table in tables:
        for place in table.column("place").unique().to_pylist():
            rows = table.filter(pc.equal(table.column("place"), place))
            parts.setdefault(place, []).append(rows)
    for place, each in enumerate(series):
        if each.kind == METRIC:
            series[place] = _with_points(each, parts.get(place, []))
    return replace(record, series=tuple(series))


def pick_newest(records: Sequence[RunRecord]) -> tuple[RunRecord, tuple[Problem, ...]]:
    """Of records of the same run the one that was updated last, and a problem for each of the others.

    One without `updated_at` is older than all that have it; of equals the first by its path is taken.
    Raises ValueError when there is no record.
    """
    if not records:
        raise ValueError("no records to choose from")
    by_path = sorted(records, key=lambda record: record.folder.path)
    newest = max(by_path, key=lambda record: record.scalars.get("updated_at", datetime.min))  # noqa: DTZ901
    others = (record for record in by_path if record is not newest)
    return newest, tuple(
        make_problem(
            "duplicate-run",
            other.folder.path,
            f"run {other.uuid} is also in {newest.folder.path}, which was updated last",
            lost="what this folder holds",
        )
        for other in others
    )


def _with_points(series: SeriesRecord, parts: Sequence[pa.Table]) -> SeriesRecord:
    steps: list[int | None] = []
    times: list[int | None] = []
    values: list[float] = []
    for part in parts:
        steps += part.column("step").to_pylist()
        times += part.column("time").cast(pa.int64()).to_pylist()
        values += part.column("value").to_pylist()
    return replace(series, points=MetricSeries(steps, times, values))
