"""Limit on a sort that many runs share."""

from __future__ import annotations

from collections.abc import Iterator

from pql.binder.bound import ColumnValue
from pql.catalog.fields import Family
from pql.check.model import Report
from pql.check.rule import Rule
from pql.check.search import Search

__all__ = ["RULE"]

_COARSE = frozenset((Family.STRING, Family.VALUE, Family.INTEGER, Family.BOOL, Family.CPU, Family.MEMORY))


def _check(search: Search) -> Iterator[Report]:
    if search.limit is None or search.sort is None or not search.terms or search.bound is None:
        return
    values = [key.value for key in search.bound.sort]
    if len(values) != len(search.terms):
        return
    if all(isinstance(each, ColumnValue) and each.field.family in _COARSE for each in values):
        text = search.sort.placed.text
        keys = ", ".join(f"`{text[slice(*term.subject.span)]}`" for term in search.terms)
        span = search.terms[0].span.join(search.terms[-1].span)
        yield search.sort.report(span, "add a key that differs, e.g. `-created_at`", keys=keys)


RULE = Rule(
    name="limit-on-ties",
    codes=("PQL722",),
    title="limit on a sort that many runs share",
    message="many runs share the same {keys}, so the limit cuts among equals",
    doc="""\
Runs that are equal in every sort key come in the order of their uuids here, and in no certain order
elsewhere: which of them a limit takes means nothing. Add a key that tells them apart, e.g.
`-created_at`.
""",
    wrong="""\
[some]
status:succeeded
sort: kind
limit: 5
""",
    right="""\
[some]
status:succeeded
sort: kind, -created_at
limit: 5
""",
    on_search=_check,
)
