"""Matrix param of a wrong form."""

from __future__ import annotations

from collections.abc import Iterator

from pql.check.model import Report
from pql.check.rule import Rule
from pql.diagnostics.diagnostic import Severity
from pql.joins.document import Scalar
from pql.joins.matrix import Matrix, has_template, wrong_form

__all__ = ["RULE"]


def _check(matrix: Matrix) -> Iterator[Report]:
    for param in matrix.params:
        if has_template(param.value):
            continue
        reason = wrong_form(param)
        if reason:
            where = param.value.span if isinstance(param.value, Scalar) else param.name.span
            yield Report(where, {"kind": param.kind, "reason": reason})


RULE = Rule(
    name="matrix-space",
    codes=("PQL751",),
    title="matrix param of a wrong form",
    message="`{kind}` {reason}",
    doc="""\
`range` is `start:stop:step`; `linspace`, `logspace` and `geomspace` are `start:stop:num`; each may
be a list or a mapping of the three. `uniform` and `loguniform` are `low:high`, `normal` and `lognormal`
`loc:scale`, in the same three ways; `quniform` and the like have a step `q` as the third. `choice` is a
list of values, `pchoice` a list of pairs of a value and its probability, from 0 to 1 and 1 in all.
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
