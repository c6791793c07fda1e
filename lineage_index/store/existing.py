"""Which rows of `runs` a batch meets."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import PurePath

import pyarrow as pa

from lineage_index.store.locked import parquet, reader
from lineage_index.store.merge import Place
from lineage_index.store.rows import Member
from lineage_index.store.snapshot import Snapshot

__all__ = ["Existing", "find_existing"]


@dataclass(frozen=True, slots=True)
class Existing:
    """A run in the index, and the name of the file of `runs` that holds its row."""

    member: Member
    file: str


def find_existing(snapshot: Snapshot, uuids: Collection[str], places: Collection[Place]) -> list[Existing]:
    """The runs with one of these uuids, or from one of these places."""
    if not uuids and not places:
        return []
    with reader(snapshot.files["runs"]) as connection:
        connection.register("wanted", pa.table({"uuid": pa.array(uuids, pa.string())}))
        connection.register("places", _places(places))
        rows = connection.execute(
            "SELECT run_id, uuid, store, folder, fingerprint, updated_at, filename "
            f"FROM {parquet('files', filename=True)} "
            "WHERE uuid IN (SELECT uuid FROM wanted) "
            "OR (store, folder) IN (SELECT (store, folder) FROM places)",
            {"files": list(snapshot.files["runs"])},
        ).fetchall()
    return [Existing(Member(*row[:6]), PurePath(row[6]).name) for row in rows]


def _places(places: Iterable[Place]) -> pa.Table:
    rows = list(places)
    return pa.table(
        {
            "store": pa.array([store for store, _ in rows], pa.string()),
            "folder": pa.array([folder for _, folder in rows], pa.string()),
        }
    )
