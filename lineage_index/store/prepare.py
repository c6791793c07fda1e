"""A batch of records written to files that no snapshot names yet.

This is the larger part of a refresh, and needs no lock and no knowledge of other writers: any number of
processes may prepare batches at once. What comes back is small and can be pickled; `commit` makes it visible.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import pyarrow as pa

from lineage_index.store.keys import Counts
from lineage_index.store.parquet import DataFile, TableFile, table_folder, write_table_file
from lineage_index.store.promotion import Plan, Promotion
from lineage_index.store.records import Run
from lineage_index.store.rows import Member, rows_of
from lineage_index.store.schema import arrow_schema
from lineage_index.store.series import PointTables, points_of_records

__all__ = ["BLOCK", "Prepared", "new_run_ids", "prepare"]

BLOCK = 1 << 16
"""At most so many runs in one batch."""

_POINTS_A_FILE = 8_000_000


@dataclass(frozen=True, slots=True)
class Prepared:
    """Files that hold the rows of a batch, by table; the counts of its keys, its plan, and its runs."""

    files: dict[str, tuple[DataFile, ...]]
    counts: Counts
    plan: Plan
    members: tuple[Member, ...]


def prepare(
    index: Path,
    records: Sequence[Run],
    *,
    store: str,
    plan: Plan | None = None,
    promotion: Promotion = "auto",
    points: Iterable[pa.Table] = (),
) -> Prepared:
    """Writes the rows of at most `BLOCK` records, which were read from the run store named `store`.

    `plan` is that of the snapshot (`Snapshot.plan`), or of the first batch of a new index; None chooses one
    from these records. `points` are tables as `PointTables` takes them, and are consumed one by one.
    OSError if the files cannot be written.
    """
    run_ids = new_run_ids(len(records))
    rows = rows_of(records, store=store, run_ids=run_ids, plan=plan, promotion=promotion)
    files: dict[str, tuple[DataFile, ...]] = {}
    for name, table in rows.tables.items():
        if table.num_rows:
            files[name] = (write_table_file(table_folder(index, name), name, table),)
    tables = PointTables(records, run_ids).convert(points)
    found = points_of_records(records, run_ids)
    files["points"] = _write_points(
        table_folder(index, "points"), tables if found is None else chain([found], tables)
    )
    return Prepared(files, rows.counts, rows.plan, rows.members)


def new_run_ids(count: int) -> range:
    """`count` consecutive numbers that no other batch has: 46 random bits, then sixteen that count. Of
    100,000 batches, two share a number once in 40,000 indexes."""
    if count > BLOCK:
        raise ValueError(f"a batch has at most {BLOCK} runs, not {count}")
    base = secrets.randbits(46) << 16
    return range(base, base + count)


def _write_points(folder: Path, tables: Iterable[pa.Table]) -> tuple[DataFile, ...]:
    files: list[DataFile] = []
    file: TableFile | None = None
    try:
        for table in tables:
            if file is None:
                schema = arrow_schema("points")
                file = TableFile(folder, "points", schema, nan=["value"], rows=table.num_rows)
            file.write(table)
            if file.rows >= _POINTS_A_FILE:
                files.append(file.close())
                file = None
        if file is not None:
            files.append(file.close())
            file = None
    finally:
        if file is not None:
            file.discard()
    return tuple(files)
