"""Clause that matches everything."""

from __future__ import annotations

from collections.abc import Iterator

from pql.check.meaning import told
from pql.check.model import Report
from pql.check.rule import Rule
from pql.check.search import Search
from pql.plan.analysis import FindingKind

__all__ = ["RULE"]


def _check(search: Search) -> Iterator[Report]:
    for finding in search.findings:
        if finding.kind is FindingKind.ALWAYS:
            hint = told(search, finding, "leaves nothing out", "leave nothing out between them")
            what = "the query" if finding.whole else "this"
            yield search.query.report(finding.span, hint, related=finding.because, what=what)


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
    on_search=_check,
)
