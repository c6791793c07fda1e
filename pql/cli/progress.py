"""A line on the terminal while something takes long: how far it is, its rate, and when it will end."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["doing", "progress"]

_CLEAR = "\r\x1b[K"
_OFTEN = 0.1
"""Seconds between two states of the line."""


def progress(
    unit: str, *, patience: float = 0.0, clock: Callable[[], float] = time.monotonic
) -> Callable[[int, int], None] | None:
    """What to call with how many are done and how many there are; None where standard error is no terminal.

    With `patience` (seconds) nothing is shown before, and the line is gone at the end.
    """
    if not sys.stderr.isatty():
        return None
    start = clock()
    shown: float | None = None

    def show(done: int, wanted: int) -> None:
        nonlocal shown
        spent = clock() - start
        ended = done >= wanted
        if ended and patience:
            if shown is not None:
                sys.stderr.write(_CLEAR)
        elif ended or (spent >= patience and (shown is None or spent - shown >= _OFTEN)):
            shown = spent
            sys.stderr.write(f"{_CLEAR}{_line(done, wanted, unit, spent)}" + ("\n" if ended else ""))
        sys.stderr.flush()

    return show


@contextmanager
def doing(text: str) -> Iterator[None]:
    """The text on the terminal while something goes on whose end can't be foreseen; nothing elsewhere."""
    live = sys.stderr.isatty()
    if live:
        sys.stderr.write(f"{_CLEAR}{text} ...")
        sys.stderr.flush()
    try:
        yield
    finally:
        if live:
            sys.stderr.write(_CLEAR)
            sys.stderr.flush()


def _line(done: int, wanted: int, unit: str, spent: float) -> str:
    if not done or spent <= 0:
        return f"{done:,} of {wanted:,} {unit}"
    rate = done / spent
    return f"{done:,} of {wanted:,} {unit}, {rate:,.0f} a second, {_span((wanted - done) / rate)} left"


def _span(seconds: float) -> str:
    """A time to wait for, in one unit or two."""
    if seconds < 100:
        return f"{seconds:,.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60:,} h {minutes % 60} min"
