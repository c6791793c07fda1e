"""From records to a commit in one call."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from pathlib import Path

from lineage_index.store.commit import commit
from lineage_index.store.commits import latest_version
from lineage_index.store.errors import IndexMissing
from lineage_index.store.home import home_of
from lineage_index.store.manifest import DataFile
from lineage_index.store.prepare import Listed, Prepared, prepare
from lineage_index.store.promotion import EMPTY, Plan, Promotion
from lineage_index.store.publish import Next, publish, retried, settled
from lineage_index.store.records import Run
from lineage_index.store.snapshot import Snapshot, open_snapshot
from pql.catalog.tables import TABLES

__all__ = ["create", "write_batch", "write_index"]

_BATCH = 5_000
"""So many records are held in memory at once."""


def create(path: str | Path) -> int:
    """Makes an empty index at `path` unless there is one, and gives its version. Raises IndexUnreadable."""
    index = home_of(path)

    def attempt() -> int:
        version = latest_version(index / "runs")
        if version is not None:
            return open_snapshot(index).version
        nothing: dict[str, list[DataFile]] = {each.name: [] for each in TABLES if each.name != "keys"}
        files = settled(index, nothing, EMPTY)
        return publish(index, None, Next(files, {}, EMPTY, 0, (), "create"))

    return retried(index, attempt)


def write_batch(
    path: str | Path,
    records: Iterable[Run],
    *,
    store: str,
    gone: Collection[str] = (),
    promotion: Promotion = "auto",
) -> int:
    """Brings `records` of the run store named `store` into the index, takes the runs of the folders `gone`
    away, and gives the new version: `prepare` and `commit` in one, for one process.

    Records are taken in by the thousand, so memory stays bounded. Raises what `commit` raises.
    """
    index = home_of(path)
    try:
        base: Snapshot | None = open_snapshot(index)
    except IndexMissing:
        base = None
    plan: Plan | None = base.plan if base is not None and base.runs else None
    prepared: list[Prepared] = []
    for chunk in _chunks(records):
        prepared.append(prepare(index, Listed(chunk), store=store, plan=plan, promotion=promotion))
        plan = prepared[0].plan
    return commit(index, prepared, [(store, folder) for folder in gone])


def _chunks(records: Iterable[Run]) -> Iterator[list[Run]]:
    each = iter(records)
    while chunk := list(islice(each, _BATCH)):
        yield chunk


def write_index(
    path: str | Path, records: Iterable[Run], promotion: Promotion = "auto", *, store: str = "store"
) -> Snapshot:
    """A whole index from `records`, at a path where there is none yet."""
    index = home_of(path)
    write_batch(index, records, store=store, promotion=promotion)
    return open_snapshot(index)
