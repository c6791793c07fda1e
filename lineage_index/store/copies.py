"""How much room the copies of an index at a URL take, and who still reads them."""

from __future__ import annotations

import os
import re
import sys
import time
import weakref
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from lineage_index.store.manifest import FOLDER, read_manifest

__all__ = ["Pin", "make_room", "room"]

_VARIABLE = "PQL_CACHE_SIZE"
_DEFAULT = 20 << 30
_SIZE = re.compile(r"(\d+)([KMGT]?)\Z")
_UNITS = {"": 0, "K": 10, "M": 20, "G": 30, "T": 40}
_UNKNOWN_AGE = 24 * 3600
"""Seconds. A file that no manifest here names may be one that a writer is about to commit."""

_PINS = ".pins"


def room() -> int:
    """How many bytes the copy of one index may take: $PQL_CACHE_SIZE, such as 500M, else 20 GiB. ValueError
    if that is no size."""
    text = os.environ.get(_VARIABLE)
    if not text:
        return _DEFAULT
    match = _SIZE.match(text.strip().upper().removesuffix("B").removesuffix("I"))
    if match is None:
        raise ValueError(f"{_VARIABLE} is a size such as 500M or 20G, not {text!r}")
    return int(match[1]) << _UNITS[match[2]]


class Pin:
    """Says that a version is being read, to every process that would make room; until it is collected, or its
    process ends."""

    def __init__(self, index: Path, version: int) -> None:
        self.version = version
        if sys.platform == "win32":  # there, files that are open can't be taken away
            return
        import fcntl

        with suppress(OSError):
            (index / _PINS).mkdir(exist_ok=True)
            path = index / _PINS / str(version)
            while True:
                handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
                fcntl.flock(handle, fcntl.LOCK_SH)
                if path.exists() and path.stat().st_ino == os.fstat(handle).st_ino:
                    break
                os.close(handle)  # it was taken away between the two calls
            weakref.finalize(self, os.close, handle)


def make_room(index: Path) -> None:
    """Takes copies away, those first that were not read for longest, until the rest has room. Those of
    versions that someone reads stay, however large they are. OSError, ValueError."""
    most = room()
    files = {path: path.stat() for path in _copies(index)}
    size = sum(each.st_size for each in files.values())
    if size <= most:
        return
    named, read = _named(index)
    young = time.time() - _UNKNOWN_AGE
    for path, found in sorted(files.items(), key=lambda each: max(each[1].st_atime, each[1].st_mtime)):
        name = f"{path.parent.name}/{path.name}"
        if name in read or (name not in named and found.st_mtime > young):
            continue
        path.unlink(missing_ok=True)
        size -= found.st_size
        if size <= most:
            return


def _copies(index: Path) -> Iterator[Path]:
    return index.glob("*/part-*.parquet")


def _named(index: Path) -> tuple[set[str], set[str]]:
    """The files that manifests here name, and those of versions that someone reads."""
    pinned = _pinned(index)
    named: set[str] = set()
    read: set[str] = set()
    for path in (index / FOLDER).glob("*.json"):
        with suppress(OSError, ValueError):
            files = read_manifest(index, path.name).files()
            names = {f"{table}/{name}" for table, known in files.items() for name, _, _ in known}
            named |= names
            if int(path.name.partition("-")[0]) in pinned:
                read |= names
    return named, read


def _pinned(index: Path) -> set[int]:
    """The versions that someone reads."""
    if sys.platform == "win32":
        return set()
    import fcntl

    found: set[int] = set()
    for pin in (index / _PINS).glob("*"):
        handle = os.open(pin, os.O_RDWR | os.O_CLOEXEC)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            pin.unlink()
        except BlockingIOError:
            found.add(int(pin.name))
        finally:
            os.close(handle)
    return found
