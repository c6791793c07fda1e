"""Input that doesn't take what a join gives."""

from __future__ import annotations

from pql.check.rule import Rule, unit_faults

__all__ = ["RULE"]

_CODES = ("PQL614",)

RULE = Rule(
    name="input-type",
    codes=_CODES,
    title="input that doesn't take what a join gives",
    message="",
    doc="""\
A join gives a list with an entry a run, so its input needs `isList: true` and a type that the
entries fit; `files` and `dirs` need the type artifacts.
""",
    wrong="""\
kind: operation
joins:
  - query: "status:running"
    params:
      uuids: {value: globals.uuid}
component:
  inputs:
    - {name: uuids, type: str}
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
