"""Reading many runs, as a process of Python has to be set up for it."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["begin_worker", "no_collection", "without_numpy"]


@contextmanager
def no_collection() -> Iterator[None]:
    """Without the collector of cycles: it would walk all the records made so far again and again, and they
    hold none. A tenth of the time of a refresh."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def begin_worker() -> None:
    """The same for the life of a process that does nothing else; and without numpy."""
    gc.disable()
    without_numpy()


def without_numpy() -> None:
    """For a process that has no use for numpy: where that is installed, Arrow imports it and pandas, which
    takes longer than reading two hundred runs."""
    sys.modules.setdefault("numpy", None)  # type: ignore[arg-type]
