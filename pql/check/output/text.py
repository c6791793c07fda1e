"""Findings for people: the message, the line it is about, carets, a hint."""

from __future__ import annotations

from pql.check.report import CheckReport, places
from pql.diagnostics.diagnostic import Severity
from pql.diagnostics.render import excerpt
from pql.diagnostics.visible import printable

__all__ = ["coloured", "plain"]

_COLOURS = {Severity.ERROR: "\x1b[1;31m", Severity.WARNING: "\x1b[1;33m"}
_BOLD, _BLUE, _OFF = "\x1b[1m", "\x1b[1;34m", "\x1b[0m"


def plain(report: CheckReport) -> str:
    """Without colour."""
    return _told(report, colour=False)


def coloured(report: CheckReport) -> str:
    """With the escapes of a terminal."""
    return _told(report, colour=True)


def _told(report: CheckReport, *, colour: bool) -> str:
    def paint(text: str, by: str) -> str:
        return f"{by}{text}{_OFF}" if colour else text

    parts: list[str] = []
    for each, at in zip(report.findings, places(report), strict=True):
        shade = _COLOURS[each.severity]
        head = paint(f"{each.severity.value}[{each.code}]", shade)
        lines = [f"{head}: {paint(printable(each.message), _BOLD)}"]
        gutter = " " * len(str(at.line))
        lines.append(f"{gutter}{paint('-->', _BLUE)} {printable(each.file)}:{at.line}:{at.column}")
        text = report.texts[each.file]
        if text.strip():
            source, caret = excerpt(text, each.span)
            bar = paint("|", _BLUE)
            lines += [f"{gutter} {bar}", f"{paint(str(at.line), _BLUE)} {bar} {source}"]
            lines.append(f"{gutter} {bar} {paint(caret, shade)}")
        if each.hint:
            lines.append(f"{gutter} {paint('=', _BLUE)} hint: {printable(each.hint)}")
        parts.append("\n".join(lines) + "\n\n")
    return "".join(parts) + _summary(report)


def _summary(report: CheckReport) -> str:
    files = f"{report.files:,} file{'' if report.files == 1 else 's'}"
    if report.unread:
        files += f" ({len(report.unread):,} unreadable)"
    count = len(report.findings)
    if not count:
        return f"nothing found in {files}\n"
    fixable = sum(bool(each.edits) for each in report.findings)
    able = f", {fixable:,} of them fixable with --fix" if fixable else ""
    return f"{count:,} finding{'' if count == 1 else 's'} in {files}{able}\n"
