"""Read many run folders at once: the fast way into the tables."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence

import pyarrow as pa

from lineage_index.ingest.draft import Draft, read_draft
from lineage_index.ingest.metrics import read_metric_files
from lineage_index.ingest.record import RunRecord
from lineage_index.ingest.scan import RunFolder
from lineage_index.ingest.seriesfile import METRIC

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

    The folders are taken in until they have `most` bytes; `taken` says how many those are.
    """

    def __init__(self, folders: Sequence[RunFolder], most: int | None = None) -> None:
        self._drafts: list[Draft] = []
        self._read = False
        real_root = os.path.realpath(folders[0].store) if folders else ""
        size = 0
        for folder in folders:
            draft = read_draft(folder, real_root)
            self._drafts.append(draft)
            size += draft.folder.size
            if most is not None and size >= most:
                break
        self.taken = len(self._drafts)

    def outline(self) -> list[Draft]:
        """What is known before the metric files are read: the series are there, in their final order."""
        return self._drafts

    def points(self, places: Sequence[int] | None = None) -> Iterator[pa.Table]:
        """Yield the points of all metrics as tables of `POINTS_SCHEMA`; once, to be used up.

        `places` has the number by which each series of the outline, run after run, is named and sorted;
        without it they count as they come.
        """
        every = [series for draft in self._drafts for series in draft.series]
        for each, place in zip(every, range(len(every)) if places is None else places, strict=True):
            each.place = place
        for table in read_metric_files(each for each in every if each.kind == METRIC):
            if table.num_rows:
                yield table
        self._read = True

    def records(self) -> list[RunRecord]:
        """The whole records. Raises RuntimeError while `points()` is not used up."""
        if not self._read:
            raise RuntimeError("the points of this batch were not read to their end")
        return [draft.record() for draft in self._drafts]
