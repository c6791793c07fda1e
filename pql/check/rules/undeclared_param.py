"""Param that is no input."""

from __future__ import annotations

from pql.check.rule import Rule, unit_faults

__all__ = ["RULE"]

_CODES = ("PQL615",)

RULE = Rule(
    name="undeclared-param",
    codes=_CODES,
    title="param that is no input",
    message="",
    doc="""\
A param fills an input that the component declares, unless it is `contextOnly`.
""",
    wrong="""\
kind: operation
joins:
  - query: "status:running"
    params:
      uuids: {value: globals.uuid}
component:
  run: {kind: job}
""",
    right="""\
kind: operation
joins:
  - query: "status:running"
    params:
      uuids: {value: globals.uuid}
component:
  inputs:
    - {name: uuids, type: str, isList: true}
  run: {kind: job}
""",
    on_unit=unit_faults(_CODES),
)
