"""Reference that is none, or can't stand there."""

from __future__ import annotations

from pql.check.rule import Rule, unit_faults

__all__ = ["RULE"]

_CODES = ("PQL611", "PQL612")

RULE = Rule(
    name="reference",
    codes=_CODES,
    title="reference that is none, or can't stand there",
    message="",
    doc="""\
A param of a join takes inputs, outputs, artifacts or globals of each run, or keys of these. Only
paths can be fetched with `toInit`. Polyaxon gives nulls for a prefix it doesn't know.
""",
    wrong="""\
kind: operation
joins:
  - query: "status:running"
    params:
      losses: {value: metrics.loss, contextOnly: true}
""",
    right="""\
kind: operation
joins:
  - query: "status:running"
    params:
      losses: {value: outputs.loss, contextOnly: true}
""",
    on_unit=unit_faults(_CODES),
)
