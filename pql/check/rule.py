"""A rule: its codes, what it says, why, and how it looks for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pql.check.comments import Suppression
from pql.check.contents import Contents
from pql.check.known import Known
from pql.check.model import Report
from pql.check.search import Search
from pql.check.units import Unit
from pql.diagnostics.diagnostic import Severity
from pql.diagnostics.registry import CODES
from pql.joins.matrix import Matrix

__all__ = ["Rule", "codes_from", "contents_faults", "fenced", "search_faults", "unit_faults"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    `name` is its name in words with dashes. `codes` are its codes: one of its own, or those of the compiler
    that it passes on. `message` is a format string over a report's payload (empty where the compiler has the
    message). `doc` is its page: when it speaks, why that matters, what to do. `wrong` and `right` are an
    example with the problem and its mended form. At least one of the checks is there; `on_known` needs an
    index.
    """

    name: str
    codes: tuple[str, ...]
    title: str
    message: str
    doc: str
    wrong: str
    right: str
    severity: Severity = Severity.WARNING
    fixable: bool = False
    on_search: Callable[[Search], Iterable[Report]] | None = None
    on_unit: Callable[[Unit], Iterable[Report]] | None = None
    on_matrix: Callable[[Matrix], Iterable[Report]] | None = None
    on_known: Callable[[Search, Known], Iterable[Report]] | None = None
    on_contents: Callable[[Contents], Iterable[Report]] | None = None
    on_unused: Callable[[Suppression], Iterable[Report]] | None = None

    @property
    def code(self) -> str:
        """The first of its codes."""
        return self.codes[0]

    def severity_of(self, code: str) -> Severity:
        """The compiler's severity for its codes, else the rule's."""
        if code not in CODES:
            return self.severity
        return Severity.WARNING if CODES[code].warning else Severity.ERROR

    def message_of(self, report: Report) -> str:
        """The words of a report."""
        if report.message:
            return report.message
        code = report.code or self.code
        message = self.message or CODES[code].message
        return message.format_map(report.payload)


def fenced(text: str) -> str:
    """An example as a block of Markdown."""
    return "```\n" + text.rstrip("\n") + "\n```"


def codes_from(*beginnings: str) -> tuple[str, ...]:
    """The compiler's codes that begin so."""
    return tuple(code for code in sorted(CODES) if code.startswith(beginnings))


def search_faults(codes: tuple[str, ...]) -> Callable[[Search], Iterable[Report]]:
    """The check that passes on what the compiler says of a search under these codes."""

    def check(search: Search) -> Iterable[Report]:
        if not (search.faults or search.warnings):
            return ()
        return [each for each in (*search.faults, *search.warnings) if each.code in codes]

    return check


def contents_faults(codes: tuple[str, ...]) -> Callable[[Contents], Iterable[Report]]:
    """The check that passes on what reading saved queries found under these codes."""

    def check(contents: Contents) -> Iterable[Report]:
        return [each for each in contents.faults if each.code in codes]

    return check


def unit_faults(codes: tuple[str, ...]) -> Callable[[Unit], Iterable[Report]]:
    """The check that passes on what reading an operation found under these codes."""

    def check(unit: Unit) -> Iterable[Report]:
        return [each for each in unit.faults if each.code in codes]

    return check
