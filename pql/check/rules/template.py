"""Template that can't be filled."""

from __future__ import annotations

from pql.check.rule import Rule, search_faults, unit_faults

__all__ = ["RULE"]

_CODES = ("PQL608", "PQL609", "PQL610")

RULE = Rule(
    name="template",
    codes=_CODES,
    title="template that can't be filled",
    message="",
    doc="""\
A template in a join names a param or input of its operation, `globals`, or in a DAG `ops`, and
stands for one literal, one key or one sort key. It can't compute, and it can't be a field or a part
of a regular expression.
""",
    wrong="""\
kind: operation
joins:
  - query: "pipeline:{{ uuid }}"
component:
  run: {kind: job}
""",
    right="""\
kind: operation
params:
  uuid: {value: abc, contextOnly: true}
joins:
  - query: "pipeline:{{ uuid }}"
component:
  run: {kind: job}
""",
    on_search=search_faults(_CODES),
    on_unit=unit_faults(_CODES),
)
