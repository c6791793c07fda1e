"""Query text pasted by a template."""

from __future__ import annotations

from collections.abc import Iterator

from pql.check.model import Report
from pql.check.rule import Rule
from pql.check.search import Search

__all__ = ["RULE"]


def _check(search: Search) -> Iterator[Report]:
    for text in search.texts:
        for hole in text.holes:
            if hole.paste:
                yield text.report(hole.span, "leave the filter out if it is one value", name=hole.name)


RULE = Rule(
    name="pasted-text",
    codes=("PQL740",),
    title="query text pasted by a template",
    message="`{name}` pastes query text: it can add conditions, and nothing here is checked",
    doc="""\
The filter `pql` puts a value into the query as it is, so that who gives the value decides what the
query asks. A plain template stands for one literal.
""",
    wrong="""\
kind: operation
params:
  more: {value: "status:running", contextOnly: true}
joins:
  - query: "kind:job, {{ more | pql }}"
""",
    right="""\
kind: operation
params:
  state: {value: running, contextOnly: true}
joins:
  - query: "kind:job, status:{{ state }}"
""",
    on_search=_check,
)
