"""Data files as local paths: of an index at a URL they are copied when they are first asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from lineage_index.store.errors import IndexUnreadable
from lineage_index.store.manifest import Files
from lineage_index.store.origin import is_copy

__all__ = ["files_of", "local_files"]


def local_files(index: Path, table: str, files: Iterable[tuple[str, int]]) -> list[str]:
    """The paths of data files of a table, given by name and size. Raises IndexUnreadable if one of an index
    at a URL can't be copied."""
    sizes = {f"{table}/{name}": size for name, size in files}
    if is_copy(index):
        from lineage_index.store.copies import make_room
        from lineage_index.store.remote import pull_all

        try:
            if pull_all(index, sizes):
                make_room(index)
        except FileNotFoundError as error:
            words = (
                f"the index at {index} no longer has a file of this version: a vacuum took it; open it anew"
            )
            raise IndexUnreadable(str(index), words) from error
        except (OSError, ValueError) as error:
            raise IndexUnreadable(str(index), f"the index at {index} cannot be read: {error}") from error
    return [str(index / name) for name in sizes]


def files_of(index: Path, version: int, files: Files) -> Mapping[str, tuple[str, ...]]:
    """The paths of the files of a snapshot, by table."""
    if is_copy(index):
        return _Fetched(index, version, files)
    return {table: tuple(str(index / table / each.name) for each in known) for table, known in files.items()}


class _Fetched(Mapping[str, tuple[str, ...]]):
    """Copies the files of a table when they are asked for. As long as this lives, they are kept."""

    def __init__(self, index: Path, version: int, files: Files) -> None:
        from lineage_index.store.copies import Pin

        self._index = index
        self._files = files
        self._pin = Pin(index, version)

    def __getitem__(self, table: str) -> tuple[str, ...]:
        files = [(name, size) for name, _, size in self._files[table]]
        return tuple(local_files(self._index, table, files))

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)
