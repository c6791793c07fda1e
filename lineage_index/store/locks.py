"""Turns for writers on one machine.

Commits are optimistic and right without this; waiting for one's turn only saves the work of a lost race.
Where the file system knows no locks, nobody waits.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

__all__ = ["turn"]


@contextmanager
def turn(index: Path) -> Iterator[None]:
    """Waits until no other process writes to the index. The lock goes with the process, however it ends."""
    if sys.platform == "win32":
        yield
        return
    import fcntl

    with suppress(OSError):
        index.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(index / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError:
        yield
        return
    try:
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
