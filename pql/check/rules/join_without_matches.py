"""Join that matches nothing now."""

from __future__ import annotations

from collections.abc import Iterator

from pql.check.known import Known
from pql.check.model import Report
from pql.check.rule import Rule
from pql.check.search import Search
from pql.diagnostics.span import Span

__all__ = ["RULE"]


def _check(search: Search, known: Known) -> Iterator[Report]:
    if not search.in_join or search.bound is None or search.query.holes or search.findings:
        return
    if known.count(search.bound.condition) == 0:
        yield search.query.report(Span(0, len(search.query.masked)))


RULE = Rule(
    name="join-without-matches",
    codes=("PQL765",),
    title="join that matches nothing now",
    message="the join matches no run of the index",
    doc="""\
Its params would be empty lists if the operation started now. Nothing is said where a template's
value decides.
""",
    wrong="""\
kind: operation
joins:
  - query: "status:failed, name:nothing-is-called-so"
""",
    right="""\
kind: operation
joins:
  - query: "status:succeeded"
""",
    on_known=_check,
)
