"""Section of another shape than it must have."""

from __future__ import annotations

from pql.check.rule import Rule, contents_faults, unit_faults

__all__ = ["RULE"]

_CODES = ("PQL603", "PQL605", "PQL606")

RULE = Rule(
    name="join-shape",
    codes=_CODES,
    title="section of another shape than it must have",
    message="",
    doc="""\
A join has a query and may have sort, limit, offset and params; a param has a value. What is not so
is refused before anything is searched. Saved queries of `pql.toml` have query, sort, limit, columns,
entity and description.
""",
    wrong="""\
kind: operation
joins:
  - querry: "status:running"
""",
    right="""\
kind: operation
joins:
  - query: "status:running"
""",
    on_unit=unit_faults(_CODES),
    on_contents=contents_faults(_CODES),
)
