"""Where in the file each character of a YAML scalar stands, whatever its style.

Folding, indentation and chomping change nothing but whitespace, so the other characters of the value are
those of the file in the same order (an escape counts as what it stands for).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple, overload

from pql.diagnostics.span import Span
from pql.joins.document import Scalar
from pql.joins.source import Piece, Placed, Source

__all__ = ["content_start", "exact"]

_PROPERTIES = re.compile(r"(?:[&!][^\s,\[\]{}]*\s+)*")
_HEADER = re.compile(r"[|>][^\n]*\n")
_ESCAPE = re.compile(
    r"\\(?:x(?P<x>[0-9A-Fa-f]{2})|u(?P<u>[0-9A-Fa-f]{4})|U(?P<U>[0-9A-Fa-f]{8})"
    r"|(?P<line>\r?\n[ \t]*)|(?P<one>.))",
    re.DOTALL,
)
_SIMPLE = {
    "0": "\0",
    "a": "\a",
    "b": "\b",
    "t": "\t",
    "\t": "\t",
    "n": "\n",
    "v": "\v",
    "f": "\f",
    "r": "\r",
    "e": "\x1b",
    "N": "\x85",
    "_": "\xa0",
    "L": "\u2028",
    "P": "\u2029",
}
_WHITE = " \t\r\n\x85\u2028\u2029"
_RUN = re.compile(f"[{_WHITE}]+|[^{_WHITE}]+")
_SINGLE = re.compile(f"''|[{_WHITE}]+|[^'{_WHITE}]+|'")
_DOUBLE = re.compile(rf"[{_WHITE}]+|[^\\{_WHITE}]+|\\")


class _Unit(NamedTuple):
    """A part of the value as the file writes it: a run of characters, or one escape."""

    value: str
    start: int
    end: int

    @property
    def white(self) -> bool:
        return self.value[0] in _WHITE


def content_start(node: Scalar, source: Source) -> int:
    """The offset behind anchor and tag: of the quote, the block's sign, or the first character."""
    found = _PROPERTIES.match(source.text, node.span.start, node.span.end)
    return node.span.start if found is None else found.end()


def exact(node: Scalar, source: Source) -> Placed:
    """The scalar's text with the place of every part of it."""
    if node.verbatim is not None:
        return node.placed(source)
    return Placed(node.text, source, node.span, _Pieces(node, source))


class _Pieces(Sequence[Piece]):
    """The pieces of a scalar, found when they are first asked for: mostly nothing is said about a text."""

    __slots__ = ("_found", "_node", "_source")

    def __init__(self, node: Scalar, source: Source) -> None:
        self._node = node
        self._source = source
        self._found: tuple[Piece, ...] | None = None

    def _all(self) -> tuple[Piece, ...]:
        if self._found is None:
            self._found = tuple(_pieces(self._node.text, list(_units(self._node, self._source))) or ())
        return self._found

    def __len__(self) -> int:
        return len(self._all())

    @overload
    def __getitem__(self, place: int) -> Piece: ...

    @overload
    def __getitem__(self, place: slice) -> tuple[Piece, ...]: ...

    def __getitem__(self, place: int | slice) -> Piece | tuple[Piece, ...]:
        return self._all()[place]

    def __iter__(self) -> Iterator[Piece]:
        return iter(self._all())


def _units(node: Scalar, source: Source) -> Iterator[_Unit]:
    """What the file writes between the quotes, or in the block."""
    raw, start, end = source.text, content_start(node, source), node.span.end
    match raw[start : start + 1]:
        case "'":
            yield from _single_quoted(raw, start + 1, end - 1)
        case '"':
            yield from _double_quoted(raw, start + 1, end - 1)
        case "|" | ">":
            header = _HEADER.match(raw, start, end)
            yield from _bare(raw, end if header is None else header.end(), end)
        case _:
            yield from _bare(raw, start, end)


def _bare(raw: str, start: int, end: int) -> Iterator[_Unit]:
    for run in _RUN.finditer(raw, start, end):
        yield _Unit(run[0], run.start(), run.end())


def _single_quoted(raw: str, start: int, end: int) -> Iterator[_Unit]:
    for run in _SINGLE.finditer(raw, start, end):
        yield _Unit("'" if run[0] == "''" else run[0], run.start(), run.end())


def _double_quoted(raw: str, start: int, end: int) -> Iterator[_Unit]:
    at = start
    while at < end:
        run = _ESCAPE.match(raw, at, end)
        if run is None:
            run = _DOUBLE.match(raw, at, end)
            if run is None:
                return
            yield _Unit(run[0], at, run.end())
        elif code := run["x"] or run["u"] or run["U"]:
            yield _Unit(chr(int(code, 16)), at, run.end())
        elif run["line"] is None:
            yield _Unit(_SIMPLE.get(run["one"], run["one"]), at, run.end())
        at = run.end()


def _pieces(text: str, units: list[_Unit]) -> list[Piece] | None:
    """The value's runs matched with those of the file; None if they are not the same."""
    pieces: list[Piece] = []
    cursor = 0
    for run in _RUN.finditer(text):
        white = run[0][0] in _WHITE
        if not white:
            while cursor < len(units) and units[cursor].white:
                cursor += 1  # indentation at the beginning
        first = cursor
        while cursor < len(units) and units[cursor].white == white:
            cursor += 1
        taken = units[first:cursor]
        same = "".join([unit.value for unit in taken]) == run[0]
        if not white and not same:
            return None
        if taken:
            _append(pieces, run.start(), run.end(), taken, same)
    return pieces


def _append(pieces: list[Piece], begin: int, end: int, units: list[_Unit], same: bool) -> None:
    if not same:  # folded: blanks for other blanks
        pieces.append(Piece(begin, end, Span(units[0].start, units[-1].end), False))
        return
    for unit in units:
        behind = begin + len(unit.value)
        verbatim = unit.end - unit.start == len(unit.value)
        last = pieces[-1] if pieces else None
        if verbatim and last is not None and last.verbatim and last.span.end == unit.start:
            pieces[-1] = Piece(last.start, behind, Span(last.span.start, unit.end), True)
        else:
            pieces.append(Piece(begin, behind, Span(unit.start, unit.end), verbatim))
        begin = behind
