"""Findings as workflow commands, which GitHub shows beside the lines of a change."""

from __future__ import annotations

from pql.check.report import CheckReport, Unread, places

__all__ = ["as_annotations"]


def as_annotations(report: CheckReport) -> str:
    """A command a finding."""
    lines: list[str] = []
    for each, at in zip(report.findings, places(report), strict=True):
        where = {"file": each.file, "line": at.line, "endLine": at.end_line}
        if at.line == at.end_line:  # columns mean nothing across lines
            where |= {"col": at.column, "endColumn": max(at.column, at.end_column)}
        where["title"] = f"{each.code} {each.rule}"
        listed = ",".join(f"{name}={_property(str(value))}" for name, value in where.items())
        message = each.message + (f" (hint: {each.hint})" if each.hint else "")
        lines.append(f"::{each.severity.value} {listed}::{_data(message)}\n")
    lines += [_unread(each) for each in report.unread]
    return "".join(lines)


def _unread(each: Unread) -> str:
    return f"::error file={_property(each.file)},title=unreadable::{_data(each.reason)}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
