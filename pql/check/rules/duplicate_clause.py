"""Clause that is there twice."""

from __future__ import annotations

from collections.abc import Iterator

from pql.check.meaning import told, without
from pql.check.model import Report
from pql.check.rule import Rule
from pql.check.search import Search
from pql.plan.analysis import FindingKind

__all__ = ["RULE"]


def _check(search: Search) -> Iterator[Report]:
    for finding in search.findings:
        if finding.kind is FindingKind.DUPLICATE:
            hint = told(search, finding, "asks the same", "ask the same")
            yield search.query.report(finding.span, hint, without(search, finding.span), finding.because)


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
    on_search=_check,
)
