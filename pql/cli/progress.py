"""A line on the terminal while something takes long: how far it is, its rate, and when it will end."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

__all__ = ["LiveLine", "doing", "progress"]

_CLEAR = "\r\x1b[K"
_OFTEN = 0.1
"""Seconds between two states of the line."""


class LiveLine:
    """The last line of a terminal, drawn again and again; of any other stream nothing (`live` says which)."""

    def __init__(self, stream: TextIO) -> None:
        self.live = stream.isatty()
        self._stream = stream
        self._shown = ""

    def show(self, text: str) -> None:
        """Draw the text in place of what was shown, as much of it as a line holds."""
        text = text[: max(1, shutil.get_terminal_size().columns - 1)]
        if self.live and text != self._shown:
            self._write(f"{_CLEAR}{text}")
            self._shown = text

    def clear(self) -> None:
        """Take the line away."""
        if self._shown:
            self._write(_CLEAR)
            self._shown = ""

    def keep(self) -> None:
        """Leave the line as it is; what comes goes below."""
        if self._shown:
            self._write("\n")
            self._shown = ""

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


def progress(
    unit: str, *, patience: float = 0.0, clock: Callable[[], float] = time.monotonic
) -> Callable[[int, int], None] | None:
    """What to call with how many are done and how many there are; None where standard error is no terminal.

    With `patience` (seconds) nothing is shown before, and the line is gone at the end.
    """
    line = LiveLine(sys.stderr)
    if not line.live:
        return None
    start = clock()
    shown: float | None = None

    def show(done: int, wanted: int) -> None:
        nonlocal shown
        spent = clock() - start
        if done >= wanted and patience:
            line.clear()
        elif done >= wanted:
            line.show(_state(done, wanted, unit, spent))
            line.keep()
        elif spent >= patience and (shown is None or spent - shown >= _OFTEN):
            shown = spent
            line.show(_state(done, wanted, unit, spent))

    return show


@contextmanager
def doing(text: str) -> Iterator[None]:
    """The text on the terminal while something goes on whose end can't be foreseen; nothing elsewhere."""
    line = LiveLine(sys.stderr)
    line.show(f"{text} ...")
    try:
        yield
    finally:
        line.clear()


def _state(done: int, wanted: int, unit: str, spent: float) -> str:
    if not done or spent <= 0:
        return f"{done:,} of {wanted:,} {unit}"
    rate = done / spent
    left = f", {_span((wanted - done) / rate)} left" if done < wanted else ""
    return f"{done:,} of {wanted:,} {unit}, {rate:,.0f} a second{left}"


def _span(seconds: float) -> str:
    """A time to wait for, in one unit or two."""
    if seconds < 100:
        return f"{seconds:,.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60:,} h {minutes % 60} min"
