"""What happens to the runs of a process when it gets SIGTERM, exits, or forks."""

from __future__ import annotations

import atexit
import os
import signal
import sys
import threading
from types import FrameType
from typing import Any, Protocol

from lineage_index.tracking.sections import when_outside

__all__ = ["Tracked", "enter", "leave"]


class Tracked(Protocol):
    """What this module asks of a run."""

    pid: int
    """The process it is written by."""

    def on_signal(self, name: str) -> None: ...

    def on_exit(self, error: BaseException | None) -> None: ...

    def on_fork(self) -> None: ...


_runs: list[Tracked] = []
_previous: Any = None
_installed = False
_hooked = False


def enter(run: Tracked) -> None:
    """Look after `run` from now on. The SIGTERM handler is only installed from the main thread, and not
    where the program ignores SIGTERM."""
    global _installed, _previous, _hooked
    _runs.append(run)
    if not _hooked:
        _hooked = True
        atexit.register(_on_exit)
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=_on_fork)
    if not _installed and threading.current_thread() is threading.main_thread():
        previous = signal.getsignal(signal.SIGTERM)
        if previous is not None and previous != signal.SIG_IGN:
            _previous = previous
            signal.signal(signal.SIGTERM, _on_term)
            _installed = True


def leave(run: Tracked) -> None:
    """Stop looking after `run`; after the last one, the handler that was there before is back."""
    global _installed
    if run in _runs:
        _runs.remove(run)
    if _runs or not _installed or threading.current_thread() is not threading.main_thread():
        return
    # Whoever replaced the handler meanwhile may call ours; then it stays, and only passes on.
    if signal.getsignal(signal.SIGTERM) is _on_term:
        signal.signal(signal.SIGTERM, _previous)
        _installed = False


def _on_term(number: int, frame: FrameType | None) -> None:
    when_outside(lambda: _terminate(number, frame))


def _terminate(number: int, frame: FrameType | None) -> None:
    for run in tuple(_runs):
        # A forked child may get the signal before it has been told that it is one.
        if run.pid == os.getpid():
            run.on_signal("SIGTERM")
    if callable(_previous):
        _previous(number, frame)
        return
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)


def _on_exit() -> None:
    # Set by the interpreter when an exception ended the program. A prompt sets it after every mistake.
    error = None if hasattr(sys, "ps1") else getattr(sys, "last_value", None)
    for run in tuple(_runs):
        run.on_exit(error)


def _on_fork() -> None:
    for run in _runs:
        run.on_fork()
