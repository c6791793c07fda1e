"""Value outside of a closed set."""

from __future__ import annotations

from pql.check.rule import Rule, search_faults

__all__ = ["RULE"]

_CODES = ("PQL502",)

RULE = Rule(
    name="unknown-value",
    codes=_CODES,
    title="value outside of a closed set",
    message="",
    doc="""\
The field has a closed set of values, and this is none of them, so the condition can't match.
""",
    wrong="status:runing",
    right="status:running",
    on_search=search_faults(_CODES),
)
