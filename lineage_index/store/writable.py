"""Which snapshots this program may build on."""

from __future__ import annotations

from lineage_index.store.errors import IndexOutdated, IndexTooNew
from lineage_index.store.snapshot import Snapshot
from pql.catalog.tables import SCHEMA_VERSION

__all__ = ["check_writable"]


def check_writable(base: Snapshot) -> None:
    """Raises IndexOutdated or IndexTooNew unless the snapshot has the tables of this program.

    A commit carries over what it knows: one on top of a newer index would lose what only that has.
    """
    path, found, own = str(base.path), ".".join(map(str, base.schema)), ".".join(map(str, SCHEMA_VERSION))
    if base.schema < SCHEMA_VERSION:
        raise IndexOutdated(
            path,
            f"the index at {path} has format {found}, and this program writes {own}; it can be read as "
            "it is, and `pql index migrate` makes it writable",
        )
    if base.schema > SCHEMA_VERSION:
        raise IndexTooNew(
            path,
            f"the index at {path} has format {found}, and this program writes {own}: it can be read, and "
            "only a newer pql-lineage can write to it",
        )
