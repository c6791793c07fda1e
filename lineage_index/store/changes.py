"""What of a run store has to be read again."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from lineage_index.store.errors import IndexUnreadable
from lineage_index.store.snapshot import Snapshot

__all__ = ["Changes", "known_contents", "plan_changes"]


@dataclass(frozen=True, slots=True)
class Changes:
    """Folders of one run store against the index, each list sorted."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: tuple[str, ...]
    gone: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.gone)

    def with_changed(self, names: Collection[str]) -> Changes:
        """The same with some of the unchanged folders among the changed."""
        changed = tuple(sorted((*self.changed, *names)))
        return replace(self, changed=changed, unchanged=tuple(n for n in self.unchanged if n not in names))


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
    # A new index needs no engine before it is read.
    import duckdb

    from lineage_index.store.locked import parquet, reader

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
