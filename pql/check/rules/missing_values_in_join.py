"""Join sorted by a value that runs may lack."""

from __future__ import annotations

from collections.abc import Iterator

from pql.binder.bound import HistoryValue, KeyValue
from pql.check.meaning import nil_is_possible
from pql.check.model import Report
from pql.check.rule import Rule
from pql.check.search import Search
from pql.syntax.ast import And, Compare, Condition, Subject

__all__ = ["RULE"]


def _check(search: Search) -> Iterator[Report]:
    if not search.in_join or search.sort is None or search.bound is None:
        return
    if len(search.bound.sort) != len(search.terms):
        return
    for term, key in zip(search.terms, search.bound.sort, strict=True):
        keyed = isinstance(key.value, KeyValue | HistoryValue)
        if not keyed or term.descending or _compared(search, term.subject):
            continue
        if nil_is_possible(search, key.path, key.value):
            name = search.sort.placed.text[slice(*term.subject.span)]
            yield search.sort.report(term.span, f"add `{name}:~nil` to the query", key=name)


def _compared(search: Search, subject: Subject) -> bool:
    """Whether the query asks for the value of a template, which is never nil."""
    items = search.node.items if isinstance(search.node, And) else (search.node,)
    return any(
        isinstance(each, Condition)
        and (not each.negated or isinstance(each.operation, Compare))
        and each.subject == subject
        and search.query.open(each.value_span)
        for each in items
    )


RULE = Rule(
    name="missing-values-in-join",
    codes=("PQL723",),
    title="join sorted by a value that runs may lack",
    message="runs without `{key}` match too: they come last here, and first in Polyaxon",
    doc="""\
Missing values come last in both directions here; a database may put them first in an ascending
sort, and then a join with a limit takes just the runs that have no value. Ask for the value in the
query.
""",
    wrong="""\
kind: operation
joins:
  - query: "status:succeeded"
    sort: metrics.loss
    limit: 5
""",
    right="""\
kind: operation
joins:
  - query: "status:succeeded, metrics.loss:~nil"
    sort: metrics.loss
    limit: 5
""",
    on_search=_check,
)
