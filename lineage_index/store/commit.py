"""Prepared batches become part of the index."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from itertools import repeat
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from lineage_index.store.commits import latest_version
from lineage_index.store.errors import IndexUnreadable
from lineage_index.store.existing import find_existing
from lineage_index.store.fetched import local_files
from lineage_index.store.home import home_of
from lineage_index.store.keys import Counts, counts_of, merge_counts
from lineage_index.store.manifest import DataFile
from lineage_index.store.merge import Merge, Place, merge
from lineage_index.store.parquet import RUNS_A_PIECE, table_folder, write_pieces, write_table_file
from lineage_index.store.places import StorePlace, merge_places
from lineage_index.store.prepare import Prepared
from lineage_index.store.promotion import EMPTY, Plan
from lineage_index.store.publish import Next, TableFiles, publish, retried, settled
from lineage_index.store.recount import count_keys, less, with_bounds
from lineage_index.store.relayout import relayout
from lineage_index.store.schema import arrow_schema
from lineage_index.store.scratch import discarded_on_failure
from lineage_index.store.snapshot import Snapshot, open_snapshot
from lineage_index.store.writable import check_writable
from pql.catalog.tables import TABLES

__all__ = ["commit"]


def commit(
    path: str | Path,
    prepared: Sequence[Prepared],
    gone: Collection[Place] = (),
    stores: Sequence[StorePlace] = (),
) -> int:
    """Makes prepared batches visible, takes the runs of the places `gone` away, and gives the new version.

    One commit, all of it or nothing; none if there is nothing to do. A run that was read again replaces its
    row; of several folders with one uuid the newest is shown. `stores` says where the stores of the batches
    are now. What others committed meanwhile is taken into account. Raises IndexOutdated or IndexTooNew for an
    index of another format, IndexConflict if others kept being first, IndexUnreadable if the disk refuses.
    """
    index = home_of(path)
    with discarded_on_failure(path for each in prepared for path in each.paths(index)):
        return retried(index, lambda: _attempt(index, prepared, gone, stores))


def _attempt(
    index: Path, prepared: Sequence[Prepared], gone: Collection[Place], stores: Sequence[StorePlace] = ()
) -> int:
    based_on = latest_version(index / "runs")
    base = None if based_on is None else open_snapshot(index)
    if base is not None:
        check_writable(base)
    batch = [member for each in prepared for member in each.members]
    places = {(each.store, each.folder) for each in batch} | set(gone)
    found = [] if base is None else find_existing(base, {each.uuid for each in batch}, places)
    shadows = () if base is None else base.shadows
    outcome = merge([each.member for each in found], batch, gone, shadows)
    known = () if base is None else base.stores
    stores = merge_places(known, stores)
    nothing = not batch and not outcome.removed and outcome.shadows == shadows and stores == known
    if base is not None and nothing:
        return base.version
    plan = _plan(base, prepared)
    fitted = [_without(index, _fitted(index, each, plan), outcome.dropped) for each in prepared]
    files = {
        each.name: [
            *_known(base, each.name),
            *(file for one in fitted for file in one.files.get(each.name, ())),
        ]
        for each in TABLES
        if each.name != "keys"
    }
    touched = {each.file for each in found if each.member.run_id in outcome.removed}
    files["runs"] = [
        survivor
        for file in files["runs"]
        for survivor in ([file] if file.name not in touched else _rewritten(index, file, outcome.removed))
    ]
    _check_there(index, fitted)
    files = settled(index, files, plan)
    counts = _counts(index, base, fitted, files, plan, outcome)
    dead = (0 if base is None else base.dead_runs) + len(outcome.removed) + len(outcome.dropped)
    return publish(index, based_on, Next(files, counts, plan, dead, outcome.shadows, "refresh", stores))


def _check_there(index: Path, batch: Iterable[Prepared]) -> None:
    """A machine that slept between writing and committing may find that a vacuum took the files for those of
    a dead writer. IndexUnreadable then."""
    for each in batch:
        for name, files in each.files.items():
            for file in files:
                if not (index / name / file.name).exists():
                    words = "a vacuum took away what this writer had not committed yet; run it again"
                    raise IndexUnreadable(str(index), f"the index at {index} cannot be written: {words}")


def _counts(
    index: Path,
    base: Snapshot | None,
    batch: Sequence[Prepared],
    files: TableFiles,
    plan: Plan,
    outcome: Merge,
) -> Counts:
    """The counts of the new snapshot: the old ones, less those of the runs that leave, and the batch's. Only
    where that does not tell is everything counted."""
    if outcome.dropped:
        return count_keys(*_counted(index, files), plan)
    counts: Counts = {} if base is None else counts_of(base.files["keys"])
    doubtful: list[tuple[str, str]] = []
    if base is not None and outcome.removed:
        gone = count_keys(base.files["runs"], base.files["values"], base.plan, outcome.removed)
        counts, doubtful = less(counts, gone)
    for each in batch:
        counts = merge_counts(counts, each.counts)
    return with_bounds(counts, doubtful, *_counted(index, files), plan) if doubtful else counts


def _counted(index: Path, files: TableFiles) -> tuple[list[str], list[str]]:
    return _paths(index, "runs", files["runs"]), _paths(index, "values", files["values"])


def _plan(base: Snapshot | None, prepared: Sequence[Prepared]) -> Plan:
    """The plan of the index; an index without runs takes that of the first batch."""
    if base is not None and base.runs:
        return base.plan
    return next((each.plan for each in prepared), EMPTY)


def _known(base: Snapshot | None, name: str) -> Sequence[DataFile]:
    return () if base is None else base.data_files[name]


def _paths(index: Path, name: str, files: Iterable[DataFile]) -> list[str]:
    return local_files(index, name, ((each.name, each.size) for each in files))


def _fitted(index: Path, prepared: Prepared, plan: Plan) -> Prepared:
    """`prepared` as `plan` has it: another writer may have changed the plan since it was written."""
    if prepared.plan.columns == plan.columns or not prepared.members:
        return prepared
    runs, values = relayout(
        _read(index, "runs", prepared.files), _read(index, "values", prepared.files), prepared.plan, plan
    )
    files = dict(prepared.files)
    files["runs"] = (write_table_file(table_folder(index, "runs"), "runs", runs),)
    files["values"] = (write_table_file(table_folder(index, "values"), "values", values),)
    counts = count_keys(_paths(index, "runs", files["runs"]), _paths(index, "values", files["values"]), plan)
    return replace(prepared, files=files, counts=counts, plan=plan)


def _read(index: Path, name: str, files: dict[str, tuple[DataFile, ...]]) -> pa.Table:
    tables = [pq.read_table(path, partitioning=None) for path in _paths(index, name, files.get(name, ()))]
    return pa.concat_tables(tables) if tables else arrow_schema(name).empty_table()


def _without(index: Path, prepared: Prepared, dropped: frozenset[int]) -> Prepared:
    """`prepared` without the runs that lost their uuid. Their rows in the other tables join with nothing."""
    mine = {each.run_id for each in prepared.members} & dropped
    if not mine:
        return prepared
    if len(mine) == len(prepared.members):
        return replace(prepared, files={})
    runs = [each for file in prepared.files["runs"] for each in _rewritten(index, file, mine)]
    return replace(prepared, files={**prepared.files, "runs": tuple(runs)})


def _rewritten(index: Path, file: DataFile, removed: Collection[int]) -> list[DataFile]:
    """A file of `runs` without some rows; none if nothing is left."""
    folder = table_folder(index, "runs")
    gone = pa.array(removed, pa.int64())
    with pq.ParquetFile(folder / file.name) as read:
        pieces = (pa.Table.from_batches([each]) for each in read.iter_batches(RUNS_A_PIECE))
        left = (each.filter(pc.invert(pc.is_in(each.column("run_id"), gone))) for each in pieces)
        some = (each for each in left if each.num_rows)
        return write_pieces(folder, "runs", read.schema_arrow, some, nan=(), most=repeat(file.rows))
