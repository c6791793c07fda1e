"""Path that leaves the run."""

from __future__ import annotations

from pql.check.rule import Rule, unit_faults

__all__ = ["RULE"]

_CODES = ("PQL613",)

RULE = Rule(
    name="path-outside",
    codes=_CODES,
    title="path that leaves the run",
    message="",
    doc="""\
The paths under `files` and `dirs` are below the folder of the run they come from: relative, without
`..`, and no address.
""",
    wrong="""\
kind: operation
joins:
  - query: "status:running"
    params:
      logs: {value: {files: ../logs}, toInit: true}
""",
    right="""\
kind: operation
joins:
  - query: "status:running"
    params:
      logs: {value: {files: logs}, toInit: true}
""",
    on_unit=unit_faults(_CODES),
)
