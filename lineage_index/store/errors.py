"""What can go wrong with an index as a whole; each says what to do about it."""

from __future__ import annotations

import re

from lineage_index.store.origin import url_of

__all__ = [
    "IndexConflict",
    "IndexMissing",
    "IndexOutdated",
    "IndexTooNew",
    "IndexUnreadable",
    "StoreError",
    "words_of",
]

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


class StoreError(Exception):
    """Base of all errors of the store. `path` is the index; the text is one sentence for a user."""

    def __init__(self, path: str, message: str) -> None:
        url = url_of(path)
        if url is not None:  # the user named the URL, and need not know of the copy
            message, path = message.replace(f"index at {path}", f"index at {url}"), str(url)
        super().__init__(message)
        self.path = path
        self.message = message

    def __reduce__(self) -> tuple[type[StoreError], tuple[str, str]]:
        return type(self), (self.path, self.message)  # from one process to another


class IndexMissing(StoreError):  # noqa: N818
    """There is no index at the path."""


class IndexUnreadable(StoreError):  # noqa: N818
    """There is an index, but its files cannot be read or written."""


class IndexTooNew(StoreError):  # noqa: N818
    """The index was written with a newer major version of the tables."""


class IndexOutdated(StoreError):  # noqa: N818
    """The index was written with an older version of the tables: it can be read, and has to be migrated
    before it is written to."""


class IndexConflict(StoreError):  # noqa: N818
    """Other writers kept committing first; nothing of this batch is in the index."""


def words_of(error: Exception) -> str:
    """What an error of an engine says, on one line; engines write trees of causes, in colours."""
    lines = (line.strip(" \t↳") for line in _COLOUR.sub("", str(error)).splitlines())
    return ": ".join(line for line in lines if line) or type(error).__name__
