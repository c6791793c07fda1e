"""Diagnostics as text: the message, the line it is about, a caret under the span, a hint."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from pql.diagnostics.diagnostic import Diagnostic, Severity
from pql.diagnostics.span import Span
from pql.diagnostics.visible import fold, printable, width

__all__ = ["excerpt", "line_and_column", "render"]

_WIDEST = 100
_NARROWEST = 20
"""Signs of a line of source that are shown."""

_FRAME = len(" | ") + 2 * len("… ")
"""The columns around a line of source that is cut at both ends."""

_ARGUMENTS = ("query", "sort")
"""Sources that are no files; where they are empty, there is no place to be told."""


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """The 1-based line and column (in characters) of an offset."""
    start = text.rfind("\n", 0, offset) + 1
    return text.count("\n", 0, offset) + 1, offset - start + 1


def render(diagnostic: Diagnostic, text: str, *, coloured: bool = False, columns: int | None = None) -> str:
    """The diagnostic as lines, without a newline at the end; `coloured` with the escapes of a terminal, and
    folded to its `columns`."""
    head, strong, frame, name = _styles(diagnostic.severity) if coloured else (str,) * 4
    line, column = line_and_column(text, diagnostic.span.start)
    kind = head(f"{diagnostic.severity.value}[{diagnostic.code}]")
    lines = [fold(f"{kind}: {strong(printable(diagnostic.message))}", columns)]
    gutter = " " * len(str(line))
    if text.strip() or diagnostic.source not in _ARGUMENTS:
        lines.append(f"{gutter}{frame('-->')} {printable(diagnostic.source)}:{line}:{column}")
    if text.strip():
        widest = _WIDEST if columns is None else columns - len(gutter) - _FRAME
        source, caret = excerpt(text, diagnostic.span, widest)
        bar = frame("|")
        lines += [f"{gutter} {bar}", f"{frame(str(line))} {bar} {source}", f"{gutter} {bar} {head(caret)}"]
    if diagnostic.hint:
        lines.append(fold(f"{name('hint')}: {printable(diagnostic.hint)}", columns))
    return "\n".join(lines)


def _styles(severity: Severity) -> tuple[Callable[[str], str], ...]:
    """How to paint what says how bad it is, the message, the frame, the word in front of the hint."""
    from pql.diagnostics.style import Style, painted

    head = Style.ERROR if severity is Severity.ERROR else Style.WARNING
    return tuple(partial(painted, style=each) for each in (head, Style.STRONG, Style.NAME, Style.NAME))


def excerpt(text: str, span: Span, widest: int = _WIDEST) -> tuple[str, str]:
    """The line that holds the span's start, cut to a readable width, and the carets below it."""
    widest = min(_WIDEST, max(_NARROWEST, widest))
    begin = text.rfind("\n", 0, span.start) + 1
    end = text.find("\n", span.start)
    end = len(text) if end < 0 else end
    if text[begin:end].endswith("\r") and span.start < end:
        end -= 1  # of a line end in two characters
    left = max(begin, min(span.start - widest // 2, end - widest))
    right = min(end, left + widest)
    before, under = text[left : span.start], text[span.start : min(span.end, right)]
    lead = "… " if left > begin else ""
    tail = " …" if right < end else ""
    source = lead + printable(text[left:right]) + tail
    return source, " " * (len(lead) + width(printable(before))) + "^" * max(1, width(printable(under)))
