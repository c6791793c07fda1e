"""Limit without a sort."""

from __future__ import annotations

from collections.abc import Iterator

from pql.check.model import Report
from pql.check.rule import Rule
from pql.check.search import Search

__all__ = ["RULE"]


def _check(search: Search) -> Iterator[Report]:
    if search.limit is None or search.limit_span is None:
        return
    if search.sort is None or not search.sort.masked.strip():
        count = f"{search.limit:,} " if search.limit else ""
        hint = "add a sort, e.g. `-created_at` or a metric"
        yield Report(search.limit_span, {"count": count}, hint, anchor=search.query.anchor)


RULE = Rule(
    name="limit-without-sort",
    codes=("PQL721",),
    title="limit without a sort",
    message="which {count}runs are taken is left to the default order",
    doc="""\
Without a sort the runs that changed last come first; a limit then takes whichever happened to
change last, and another one tomorrow. Say which runs are wanted.
""",
    wrong="""\
[recent]
status:succeeded
limit: 5
""",
    right="""\
[recent]
status:succeeded
sort: -created_at
limit: 5
""",
    on_search=_check,
)
