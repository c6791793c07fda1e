"""Matrix param that changes nothing."""

from __future__ import annotations

from collections.abc import Iterator

from pql.check.model import Report
from pql.check.rule import Rule
from pql.check.units import Unit
from pql.check.uses import EVERYTHING, used
from pql.diagnostics.diagnostic import PqlError
from pql.joins.matrix import read_matrix

__all__ = ["RULE"]


def _check(unit: Unit) -> Iterator[Report]:
    operation = unit.operation
    matrix = read_matrix(operation.node.get("matrix"), operation.source)
    if matrix is None or operation.component is None:
        return
    try:
        inputs = operation.inputs()
    except PqlError:
        return
    names = used(operation.node) | used(operation.component)
    if EVERYTHING in names:
        return
    for param in matrix.params:
        if param.name.text not in inputs and param.name.text not in names:
            hint = "declare it under `inputs`, and use it"
            yield Report(param.name.span, {"param": param.name.text}, hint)


RULE = Rule(
    name="matrix-unused",
    codes=("PQL754",),
    title="matrix param that changes nothing",
    message="nothing in the operation uses `{param}`: its runs differ in nothing by it",
    doc="""\
The matrix varies a param that the component doesn't declare as an input and that no template looks up, so
that each of its values makes the same run again.
""",
    wrong="""\
kind: operation
matrix:
  kind: grid
  params:
    lr: {kind: choice, value: [0.1, 0.2]}
component:
  inputs: [{name: rate, type: float, value: 0.1}]
  run: {kind: job, container: {args: ["{{ rate }}"]}}
""",
    right="""\
kind: operation
matrix:
  kind: grid
  params:
    rate: {kind: choice, value: [0.1, 0.2]}
component:
  inputs: [{name: rate, type: float, value: 0.1}]
  run: {kind: job, container: {args: ["{{ rate }}"]}}
""",
    on_unit=_check,
)
