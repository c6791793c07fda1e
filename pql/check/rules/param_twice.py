"""Param filled in two ways."""

from __future__ import annotations

from pql.check.rule import Rule, unit_faults

__all__ = ["RULE"]

_CODES = ("PQL617",)

RULE = Rule(
    name="param-twice",
    codes=_CODES,
    title="param filled in two ways",
    message="",
    doc="""\
A param under `params` and one of a join can't both fill one input, and several joins fill it only
if they do so alike.
""",
    wrong="""\
kind: operation
params:
  uuids: {value: [a]}
joins:
  - query: "status:running"
    params:
      uuids: {value: globals.uuid}
component:
  inputs:
    - {name: uuids, type: str, isList: true}
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
