"""AND and OR mixed without parentheses."""

from __future__ import annotations

from collections.abc import Iterator

from pql.check.meaning import nodes
from pql.check.model import Report
from pql.check.rule import Rule
from pql.check.search import Search
from pql.diagnostics.span import Span
from pql.syntax.ast import And, Or

__all__ = ["RULE"]


def _check(search: Search) -> Iterator[Report]:
    for node in () if search.node is None else nodes(search.node):
        if not isinstance(node, Or):
            continue
        for item in node.items:
            if isinstance(item, And) and not _in_parentheses(search.query.masked, item.span):
                start, end = item.span
                edits = ((Span(start, start), "("), (Span(end, end), ")"))
                yield search.query.report(item.span, "put it in parentheses, or what was meant", edits)


def _in_parentheses(text: str, span: Span) -> bool:
    return text[: span.start].rstrip().endswith("(") and text[span.end :].lstrip().startswith(")")


RULE = Rule(
    name="mixed-and-or",
    codes=("PQL711",),
    title="AND and OR mixed without parentheses",
    message="AND binds tighter than OR here; parentheses say so",
    doc="""\
`a, b OR c` means `(a, b) OR c`: the comma is an AND and binds tighter, which is not what the eye
sees. The fix puts the parentheses where they are understood.
""",
    wrong="status:failed, kind:job OR kind:dag",
    right="(status:failed, kind:job) OR kind:dag",
    fixable=True,
    on_search=_check,
)
