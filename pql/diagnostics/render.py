"""Diagnostics as text: the message, the line it is about, a caret under the span, a hint."""

from __future__ import annotations

from pql.diagnostics.diagnostic import Diagnostic
from pql.diagnostics.span import Span
from pql.diagnostics.visible import printable, width

__all__ = ["excerpt", "line_and_column", "render"]

_WIDEST = 100

_ARGUMENTS = ("query", "sort")
"""Sources that are no files; where they are empty, there is no place to be told."""


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """The 1-based line and column (in characters) of an offset."""
    start = text.rfind("\n", 0, offset) + 1
    return text.count("\n", 0, offset) + 1, offset - start + 1


def render(diagnostic: Diagnostic, text: str) -> str:
    """The diagnostic as lines of plain text, without a newline at the end."""
    line, column = line_and_column(text, diagnostic.span.start)
    lines = [f"{diagnostic.severity.value}[{diagnostic.code}]: {printable(diagnostic.message)}"]
    gutter = " " * len(str(line))
    if text.strip() or diagnostic.source not in _ARGUMENTS:
        lines.append(f"{gutter}--> {printable(diagnostic.source)}:{line}:{column}")
    if text.strip():
        source, caret = excerpt(text, diagnostic.span)
        lines += [f"{gutter} |", f"{line} | {source}", f"{gutter} | {caret}"]
    if diagnostic.hint:
        lines.append(f"hint: {printable(diagnostic.hint)}")
    return "\n".join(lines)


def excerpt(text: str, span: Span) -> tuple[str, str]:
    """The line that holds the span's start, cut to a readable width, and the carets below it."""
    begin = text.rfind("\n", 0, span.start) + 1
    end = text.find("\n", span.start)
    end = len(text) if end < 0 else end
    if text[begin:end].endswith("\r") and span.start < end:
        end -= 1  # of a line end in two characters
    left = max(begin, min(span.start - _WIDEST // 2, end - _WIDEST))
    right = min(end, left + _WIDEST)
    before, under = text[left : span.start], text[span.start : min(span.end, right)]
    lead = "… " if left > begin else ""
    tail = " …" if right < end else ""
    source = lead + printable(text[left:right]) + tail
    return source, " " * (len(lead) + width(printable(before))) + "^" * max(1, width(printable(under)))
