"""Which run store a row came from, wherever that store lies by now.

A store is known by a name: the path at which it was first read. It is looked up by its path, and where that
is new, by its path relative to the index: a store that was moved together with its index keeps its name, and
so its rows.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

__all__ = ["StorePlace", "merge_places", "name_store", "place_of", "store_folder"]


@dataclass(frozen=True, slots=True)
class StorePlace:
    """Where a store was when it was last read: its path (absolute, or a URL), and the one relative to the
    index (None where there is none)."""

    name: str
    path: str
    relative: str | None


def name_store(
    known: Iterable[StorePlace], index: str, path: str, is_there: Callable[[str], bool] = os.path.isdir
) -> str:
    """The name of the store that is at `path` now; `is_there` tells whether a path leads to a folder.

    The way from the index decides only where nothing is left at the path of before: of two stores that are
    both there, one is not the other.
    """
    places = list(known)
    for each in places:
        if each.path == path:
            return each.name
    relative = _relative(path, index)
    for each in places:
        if relative is not None and each.relative == relative and not is_there(each.path):
            return each.name
    taken = {each.name for each in places}
    return next(
        name for name in (path, *(f"{path}#{n}" for n in range(2, len(taken) + 3))) if name not in taken
    )


def place_of(name: str, index: str, path: str) -> StorePlace:
    """The place of the store `name` that is at `path` now."""
    return StorePlace(name, path, _relative(path, index))


def merge_places(known: Iterable[StorePlace], fresh: Iterable[StorePlace]) -> tuple[StorePlace, ...]:
    """`known` with what is known anew, sorted by name."""
    merged = {each.name: each for each in (*known, *fresh)}
    return tuple(merged[name] for name in sorted(merged))


def store_folder(known: Iterable[StorePlace], index: str, name: str) -> str:
    """Where the store of that name lies: where it was read last, or where it moved to with its index."""
    for each in known:
        if each.name == name:
            moved = None if each.relative is None else os.path.normpath(os.path.join(index, each.relative))
            return moved if moved is not None and not os.path.isdir(each.path) else each.path
    return name


def _relative(path: str, index: str) -> str | None:
    if "://" in path or "://" in index:
        return None
    try:
        return Path(os.path.relpath(path, index)).as_posix()
    except ValueError:  # another drive
        return None
