"""Clause that another makes superfluous."""

from __future__ import annotations

from pql.check.meaning import analysed
from pql.check.rule import Rule
from pql.plan.analysis import FindingKind

__all__ = ["RULE"]

RULE = Rule(
    name="redundant-clause",
    codes=("PQL703",),
    title="clause that another makes superfluous",
    message="the query means the same without this",
    doc="""\
In an AND a weaker clause beside a stronger one narrows nothing down, in an OR a stronger one adds
nothing. One of the two may be a slip. The fix takes a superfluous clause of an AND away.
""",
    wrong="metrics.loss:<0.1, metrics.loss:<0.5",
    right="metrics.loss:<0.1",
    fixable=True,
    on_search=analysed(FindingKind.REDUNDANT, "says it already", "say it already"),
)
