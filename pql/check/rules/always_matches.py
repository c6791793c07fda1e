"""Clause that matches everything."""

from __future__ import annotations

from pql.check.meaning import analysed
from pql.check.rule import Rule
from pql.plan.analysis import FindingKind

__all__ = ["RULE"]

RULE = Rule(
    name="always-matches",
    codes=("PQL702",),
    title="clause that matches everything",
    message="{what} matches every run",
    doc="""\
Whatever a run holds, the clause is true, so that it narrows nothing down. Often an OR was meant to
be an AND. To ask for every run on purpose write `status:_any_`.
""",
    wrong="metrics.loss:nil OR metrics.loss:~nil",
    right="metrics.loss:~nil",
    on_search=analysed(FindingKind.ALWAYS, "leaves nothing out", "leave nothing out between them"),
)
