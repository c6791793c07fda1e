"""Query that can't be read."""

from __future__ import annotations

from pql.check.rule import Rule, codes_from, search_faults

__all__ = ["RULE"]

_CODES = codes_from("PQL1")

RULE = Rule(
    name="syntax-error",
    codes=_CODES,
    title="query that can't be read",
    message="",
    doc="""\
The text of a query or sort is not in the language: nothing can be found with it. The code tells the
kind of the fault; among them is a `|` without blanks that looks like an OR (PQL110).
""",
    wrong="status:running kind:job",
    right="status:running, kind:job",
    on_search=search_faults(_CODES),
)
