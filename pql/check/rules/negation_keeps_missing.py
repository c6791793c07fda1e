"""Negation that also matches runs without the value."""

from __future__ import annotations

from collections.abc import Iterator

from pql.check.meaning import may_be_nil, nodes_with
from pql.check.model import Report
from pql.check.rule import Rule
from pql.check.search import Search
from pql.syntax.ast import AnyValue, Compare, Condition, IsNil

__all__ = ["RULE"]


def _check(search: Search) -> Iterator[Report]:
    if search.node is None:
        return
    for node, negations in nodes_with(search.node):
        if not isinstance(node, Condition) or not node.negated or negations % 2:
            continue
        if isinstance(node.operation, IsNil | AnyValue | Compare):
            continue
        if may_be_nil(search, node):
            text = search.query.placed.text
            clause, field = text[slice(*node.span)], text[slice(*node.subject.span)]
            hint = f"add `{field}:~nil` if it must be there"
            yield search.query.report(node.span, hint, clause=clause, field=field)


RULE = Rule(
    name="negation-keeps-missing",
    codes=("PQL712",),
    title="negation that also matches runs without the value",
    message="`{clause}` also matches runs that have no `{field}`",
    doc="""\
`~` is the exact complement: a run without the value is not equal to it, and so it matches. Where
only runs with another value are meant, add `field:~nil`. Nothing is said where the query asks for
the value in another clause, nor of fields that every run has.
""",
    wrong="inputs.optimizer:~adam",
    right="inputs.optimizer:~adam, inputs.optimizer:~nil",
    on_search=_check,
)
