"""Matrix param of a wrong form."""

from __future__ import annotations

from collections.abc import Iterator

from pql.check.matrix import SPACES, Matrix, MatrixParam, has_template, numbers_of
from pql.check.model import Report
from pql.check.rule import Rule
from pql.diagnostics.diagnostic import Severity
from pql.joins.document import Scalar, Sequence

__all__ = ["RULE"]


def _check(matrix: Matrix) -> Iterator[Report]:
    for param in matrix.params:
        if has_template(param.value):
            continue
        reason = _reason(param)
        if reason:
            where = param.value.span if isinstance(param.value, Scalar) else param.name.span
            yield Report(where, {"kind": param.kind, "reason": reason})


def _reason(param: MatrixParam) -> str:
    if param.kind in SPACES:
        numbers = numbers_of(param)
        return numbers if isinstance(numbers, str) else ""
    if param.kind in ("choice", "pchoice"):
        if not isinstance(param.value, Sequence) or not param.value.items:
            return "takes a list of values" if param.kind == "choice" else "takes a list of pairs"
        if param.kind == "pchoice" and not all(
            isinstance(item, Sequence) and len(item.items) == 2 for item in param.value.items
        ):
            return "takes pairs of a value and its probability"
    return ""


RULE = Rule(
    name="matrix-space",
    codes=("PQL751",),
    title="matrix param of a wrong form",
    message="`{kind}` {reason}",
    doc="""\
`range` is `start:stop:step`; `linspace`, `logspace` and `geomspace` are `start:stop:num`; each may
be a list or a mapping of the three. `choice` is a list of values, `pchoice` a list of pairs of a
value and its probability.
""",
    wrong="""\
kind: operation
matrix:
  kind: grid
  params:
    lr: {kind: linspace, value: "0.1:0.5"}
""",
    right="""\
kind: operation
matrix:
  kind: grid
  params:
    lr: {kind: linspace, value: "0.1:0.5:5"}
""",
    severity=Severity.ERROR,
    on_matrix=_check,
)
