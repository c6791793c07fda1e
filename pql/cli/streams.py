"""The standard streams: always there, and never what a command fails by."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NoReturn, TextIO

from pql.cli.exits import Exit

__all__ = [
    "COLOURS",
    "ask_colour",
    "closing_quietly",
    "columns_of",
    "hang_up",
    "in_colour",
    "open_missing",
    "speak_utf8",
]

COLOURS = ("auto", "always", "never")
_UNTOLD = 80
"""The columns of a terminal that does not say how many it has."""

_asked: ContextVar[str] = ContextVar("colour", default="auto")


def ask_colour(when: str) -> None:
    """What `--color` says, for the rest of the command."""
    _asked.set(when)


def in_colour(stream: TextIO) -> bool:
    """Whether escapes for colours belong on a stream: what `--color` says; else the environment, in which
    NO_COLOR goes before FORCE_COLOR and CLICOLOR_FORCE; else whether it is a terminal that knows them."""
    if _asked.get() != "auto":
        return _asked.get() == "always"
    said = os.environ.get
    if said("NO_COLOR"):
        return False
    if said("FORCE_COLOR", "0") not in ("", "0") or said("CLICOLOR_FORCE", "0") not in ("", "0"):
        return True
    return said("TERM") != "dumb" and said("CLICOLOR") != "0" and stream.isatty()


def columns_of(stream: TextIO) -> int | None:
    """The columns of the terminal that a stream is; None where nothing is to be cut or folded."""
    if not stream.isatty():
        return None
    said = os.environ.get("COLUMNS", "")
    if said.isdecimal() and int(said):
        return int(said)
    try:
        return os.get_terminal_size(stream.fileno()).columns or _UNTOLD
    except OSError:
        return _UNTOLD


def open_missing() -> None:
    """Put the null device where a stream was closed by the caller, and let no letter that an encoding lacks
    stop the output: it is written as an escape."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def speak_utf8() -> None:
    """JSON is UTF-8, whatever the locale."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="strict")


def hang_up(code: Exit) -> NoReturn:
    """End at once: nothing more can be written, not even by the interpreter's own last flush."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    raise SystemExit(int(code))


@contextmanager
def closing_quietly() -> Iterator[None]:
    """Flush standard output at the end. A reader that has gone (`| head`) ends the command with success, a
    full disk with an error."""
    try:
        try:
            yield
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        hang_up(Exit.FOUND)
    except OSError as error:
        if error.filename is not None:  # not of a stream
            raise
        print(f"error: the output can't be written: {error.strerror}", file=sys.stderr)
        hang_up(Exit.OUTPUT)
