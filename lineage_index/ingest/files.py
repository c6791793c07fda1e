"""Open the files of a store without being led astray: regular files only, none through a link that leaves."""

from __future__ import annotations

import errno
import os
import stat
from typing import BinaryIO

__all__ = ["LinkError", "TooLargeError", "is_inside", "open_raw", "open_regular", "read_file"]

_FIRST = 1 << 16
_NEXT = 1 << 22


class TooLargeError(Exception):
    """A file is larger than the reader takes."""


class LinkError(Exception):
    """A file is a symbolic link, or a loop of them leads to it."""


def is_inside(real_root: str, path: str) -> bool:
    """Whether what `path` leads to lies below `real_root`, all links followed."""
    real = os.path.realpath(path)
    return real == real_root or real.startswith(real_root.rstrip(os.sep) + os.sep)


def open_raw(path: str, flags: int = 0) -> int:
    """A descriptor of the file that never waits for another process. Raises OSError."""
    return os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | flags)


def open_regular(path: str) -> BinaryIO:
    """The file, open for reading. Raises OSError; also when it is a pipe, device or folder, on
    which an ordinary open would wait."""
    descriptor = open_raw(path)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError("not a regular file")
    return open(descriptor, "rb")


def read_file(path: str, limit: int, *, links: bool = True) -> bytes:
    """The whole file. Raises OSError; TooLargeError when it has more than `limit` bytes; LinkError when it is
    a link, and no `links` are wanted."""
    try:
        descriptor = open_raw(path, 0 if links else os.O_NOFOLLOW)
    except OSError as error:
        if error.errno == errno.ELOOP and not links:
            raise LinkError from error
        raise
    try:
        # A short read of a regular file is its end; most files end in the first one.
        data = os.read(descriptor, _FIRST)
        if len(data) < _FIRST and data:
            return data
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError("not a regular file")
        parts = [data]
        size = len(data)
        while part := os.read(descriptor, _NEXT):
            size += len(part)
            if size > limit:
                raise TooLargeError
            parts.append(part)
        return b"".join(parts)
    finally:
        os.close(descriptor)
