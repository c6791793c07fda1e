"""What is in the files of a run folder, as a digest: for those who don't trust times.

It is made of the size and CRC-32 of every file that is read, taken as the bytes pass by: it tells accidents,
not forgery, and costs a hundredth of the reading; a cryptographic one would cost a tenth.
"""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Iterable
from typing import Any, BinaryIO
from zlib import crc32

from lineage_index.ingest.files import is_inside, open_regular
from lineage_index.ingest.listing import Listing
from lineage_index.ingest.names import printable
from lineage_index.ingest.scan import OLD_NAMES, TREES, Entries, RunFolder

__all__ = ["LARGEST_JSON", "Checksum", "content_digest", "content_fingerprint"]

LARGEST_JSON = 64 << 20
"""Bytes of the largest JSON file that is read."""

_CHUNK = 1 << 18


class Checksum:
    """Size and CRC-32 of one file, so far."""

    __slots__ = ("crc", "size")

    def __init__(self) -> None:
        self.size = 0
        self.crc = 0

    def add(self, data: bytes | memoryview) -> None:
        """Take in the next bytes."""
        self.size += len(data)
        self.crc = crc32(data, self.crc)

    def passing(self, file: BinaryIO) -> BinaryIO:
        """The same file; what is read from it is taken in."""
        return io.BufferedReader(_Passing(file, self), _CHUNK)


class _Passing(io.RawIOBase):
    def __init__(self, file: BinaryIO, checksum: Checksum) -> None:
        self._file = file
        self._checksum = checksum

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        count = self._file.readinto(buffer)  # type: ignore[attr-defined]
        self._checksum.add(memoryview(buffer)[:count])
        return int(count)


def content_digest(parts: Iterable[tuple[str, Checksum]]) -> str:
    """The digest of a run: of the names of its files, relative to its folder, and their checksums."""
    lines = sorted(f"{name}\0{each.size}\0{each.crc}" for name, each in parts)
    return hashlib.blake2b("\n".join(lines).encode(), digest_size=12).hexdigest()


def content_fingerprint(folder: RunFolder) -> str:
    """The digest that the record of the folder would have (`FolderRecord.content`), without its record.

    A file that can't be read counts as empty, as it does to the reader.
    """
    real_root = os.path.realpath(folder.store)
    parts: list[tuple[str, Checksum]] = []
    for name, old_name in OLD_NAMES.items():
        each = name if os.path.lexists(os.path.join(folder.path, name)) else old_name
        path = os.path.join(folder.path, each)
        if os.path.islink(path) and not is_inside(real_root, path):
            continue
        found = _checksum(path)
        if found is not None and found.size <= LARGEST_JSON:
            parts.append((each, found))
    listing = Listing(folder, [], Entries())
    for tree in TREES:
        for kind in listing.kinds(tree):
            parts += [
                (relative, _checksum(entry.path) or Checksum())
                for relative, _, entry in listing.event_files(kind, f"{tree}/{printable(kind.name)}")
            ]
    return content_digest(parts)


def _checksum(path: str) -> Checksum | None:
    found = Checksum()
    try:
        with open_regular(path) as file:
            while chunk := file.read(_CHUNK):
                found.add(chunk)
    except OSError:
        return None
    return found
