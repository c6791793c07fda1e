"""Where in the file each character of a YAML scalar stands, whatever its style.

Folding, indentation and chomping change nothing but whitespace, so the other characters of the value are
those of the file in the same order (an escape counts as what it stands for).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class _Unit:
    """A character of the value as the file writes it."""

    character: str
    start: int
    end: int


def content_start(node: Scalar, source: Source) -> int:
    """The offset behind anchor and tag: of the quote, the block's sign, or the first character."""
    found = _PROPERTIES.match(source.text, node.span.start, node.span.end)
    return node.span.start if found is None else found.end()


def exact(node: Scalar, source: Source) -> Placed:
    """The scalar's text with the place of every part of it."""
    if node.verbatim is not None:
        return node.placed(source)
    units = list(_units(node, source))
    pieces = _pieces(node.text, units)
    return Placed(node.text, source, node.span, tuple(pieces or ()))


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
    for at in range(start, end):
        yield _Unit(raw[at], at, at + 1)


def _single_quoted(raw: str, start: int, end: int) -> Iterator[_Unit]:
    at = start
    while at < end:
        width = 2 if raw.startswith("''", at) else 1
        yield _Unit(raw[at], at, at + width)
        at += width


def _double_quoted(raw: str, start: int, end: int) -> Iterator[_Unit]:
    at = start
    while at < end:
        found = _ESCAPE.match(raw, at, end)
        if found is None:
            yield _Unit(raw[at], at, at + 1)
            at += 1
            continue
        code = found["x"] or found["u"] or found["U"]
        if code:
            yield _Unit(chr(int(code, 16)), at, found.end())
        elif found["line"] is None:
            yield _Unit(_SIMPLE.get(found["one"], found["one"]), at, found.end())
        at = found.end()


def _pieces(text: str, units: list[_Unit]) -> list[Piece] | None:
    """The value's characters matched with those of the file; None if they are not the same."""
    pieces: list[Piece] = []
    at = cursor = 0
    while at < len(text):
        begin = at
        white = text[at] in _WHITE
        while at < len(text) and (text[at] in _WHITE) == white:
            at += 1
        first = cursor
        if white:
            while cursor < len(units) and units[cursor].character in _WHITE:
                cursor += 1
        else:
            while cursor < len(units) and units[cursor].character in _WHITE:
                cursor += 1  # indentation at the beginning
            first = cursor
            cursor += at - begin
        taken = units[first:cursor]
        if not white and "".join(unit.character for unit in taken) != text[begin:at]:
            return None
        if taken:
            _append(pieces, text, begin, at, taken)
    return pieces


def _append(pieces: list[Piece], text: str, begin: int, end: int, units: list[_Unit]) -> None:
    same = len(units) == end - begin and all(
        unit.character == each for unit, each in zip(units, text[begin:end], strict=True)
    )
    if not same:
        pieces.append(Piece(begin, end, Span(units[0].start, units[-1].end), False))
        return
    for offset, unit in enumerate(units):
        single = unit.end == unit.start + 1
        last = pieces[-1] if pieces else None
        if single and last is not None and last.verbatim and last.span.end == unit.start:
            pieces[-1] = Piece(last.start, begin + offset + 1, Span(last.span.start, unit.end), True)
        else:
            where = Span(unit.start, unit.end)
            pieces.append(Piece(begin + offset, begin + offset + 1, where, single))
