"""Clause that is there twice."""

from __future__ import annotations

from pql.check.meaning import analysed
from pql.check.rule import Rule
from pql.plan.analysis import FindingKind

__all__ = ["RULE"]

RULE = Rule(
    name="duplicate-clause",
    codes=("PQL704",),
    title="clause that is there twice",
    message="this asks the same as another clause",
    doc="""\
Two clauses of one AND or OR ask the same, perhaps in other words. One may have been meant for
another field. The fix takes the second one away.
""",
    wrong="status:failed, kind:job, status:failed",
    right="status:failed, kind:job",
    fixable=True,
    on_search=analysed(FindingKind.DUPLICATE, "asks the same", "ask the same"),
)
