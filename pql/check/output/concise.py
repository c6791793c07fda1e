"""A line a finding."""

from __future__ import annotations

from pql.check.report import CheckReport, places
from pql.diagnostics.visible import printable

__all__ = ["concise"]


def concise(report: CheckReport) -> str:
    """`file:line:column: CODE message`."""
    return "".join(
        f"{printable(each.file)}:{at.line}:{at.column}: {each.code} {printable(each.message)}\n"
        for each, at in zip(report.findings, places(report), strict=True)
    )
