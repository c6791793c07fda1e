"""What a check came to, for every form of output."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pql.check.comments import Lines
from pql.check.model import Finding

__all__ = ["CheckReport", "Place", "Unread", "places"]


@dataclass(frozen=True, slots=True)
class Unread:
    """A file or folder that can't be read, and why."""

    file: str
    reason: str


@dataclass(frozen=True, slots=True)
class CheckReport:
    """Findings in order, the texts of the files that have some, how many files were looked at, and those that
    can't be read."""

    findings: tuple[Finding, ...]
    texts: Mapping[str, str]
    files: int
    unread: tuple[Unread, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Lines and columns of a span, counted from 1; the end is behind the last character."""

    line: int
    column: int
    end_line: int
    end_column: int


def places(report: CheckReport) -> tuple[Place, ...]:
    """The place of each finding."""
    lines = {name: Lines(text) for name, text in report.texts.items()}
    found: list[Place] = []
    for each in report.findings:
        of = lines[each.file]
        start, end = each.span.start, max(each.span.start, each.span.end)
        found.append(Place(of.line(start), of.column(start), of.line(end), of.column(end)))
    return tuple(found)
