"""Texts of a file, and where in the file every part of them stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from pql.diagnostics.diagnostic import Diagnostic, PqlError
from pql.diagnostics.span import Span

__all__ = ["Piece", "Placed", "Source", "placed"]


@dataclass(frozen=True, slots=True)
class Source:
    """A file by its name, and its whole text: what spans point into."""

    name: str
    text: str = field(repr=False)

    def finding(self, code: str, span: Span, hint: str = "", **payload: str) -> Diagnostic:
        """A diagnostic about a place in this file."""
        return Diagnostic(code, span, payload, hint, self.name)

    def error(self, code: str, span: Span, hint: str = "", **payload: str) -> PqlError:
        """The same as an exception."""
        return PqlError(self.finding(code, span, hint, **payload), self.text)


@dataclass(frozen=True, slots=True)
class Piece:
    """The characters `start` to `end` of a text stand at `span` in the file: character by character if
    `verbatim`, else as a whole."""

    start: int
    end: int
    span: Span
    verbatim: bool


@dataclass(frozen=True, slots=True)
class Placed:
    """A text, and which parts of a file its characters come from; `whole` covers all of it."""

    text: str
    source: Source = field(compare=False, repr=False)
    whole: Span = field(compare=False, repr=False)
    pieces: Sequence[Piece] = field(default=(), compare=False, repr=False)

    def locate(self, span: Span) -> Span:
        """Where in the file a part of the text stands."""
        start, end = self._start(span.start), self._end(span.end)
        if start is None or end is None:
            return self.whole
        return Span(start, max(start, end))

    def error(self, code: str, span: Span | None = None, hint: str = "", **payload: str) -> PqlError:
        """A fault in a part of the text (or all of it)."""
        where = self.whole if span is None else self.locate(span)
        return self.source.error(code, where, hint, **payload)

    def blame(self, error: PqlError, note: str = "") -> PqlError:
        """A fault that was found in the text alone, as a fault of the file."""
        found = error.diagnostic
        hint = "; ".join(part for part in (found.hint, note) if part)
        moved = Diagnostic(found.code, self.locate(found.span), found.payload, hint, self.source.name)
        return PqlError(moved, self.source.text)

    def _start(self, offset: int) -> int | None:
        for piece in self.pieces:
            if piece.start <= offset < piece.end or (offset == piece.end == len(self.text)):
                return piece.span.start + (offset - piece.start if piece.verbatim else 0)
        return None

    def _end(self, offset: int) -> int | None:
        for piece in self.pieces:
            if piece.start <= offset <= piece.end:
                return piece.span.start + offset - piece.start if piece.verbatim else piece.span.end
        return None


def placed(text: str, name: str = "query") -> Placed:
    """A text that is a file of its own."""
    whole = Span(0, len(text))
    return Placed(text, Source(name, text), whole, (Piece(0, len(text), whole, True),))
