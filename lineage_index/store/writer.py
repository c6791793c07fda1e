"""Changes to an index: what has to be read again, and the way from records to a commit in one call."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import duckdb

from lineage_index.store.commit import commit
from lineage_index.store.commits import latest_version
from lineage_index.store.errors import IndexMissing, IndexUnreadable
from lineage_index.store.home import home_of
from lineage_index.store.locked import parquet, reader
from lineage_index.store.manifest import DataFile
from lineage_index.store.prepare import Listed, Prepared, prepare
from lineage_index.store.promotion import EMPTY, Plan, Promotion
from lineage_index.store.publish import Next, publish, retried, settled
from lineage_index.store.records import Run
from lineage_index.store.snapshot import Snapshot, open_snapshot
from pql.catalog.tables import TABLES

__all__ = ["Changes", "create", "known_contents", "plan_changes", "write_batch", "write_index"]

_BATCH = 5_000
"""So many records are held in memory at once."""


@dataclass(frozen=True, slots=True)
class Changes:
    """Folders of one run store against the index, each list sorted."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: tuple[str, ...]
    gone: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.gone)


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


def plan_changes(snapshot: Snapshot | None, store: str, folders: Mapping[str, str]) -> Changes:
    """Compares the `folders` of a run store (path to fingerprint) with what the index has of that store.

    A folder whose uuid another folder of the store stood for counts as changed when that one has changed or
    gone: it may have to stand in. Raises IndexUnreadable.
    """
    known: dict[str, tuple[str, str]] = {}
    shadows: dict[str, tuple[str, str]] = {}
    if snapshot is not None:
        known = _known(snapshot, store)
        shadows = {
            each.folder: (each.fingerprint, each.uuid) for each in snapshot.shadows if each.store == store
        }
    current: dict[str, str] = {}
    restless: set[str] = set()  # uuids whose folder changed or went
    for folder, (fingerprint, uuid) in known.items():
        current[folder] = fingerprint
        if folders.get(folder) != fingerprint:
            restless.add(uuid)
    for folder, (fingerprint, uuid) in shadows.items():
        current[folder] = "" if uuid in restless else fingerprint
    changed: list[str] = []
    unchanged: list[str] = []
    gone: list[str] = []
    for folder, was in current.items():
        now = folders.get(folder)
        (gone if now is None else unchanged if now == was else changed).append(folder)
    added = [folder for folder in folders if folder not in current]
    return Changes(*(tuple(sorted(each)) for each in (added, changed, unchanged, gone)))


def known_contents(snapshot: Snapshot, store: str) -> dict[str, str | None]:
    """The digest of the content of every folder of a run store that has a row. Raises IndexUnreadable."""
    return dict(_select(snapshot, store, "folder, content"))


def _known(snapshot: Snapshot, store: str) -> dict[str, tuple[str, str]]:
    rows = _select(snapshot, store, "folder, fingerprint, uuid")
    return {folder: (fingerprint, uuid) for folder, fingerprint, uuid in rows}


def _select(snapshot: Snapshot, store: str, columns: str) -> list[tuple[Any, ...]]:
    try:
        with reader(snapshot.files["runs"]) as connection:
            return connection.execute(
                f"SELECT {columns} FROM {parquet('files')} WHERE store = $store",
                {"files": list(snapshot.files["runs"]), "store": store},
            ).fetchall()
    except duckdb.Error as error:
        path = str(snapshot.path)
        reason = str(error).splitlines()[0]
        raise IndexUnreadable(path, f"the index at {path} cannot be read: {reason}") from error


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
