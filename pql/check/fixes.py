"""Edits of findings, put into a text: whole fixes only, held against what is then read back."""

from __future__ import annotations

from collections.abc import Sequence

from pql.binder.binder import Clock
from pql.check.contents import Contents, Kind, read_contents
from pql.check.engine import Selection, check_contents
from pql.check.model import Edit, Finding
from pql.joins.source import Placed

__all__ = ["fixed"]

_MOST_ROUNDS = 20


def fixed(name: str, text: str, kind: Kind, *, clock: Clock, selection: Selection) -> tuple[str, int]:
    """The text with every safe fix in it, and how many there were. Fixes that touch each other are made one
    after the other."""
    count = 0
    for _ in range(_MOST_ROUNDS):
        contents = read_contents(name, text, kind, clock)
        taken = _apart(check_contents(contents, selection))
        if not taken:
            break
        done = _made(contents, kind, clock, taken)
        if done is None:
            break
        text, made = done
        count += made
    return text, count


def _made(
    contents: Contents, kind: Kind, clock: Clock, findings: Sequence[Finding]
) -> tuple[str, int] | None:
    """All of the fixes; if the file then doesn't say what it should, those that do so alone."""
    edits = [edit for each in findings for edit in each.edits]
    together = _edited(contents.text, edits)
    if _says_the_same(contents, together, kind, clock, edits):
        return together, len(findings)
    for each in findings:
        alone = _edited(contents.text, each.edits)
        if len(findings) > 1 and _says_the_same(contents, alone, kind, clock, each.edits):
            return alone, 1
    return None


def _apart(findings: Sequence[Finding]) -> list[Finding]:
    """The fixable findings whose edits don't touch those of an earlier one."""
    taken: list[Finding] = []
    spans: list[tuple[int, int]] = []
    for each in findings:
        own = [(edit.span.start, edit.span.end) for edit in each.edits]
        if own and not any(start <= b and a <= end for start, end in own for a, b in spans):
            taken.append(each)
            spans += own
    return taken


def _edited(text: str, edits: Sequence[Edit]) -> str:
    parts: list[str] = []
    at = 0
    for edit in sorted(edits, key=lambda each: each.span):
        parts += [text[at : edit.span.start], edit.text]
        at = edit.span.end
    return "".join([*parts, text[at:]])


def _says_the_same(before: Contents, text: str, kind: Kind, clock: Clock, edits: Sequence[Edit]) -> bool:
    """Whether the new text holds just the queries and sorts of the old one with these edits in them."""
    after = read_contents(before.name, text, kind, clock)
    if len(after.faults) > len(before.faults):  # settings that an edit broke
        return False
    expected = [_expected(placed, base, edits) for base, placed in _texts(before)]
    return expected == [placed.text for _, placed in _texts(after)]


def _texts(contents: Contents) -> list[tuple[int, Placed]]:
    return [(base, text.placed) for base, search in contents.all_searches() for text in search.texts]


def _expected(placed: Placed, base: int, edits: Sequence[Edit]) -> str:
    """A text with the edits that stand in it."""
    changes: list[tuple[int, int, str]] = []
    for edit in edits:
        start, end = edit.span.start - base, edit.span.end - base
        for piece in placed.pieces:
            if piece.verbatim and piece.span.start <= start and end <= piece.span.end:
                shift = piece.start - piece.span.start
                changes.append((start + shift, end + shift, edit.text))
                break
    parts: list[str] = []
    at = 0
    for first, last, new in sorted(changes):
        parts += [placed.text[at:first], new]
        at = last
    return "".join([*parts, placed.text[at:]])
