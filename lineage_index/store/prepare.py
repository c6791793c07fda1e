"""A batch of records written to files that no snapshot names yet.

This is the larger part of a refresh, and needs no lock and no knowledge of other writers: any number of
processes may prepare batches at once. What comes back is small and can be pickled; `commit` makes it
visible.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, repeat
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from lineage_index.store.errors import IndexUnreadable
from lineage_index.store.home import home_of
from lineage_index.store.keys import Counts
from lineage_index.store.manifest import DataFile
from lineage_index.store.parquet import table_folder, write_pieces, write_table_file
from lineage_index.store.promotion import Plan, Promotion
from lineage_index.store.records import Outline, Run
from lineage_index.store.rows import Member, rows_of
from lineage_index.store.scratch import discarded_on_failure
from lineage_index.store.series import POINT_FILES, PointTables, points_of_records

__all__ = ["BLOCK", "Listed", "Prepared", "Source", "new_run_ids", "prepare"]

BLOCK = 1 << 16
"""At most so many runs in one batch."""

_POINTS_A_FILE = 8_000_000
_NEVER = datetime(1, 1, 1)  # noqa: DTZ001 - all times of the tables are naive UTC


class Source(Protocol):
    """A batch of runs whose points pass by before the records are whole.

    `outline` has the runs with their series in their final order; `points` are tables as
    `lineage_index.store.series.PointTables` takes them, where `places` has the number of each series of the
    outline, run after run; `records`, asked for when the points are used up, has everything else.
    """

    def outline(self) -> Sequence[Outline]: ...
    def points(self, places: Sequence[int]) -> Iterable[pa.Table]: ...
    def records(self) -> Sequence[Run]: ...


@dataclass(frozen=True, slots=True)
class Listed:
    """A source of records that are at hand, points and all."""

    runs: Sequence[Run]

    def outline(self) -> Sequence[Outline]:
        """The records."""
        return self.runs

    def points(self, places: Sequence[int]) -> Iterable[pa.Table]:
        """None: they hang on the records."""
        return ()

    def records(self) -> Sequence[Run]:
        """The records."""
        return self.runs


@dataclass(frozen=True, slots=True)
class Prepared:
    """Files that hold the rows of a batch, by table; the counts of its keys, its plan, and its runs."""

    files: dict[str, tuple[DataFile, ...]]
    counts: Counts
    plan: Plan
    members: tuple[Member, ...]

    def paths(self, index: Path) -> list[Path]:
        """The files."""
        return [index / table / each.name for table, files in self.files.items() for each in files]


def prepare(
    path: str | Path,
    source: Source,
    *,
    store: str,
    plan: Plan | None = None,
    promotion: Promotion = "auto",
) -> Prepared:
    """Writes the rows of a batch of at most `BLOCK` runs, which were read from the run store named `store`.

    `plan` is that of the snapshot (`Snapshot.plan`), or of the first batch of a new index; None chooses one
    from these records. Raises IndexUnreadable if the files cannot be written.
    """
    index = home_of(path)
    try:
        with discarded_on_failure():
            return _prepare(index, source, store, plan, promotion)
    except (OSError, pa.ArrowException) as error:
        message = f"the index at {index} cannot be written: {error}"
        raise IndexUnreadable(str(index), message) from error


def _prepare(index: Path, source: Source, store: str, plan: Plan | None, promotion: Promotion) -> Prepared:
    outline = source.outline()
    run_ids = _numbered(outline)
    hung = points_of_records(outline, run_ids)
    tables = PointTables(outline, run_ids)
    streamed = tables.convert(source.points(tables.places))
    tables_of_points = streamed if hung is None else chain([hung.cast(POINT_FILES)], streamed)
    points = write_pieces(
        table_folder(index, "points"),
        "points",
        POINT_FILES,
        tables_of_points,
        nan=["value"],
        most=repeat(_POINTS_A_FILE),
    )
    rows = rows_of(source.records(), store=store, run_ids=run_ids, plan=plan, promotion=promotion)
    files = {
        name: (write_table_file(table_folder(index, name), name, table),)
        for name, table in rows.tables.items()
        if table.num_rows
    }
    return Prepared({**files, "points": tuple(points)}, rows.counts, rows.plan, rows.members)


def _numbered(runs: Sequence[Outline]) -> list[int]:
    """A number for every run, in the order in which they were created: what is sorted by it is sorted by
    time, too, so the times of points hardly cost anything and the rows of a page lie side by side."""
    order = sorted(range(len(runs)), key=lambda row: runs[row].scalars.get("created_at") or _NEVER)
    numbers = [0] * len(runs)
    for row, number in zip(order, new_run_ids(len(runs)), strict=True):
        numbers[row] = number
    return numbers


def new_run_ids(count: int) -> range:
    """`count` consecutive numbers that no other batch has: 46 random bits, then sixteen that count. Of
    100,000 batches, two share a number once in 10,000 indexes."""
    if count > BLOCK:
        raise ValueError(f"a batch has at most {BLOCK} runs, not {count}")
    base = secrets.randbits(46) << 16
    return range(base, base + count)
