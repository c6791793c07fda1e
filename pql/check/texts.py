"""A query or sort of a file, with its templates masked by words of the same length."""

from __future__ import annotations

from dataclasses import dataclass

from pql.check.model import Edit, Report
from pql.diagnostics.diagnostic import Diagnostic
from pql.diagnostics.span import Span
from pql.joins.source import Placed
from pql.joins.templates import Hole, holes

__all__ = ["Text", "masked"]


@dataclass(frozen=True, slots=True)
class Text:
    """`masked` is `placed.text` with a word in the place of each of `holes`: spans are the same in both.

    `anchor` is the offset in the document where the whole text begins.
    """

    placed: Placed
    masked: str
    holes: tuple[Hole, ...]
    anchor: int

    def open(self, span: Span) -> bool:
        """Whether a template stands in this part, so that its value isn't known."""
        return any(hole.span.start < span.end and span.start < hole.span.end for hole in self.holes)

    def report(
        self,
        span: Span,
        hint: str = "",
        edits: tuple[tuple[Span, str], ...] = (),
        related: tuple[Span, ...] = (),
        **payload: str,
    ) -> Report:
        """A report about a part of the text; edits are dropped where they can't be made in the file."""
        made = tuple(self._edit(each, new) for each, new in edits)
        sound = tuple(each for each in made if each is not None)
        complete = sound if len(sound) == len(made) else ()
        places = tuple(self.placed.locate(each) for each in related)
        return Report(self.placed.locate(span), payload, hint, complete, anchor=self.anchor, related=places)

    def fault(self, found: Diagnostic) -> Report:
        """A fault that the compiler found in the masked text."""
        payload = {name: self._unmasked(value) for name, value in found.payload.items()}
        told = Diagnostic(found.code, found.span, payload, self._unmasked(found.hint))
        return Report(
            self.placed.locate(found.span),
            hint=told.hint,
            code=told.code,
            message=told.message,
            anchor=self.anchor,
        )

    def _unmasked(self, text: str) -> str:
        for hole in sorted(self.holes, key=lambda each: each.span):
            word = self.masked[hole.span.start : hole.span.end]
            text = text.replace(word, self.placed.text[hole.span.start : hole.span.end])
        return text

    def _edit(self, span: Span, new: str) -> Edit | None:
        """The edit in the file: only where it has the text as it is, and needs no escapes for the new."""
        for piece in self.placed.pieces:
            if piece.verbatim and piece.start <= span.start and span.end <= piece.end:
                plain = not any(each in new for each in "\"'\\#\n{}[]&*!")
                start = piece.span.start + span.start - piece.start
                where = Span(start, start + span.end - span.start)
                # A comment inside reads as blanks, and is not to be taken away.
                same = self.placed.source.text[slice(*where)] == self.placed.text[slice(*span)]
                return Edit(where, new) if plain and same else None
        return None


def masked(placed: Placed, anchor: int | None = None) -> Text:
    """The text with its templates found. Raises PqlError (PQL609) for a template that is none."""
    found = holes(placed)
    characters = placed.text
    for number, hole in enumerate(found):
        start, end = hole.span
        word = f"t{number}".ljust(end - start, "_")[: end - start]
        characters = characters[:start] + word + characters[end:]
    return Text(placed, characters, found, placed.whole.start if anchor is None else anchor)
