"""The data of a check: what is found, where, and how it may be mended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pql.diagnostics.diagnostic import PqlError, Severity
from pql.diagnostics.span import Span

__all__ = ["Edit", "Finding", "Report", "report_of"]

_NOTHING: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Edit:
    """Put `text` in the place of a span of the file."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Report:
    """What a rule has to say about a place in a document.

    `payload` fills the rule's message. `code` is needed only where a rule has several, `message` only where
    it was made elsewhere. `anchor` is where the text that holds the place begins: a comment on that line
    speaks of the whole text. `edits` mend it and change nothing else of the meaning. `related` are the places
    that make it so.
    """

    span: Span
    payload: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    hint: str = ""
    edits: tuple[Edit, ...] = ()
    code: str = ""
    message: str = ""
    anchor: int | None = None
    related: tuple[Span, ...] = ()


def report_of(error: PqlError, anchor: int | None = None) -> Report:
    """What the compiler refuses, at its place in the document."""
    found = error.diagnostic
    return Report(found.span, hint=found.hint, code=found.code, message=found.message, anchor=anchor)


@dataclass(frozen=True, slots=True)
class Finding:
    """A report with its rule's code and its place in a file. Spans are offsets into the file's text."""

    file: str
    span: Span
    code: str
    rule: str
    severity: Severity
    message: str
    hint: str = ""
    edits: tuple[Edit, ...] = ()
    anchor: int = 0
    related: tuple[Span, ...] = ()

    @property
    def order(self) -> tuple[str, Span, str, str]:
        """Findings are told in this order."""
        return (self.file, self.span, self.code, self.message)
