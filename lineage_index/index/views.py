"""The tables of a snapshot as the statements of a search name them."""

from __future__ import annotations

from lineage_index.store.snapshot import Snapshot

__all__ = ["view_query"]

_EDGES = "upstream, downstream, kind, values, statuses"


def view_query(snapshot: Snapshot, name: str) -> str:
    """The rows of a table as a SELECT.

    `edges` are those of the run folders and those that were recorded for runs that are in the snapshot.
    """
    if name != "edges" or not snapshot.rows["recorded_edges"]:
        return f"SELECT * FROM {_files(snapshot, name)}"
    columns = ", ".join(f"e.{column.strip()}" for column in _EDGES.split(","))
    return (
        f"SELECT run_id, {_EDGES} FROM {_files(snapshot, 'edges')} "
        f"UNION ALL SELECT r.run_id, {columns} FROM {_files(snapshot, 'runs')} AS r "
        f"JOIN {_files(snapshot, 'recorded_edges')} AS e ON r.uuid = e.downstream"
    )


def _files(snapshot: Snapshot, name: str) -> str:
    files = ", ".join(_text(file) for file in snapshot.files[name])
    return f"read_parquet([{files}], hive_partitioning = false)"


def _text(value: str) -> str:
    """A text literal. Only the paths of the index's own files come through here."""
    return "'" + value.replace("'", "''") + "'"
