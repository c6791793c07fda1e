"""Limit on a sort that many runs share."""

from __future__ import annotations

from collections.abc import Iterator

from pql.binder.bound import ColumnValue, HistoryValue, KeyValue, SortKey
from pql.catalog.fields import Section
from pql.check.model import Report
from pql.check.rule import Rule
from pql.check.search import Search

__all__ = ["RULE"]

_FINE = frozenset(("uuid", "created_at", "updated_at", "started_at", "finished_at"))
_WHOLE = frozenset(("count", "argmin", "argmax"))


def _check(search: Search) -> Iterator[Report]:
    if search.limit is None or search.sort is None or not search.terms or search.bound is None:
        return
    bound = search.bound.sort
    if len(bound) == len(search.terms) and all(map(_is_shared, bound)):
        text = search.sort.placed.text
        keys = ", ".join(f"`{text[slice(*term.subject.span)]}`" for term in search.terms)
        span = search.terms[0].span.join(search.terms[-1].span)
        yield search.sort.report(span, "add a key that differs, e.g. `-created_at`", keys=keys)


def _is_shared(key: SortKey) -> bool:
    """Whether many runs may well have the same; of measured numbers nobody knows."""
    if key.path:
        return True  # runs of one pipeline have all of it in common
    match key.value:
        case ColumnValue(field):
            return field.name not in _FINE
        case KeyValue(section, _, _, numbers_only):
            return section is not Section.OUTPUTS and not numbers_only
        case HistoryValue(function):
            return function in _WHOLE
        case _:
            return False


RULE = Rule(
    name="limit-on-ties",
    codes=("PQL722",),
    title="limit on a sort that many runs share",
    message="many runs share the same {keys}, so the limit cuts among equals",
    doc="""\
Runs that are equal in every sort key come in the order of their uuids here, and in no certain order
elsewhere: which of them a limit takes means nothing. Add a key that tells them apart, e.g.
`-created_at`. Fields, inputs and meta information are shared by many runs, but for `uuid` and the times of a
run; of metrics and outputs nothing is said, as nobody can know whether two runs measured the same.
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
