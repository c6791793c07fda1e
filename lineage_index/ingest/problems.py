"""What can be wrong with a store: every code a problem can have, what it means, and how much it costs."""

from __future__ import annotations

import errno
from collections.abc import Mapping
from types import MappingProxyType

from lineage_index.ingest.record import Problem, Severity

__all__ = ["CODES", "FAILED_READ", "Reporter", "make_problem", "refusal"]

FAILED_READ = "failed-read"
"""The code of a failure that says nothing about the file: a disk or a share that does not answer just now."""

_PASSING = frozenset((errno.EIO, errno.ESTALE, errno.ETIMEDOUT, errno.EMFILE, errno.ENFILE, errno.ENOMEM))
_WARNING, _NOTE = Severity.WARNING, Severity.NOTE

CODES: Mapping[str, tuple[Severity, str]] = MappingProxyType(
    {
        "not-a-run": (_NOTE, "an entry of the store is no run folder, and was skipped"),
        "not-an-event-file": (_NOTE, "an entry of an event folder is no event file, and was skipped"),
        "link-outside": (_WARNING, "a symbolic link leaves the store, and was not followed"),
        "unreadable": (_WARNING, "a file or folder could not be read"),
        "failed-read": (_WARNING, "reading a file failed; the next refresh reads the run again"),
        "vanished": (_WARNING, "a file went away while the folder was read"),
        "too-large": (_WARNING, "a file is larger than a file of its kind may be"),
        "bad-json": (_WARNING, "a file is not JSON; nothing of it was read"),
        "bad-encoding": (_WARNING, "bytes that are not UTF-8, or halves of characters, were replaced"),
        "too-deep": (_WARNING, "a value is nested too deeply"),
        "duplicate-key": (_WARNING, "a key stands twice in one mapping; the last one counts"),
        "huge-number": (_WARNING, "a number is beyond every double; it counts as infinite"),
        "wrong-type": (_WARNING, "a key holds a value of another type than it should"),
        "bad-value": (_WARNING, "a key holds a text or number that cannot be read as what it should be"),
        "bad-entry": (_WARNING, "an entry of a list is not what it should be"),
        "uuid-differs": (_WARNING, "the file and its folder name two different runs; the folder's counts"),
        "no-uuid": (_WARNING, "neither folder nor file gives a uuid; one was made from the folder's path"),
        "no-run-file": (_WARNING, "the folder has no run.plx.json"),
        "no-lineage-file": (_WARNING, "the folder has events, and no lineages.plx.json"),
        "bad-header": (_WARNING, "an event file does not begin as its kind does"),
        "cut-line": (_WARNING, "the last line of an event file is incomplete"),
        "bad-line": (_WARNING, "a line of an event file cannot be read"),
        "duplicate-run": (_WARNING, "several folders hold the same run; the last updated counts"),
    }
)
"""Code → severity and meaning."""


def make_problem(code: str, path: str, message: str, *, lost: str = "", line: int | None = None) -> Problem:
    """A problem of the severity its code has; KeyError for a code that is not in `CODES`."""
    severity, _ = CODES[code]
    return Problem(code, path, message, lost, line, severity)


def refusal(error: OSError) -> str:
    """The code of an error of the disk: may the same be tried again with more luck?"""
    return FAILED_READ if error.errno in _PASSING else "unreadable"


class Reporter:
    """Collects the problems of one file."""

    __slots__ = ("path", "problems")

    def __init__(self, path: str) -> None:
        self.path = path
        self.problems: list[Problem] = []

    def __call__(self, code: str, message: str, *, lost: str = "", line: int | None = None) -> None:
        self.problems.append(make_problem(code, self.path, message, lost=lost, line=line))

    def cannot_be_read(self, error: OSError, *, lost: str) -> None:
        """The file can't be opened or read on."""
        self(refusal(error), f"cannot be read: {error.strerror or error}", lost=lost)
