"""Name that doesn't exist."""

from __future__ import annotations

from pql.check.rule import Rule, codes_from, search_faults

__all__ = ["RULE"]

_CODES = codes_from("PQL2")

RULE = Rule(
    name="unknown-name",
    codes=_CODES,
    title="name that doesn't exist",
    message="",
    doc="""\
A field, sort key, relation or function is none of the language. Polyaxon drops an unknown sort key
without a word, so that the order is another than the one asked for.
""",
    wrong="stauts:running",
    right="status:running",
    on_search=search_faults(_CODES),
)
