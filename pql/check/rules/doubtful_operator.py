"""Operator in a doubtful spelling."""

from __future__ import annotations

from collections.abc import Iterator

from pql.check.model import Report
from pql.check.rule import Rule
from pql.check.search import Search
from pql.diagnostics.span import Span
from pql.syntax.ast import Compare

__all__ = ["RULE"]

_RIGHT = {"=<": "<=", "=>": ">="}


def _check(search: Search) -> Iterator[Report]:
    for condition, _ in search.conditions:
        if not isinstance(condition.operation, Compare):
            continue
        text, start = search.query.masked, condition.value_span.start
        while text[start] in "~ \t\r\n":
            start += 1
        found = text[start : start + 2]
        if found in _RIGHT:
            span = Span(start, start + 2)
            right = _RIGHT[found]
            yield search.query.report(span, f"write `{right}`", ((span, right),), found=found, right=right)


RULE = Rule(
    name="doubtful-operator",
    codes=("PQL731",),
    title="operator in a doubtful spelling",
    message="`{found}` is read as `{right}`",
    doc="""\
`=<` and `=>` are taken for `<=` and `>=`, as in Polyaxon; other tools take them for texts. The fix
writes the usual form.
""",
    wrong="metrics.loss:=<0.1",
    right="metrics.loss:<=0.1",
    fixable=True,
    on_search=_check,
)
