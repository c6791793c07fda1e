"""Sections of code that must not be cut in two: between threads, between processes, and by SIGTERM."""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType

__all__ = ["Section", "folder_lock", "when_outside"]

_main = threading.main_thread()
_depth = 0  # of sections that the main thread is in; only the main thread touches it
_waiting: list[Callable[[], None]] = []


class Section:
    """A re-entrant lock that also holds back the SIGTERM handler while the main thread is inside.

    Python runs signal handlers in the main thread between any two instructions. A handler that ends a run
    while the same thread is half way through writing it would find its state torn.
    """

    __slots__ = ("_lock",)

    def __init__(self) -> None:
        self._lock = threading.RLock()

    def __enter__(self) -> None:
        global _depth
        self._lock.acquire()  # before it is counted: Ctrl-C may end the waiting
        if threading.current_thread() is _main:
            _depth += 1

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        global _depth
        main = threading.current_thread() is _main
        if main:
            _depth -= 1
        self._lock.release()
        while main and _waiting and _depth == 0:
            _waiting.pop(0)()

    def renew(self) -> None:
        """In a forked child: forget a lock that a thread of the parent may hold for ever."""
        global _depth, _main
        self._lock = threading.RLock()
        _main = threading.main_thread()
        _depth = 0


def when_outside(action: Callable[[], None]) -> None:
    """Call `action` in the main thread: now, or as soon as that thread has left its last section."""
    if _depth == 0:
        action()
    else:
        _waiting.append(action)


@contextmanager
def folder_lock(folder: str) -> Iterator[None]:
    """Keep other processes that ask for the same out of `folder`. Raises OSError if there is no folder.

    The lock is on the folder itself, so nothing is left behind; it ends with the process that held it.
    """
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
