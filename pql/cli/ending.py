"""How the process ends."""

from __future__ import annotations

import atexit
import os
import sys
import threading

__all__ = ["end_at_once"]


def end_at_once(ended: SystemExit) -> None:
    """End the process with this code, without taking the interpreter apart: that is a sixth of a short
    search, for memory which the system takes back anyway. Exit handlers are called and streams flushed.

    Returns where that would not be sound, and the usual end is to be taken: a thread or a pool of processes
    may still be at work, the code is a text, or a stream can't be flushed.
    """
    code = 0 if ended.code is None else ended.code
    if not isinstance(code, int) or threading.active_count() > 1 or "multiprocessing" in sys.modules:
        return
    atexit._run_exitfuncs()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):
        return
    os._exit(code)
