"""Many texts checked, in several processes where that pays; told in the order they are given."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pql.binder.binder import Clock
from pql.check.contents import Kind
from pql.check.engine import Selection, check_text
from pql.check.files import UnreadableError, read_text
from pql.check.known import Known
from pql.check.model import Finding
from pql.check.report import CheckReport, Unread

__all__ = ["Item", "check_all"]

_MANY = 60
"""Files from which on several processes pay."""

_CHUNK = 20

_Outcome = tuple[tuple[Finding, ...], str] | Unread


@dataclass(frozen=True, slots=True)
class Item:
    """One text to check: of a file, or `text` where there is no path."""

    name: str
    kind: Kind
    path: Path | None = None
    text: str = ""


def check_all(
    items: Sequence[Item],
    clock: Clock,
    selection: Selection,
    known: Known | None = None,
    *,
    unread: Sequence[Unread] = (),
    progress: Callable[[int, int], None] | None = None,
) -> CheckReport:
    """The report over all texts, with what was found unreadable before. `progress` is told how many are done,
    and how many there are."""
    findings: list[Finding] = []
    texts: dict[str, str] = {}
    unreadable = list(unread)
    outcomes = _outcomes(items, clock, selection, known)
    for number, (item, outcome) in enumerate(zip(items, outcomes, strict=True), start=1):
        if isinstance(outcome, Unread):
            unreadable.append(outcome)
        elif outcome[0]:
            findings += outcome[0]
            texts[item.name] = outcome[1]
        if progress is not None:
            progress(number, len(items))
    return CheckReport(tuple(findings), texts, len(items), tuple(unreadable))


def _outcomes(
    items: Sequence[Item], clock: Clock, selection: Selection, known: Known | None
) -> Iterator[_Outcome]:
    """An outcome a text. An index is asked from one process only."""
    check = partial(_check_one, clock=clock, selection=selection)
    workers = min(_cores(), len(items) // _MANY + 1)
    if known is not None or workers == 1:
        yield from (check(each, known=known) for each in items)
        return
    with ProcessPoolExecutor(workers, initializer=_rarely_collect) as pool:
        yield from pool.map(check, items, chunksize=_CHUNK)


def _cores() -> int:
    """The processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _rarely_collect() -> None:
    """Trees of queries hold no cycles: looking for some took a tenth of the time."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def _check_one(item: Item, *, clock: Clock, selection: Selection, known: Known | None = None) -> _Outcome:
    """The findings about one text, and the text if there are any."""
    try:
        text = item.text if item.path is None else read_text(item.path)[0]
    except UnreadableError as error:
        return Unread(error.path, error.reason)
    found = check_text(item.name, text, item.kind, clock=clock, selection=selection, known=known)
    return found, text if found else ""
