"""Texts in which ‹ › mark the place that a diagnostic points at."""

from __future__ import annotations

from pql.diagnostics.diagnostic import Diagnostic

__all__ = ["marked", "split"]


def split(text: str) -> tuple[str, tuple[int, int]]:
    """The text without its marks, and the span between them."""
    before, _, rest = text.partition("‹")
    inside, _, after = rest.partition("›")
    return before + inside + after, (len(before), len(before) + len(inside))


def marked(text: str, diagnostic: Diagnostic) -> str:
    """The text with marks around the diagnostic's span."""
    start, end = diagnostic.span
    return f"{text[:start]}‹{text[start:end]}›{text[end:]}"
