"""Read many run folders at once: the fast way into the tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pyarrow as pa

from lineage_index.ingest.draft import METRIC, SeriesFile, read_draft
from lineage_index.ingest.metrics import MetricFile, read_metric_files
from lineage_index.ingest.metricstats import SeriesStats
from lineage_index.ingest.record import RunRecord, SeriesRecord
from lineage_index.ingest.scan import RunFolder

__all__ = ["Batch", "read_batch"]


def read_batch(
    folders: Sequence[RunFolder], points: Callable[[pa.Table], None] | None = None
) -> list[RunRecord]:
    """The records of the folders, in their order, without points on their series.

    `points` gets the points of all metrics as tables of `POINTS_SCHEMA`, of bounded size. Nothing is raised
    for what the folders hold; every loss is a problem in its record.
    """
    batch = Batch(folders)
    for table in batch.points():
        if points is not None:
            points(table)
    return batch.records()


class Batch:
    """Some runs, read in two steps, so that the points of any number can pass through little memory.

    `outline()` tells at once of every run and its series, `points()` then reads the metric files, and
    `records()` after it has the counts, summaries and problems of these too.
    """

    def __init__(self, folders: Sequence[RunFolder]) -> None:
        self._drafts = [read_draft(folder) for folder in folders]
        self._read = False

    def outline(self) -> list[RunRecord]:
        """The records before the metric files are read: the series are there, in their final order, those
        of metrics without counts and summaries."""
        return [draft.record() for draft in self._drafts]

    def points(self, places: Sequence[int] | None = None) -> Iterator[pa.Table]:
        """Yield the points of all metrics as tables of `POINTS_SCHEMA`; once, to be used up.

        `places` has the number by which each series of the outline, run after run, is named and sorted;
        without it they count as they come.
        """
        every = [series for draft in self._drafts for series in draft.series]
        whole_lines = [draft.whole_lines for draft in self._drafts for _ in draft.series]
        files = {
            number: MetricFile(
                each.path,
                number if places is None else places[number],
                each.report,
                SeriesStats(),
                whole_lines[number],
                each.checksum,
            )
            for number, each in enumerate(every)
            if each.record.kind == METRIC
        }
        for table in read_metric_files(files.values()):
            if table.num_rows:
                yield table
        for number, file in files.items():
            _fill_in(every[number], file.stats)
        self._read = True

    def records(self) -> list[RunRecord]:
        """The whole records. Raises RuntimeError while `points()` is not used up."""
        if not self._read:
            raise RuntimeError("the points of this batch were not read to their end")
        return [draft.record(whole=True) for draft in self._drafts]


def _fill_in(file: SeriesFile, stats: SeriesStats) -> None:
    before = file.record
    file.last_time = stats.last_time
    file.record = SeriesRecord(
        kind=before.kind,
        name=before.name,
        count=stats.count,
        first_step=stats.first_step,
        last_step=stats.last_step,
        resource=before.resource,
        summary=stats.summary(),
    )
