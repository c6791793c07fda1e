"""The files of an index, on this machine or at a URL: what there is, and taking away."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from lineage_index.store.remote import remote_of

__all__ = ["Item", "present", "remove"]


@dataclass(frozen=True, slots=True)
class Item:
    """A file of an index: bytes, and when it was written (seconds since 1970)."""

    size: int
    modified: float


def present(index: Path, folders: Sequence[str]) -> dict[str, Item]:
    """What there is in some folders of an index, by name (`folder/file`). OSError as usual."""
    remote = remote_of(index)
    if remote is None:
        return dict(_local(index, folders))
    return {each.name: Item(each.size, each.modified.timestamp()) for each in remote.present(folders)}


def remove(index: Path, names: Iterable[str]) -> None:
    """Takes files away, in this order. OSError as usual."""
    remote = remote_of(index)
    if remote is None:
        for name in names:
            os.unlink(index / name)
        return
    for name in names:
        remote.bucket.delete([name])
        (index / name).unlink(missing_ok=True)


def _local(index: Path, folders: Sequence[str]) -> Iterator[tuple[str, Item]]:
    for folder in folders:
        for path in (index / folder).glob("*"):
            if path.is_file():
                found = path.stat()
                yield f"{folder}/{path.name}", Item(found.st_size, found.st_mtime)
