"""Value or operation that the field doesn't take."""

from __future__ import annotations

from pql.check.rule import Rule, codes_from, search_faults

__all__ = ["RULE"]

_CODES = codes_from("PQL3")

RULE = Rule(
    name="wrong-type",
    codes=_CODES,
    title="value or operation that the field doesn't take",
    message="",
    doc="""\
Each field has its operations and its literals: numbers for metrics, dates for times, sizes for
memory.
""",
    wrong="metrics.loss:abc",
    right="metrics.loss:0.5",
    on_search=search_faults(_CODES),
)
