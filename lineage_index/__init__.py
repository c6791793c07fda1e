"""Run folders and the index over them.

`Index.open(path).search(query)` finds runs; `refresh(store, path)` brings an index up to date; `tracking`
writes run folders. Everything is imported when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lineage_index import tracking
    from lineage_index.index.index import Index
    from lineage_index.index.refresh import RefreshReport, StoreMissing, refresh
    from lineage_index.index.result import SearchResult
    from lineage_index.store.errors import (
        IndexConflict,
        IndexMissing,
        IndexOutdated,
        IndexTooNew,
        IndexUnreadable,
        StoreError,
    )
    from lineage_index.store.recorded import record_edges

__all__ = [
    "Index",
    "IndexConflict",
    "IndexMissing",
    "IndexOutdated",
    "IndexTooNew",
    "IndexUnreadable",
    "RefreshReport",
    "SearchResult",
    "StoreError",
    "StoreMissing",
    "record_edges",
    "refresh",
    "tracking",
]

_PLACES = {
    "Index": "lineage_index.index.index",
    "SearchResult": "lineage_index.index.result",
    "RefreshReport": "lineage_index.index.refresh",
    "StoreMissing": "lineage_index.index.refresh",
    "record_edges": "lineage_index.store.recorded",
    "refresh": "lineage_index.index.refresh",
    "IndexConflict": "lineage_index.store.errors",
    "IndexMissing": "lineage_index.store.errors",
    "IndexOutdated": "lineage_index.store.errors",
    "IndexTooNew": "lineage_index.store.errors",
    "IndexUnreadable": "lineage_index.store.errors",
    "StoreError": "lineage_index.store.errors",
}


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name == "tracking":
        return import_module("lineage_index.tracking")
    if name in _PLACES:
        return getattr(import_module(_PLACES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
