"""The index as a whole: refresh it from a store, open a snapshot, search."""

from lineage_index.index.index import Index
from lineage_index.index.result import SearchResult

__all__ = ["Index", "SearchResult"]
