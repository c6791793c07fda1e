"""Clause that can't match."""

from __future__ import annotations

from pql.check.meaning import analysed
from pql.check.rule import Rule
from pql.diagnostics.diagnostic import Severity
from pql.plan.analysis import FindingKind

__all__ = ["RULE"]

RULE = Rule(
    name="never-matches",
    codes=("PQL701",),
    title="clause that can't match",
    message="{what} can't match any run",
    doc="""\
Whatever a run holds, the clause is false: conditions exclude each other, or a range is empty.
Beside conditions on one value this also speaks of conditions on one element: `artifacts.kind:model,
artifacts.kind:metric` asks for an artifact that is both; groups ask for one of each.
""",
    wrong="metrics.loss:<0.1, metrics.loss:>0.5",
    right="metrics.loss:<0.1 OR metrics.loss:>0.5",
    severity=Severity.ERROR,
    on_search=analysed(FindingKind.NEVER, "excludes", "exclude each other"),
)
