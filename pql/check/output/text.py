"""Findings for people: the message, the line it is about, carets, a hint."""

from __future__ import annotations

from pql.check.report import CheckReport, places
from pql.diagnostics.diagnostic import Severity
from pql.diagnostics.render import excerpt
from pql.diagnostics.style import Style, painted
from pql.diagnostics.visible import printable

__all__ = ["coloured", "plain"]

_STYLES = {Severity.ERROR: Style.ERROR, Severity.WARNING: Style.WARNING}


def plain(report: CheckReport) -> str:
    """Without colour."""
    return _told(report, colour=False)


def coloured(report: CheckReport) -> str:
    """With the escapes of a terminal."""
    return _told(report, colour=True)


def _told(report: CheckReport, *, colour: bool) -> str:
    def paint(text: str, by: Style) -> str:
        return painted(text, by) if colour else text

    parts: list[str] = []
    for each, at in zip(report.findings, places(report), strict=True):
        shade = _STYLES[each.severity]
        head = paint(f"{each.severity.value}[{each.code}]", shade)
        lines = [f"{head}: {paint(printable(each.message), Style.STRONG)}"]
        gutter = " " * len(str(at.line))
        lines.append(f"{gutter}{paint('-->', Style.NAME)} {printable(each.file)}:{at.line}:{at.column}")
        text = report.texts[each.file]
        if text.strip():
            source, caret = excerpt(text, each.span)
            bar = paint("|", Style.NAME)
            lines += [f"{gutter} {bar}", f"{paint(str(at.line), Style.NAME)} {bar} {source}"]
            lines.append(f"{gutter} {bar} {paint(caret, shade)}")
        if each.hint:
            lines.append(f"{gutter} {paint('=', Style.NAME)} hint: {printable(each.hint)}")
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
