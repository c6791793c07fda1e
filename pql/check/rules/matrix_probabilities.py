"""Probabilities that don't sum to one."""

from __future__ import annotations

import math
from collections.abc import Iterator

from pql.catalog.numbers import spelt_number
from pql.check.matrix import Matrix, MatrixParam, has_template
from pql.check.model import Report
from pql.check.rule import Rule
from pql.diagnostics.diagnostic import Severity
from pql.joins.document import Scalar, Sequence

__all__ = ["RULE"]


def _check(matrix: Matrix) -> Iterator[Report]:
    for param in matrix.params:
        if param.kind == "pchoice" and not has_template(param.value):
            reason = _reason(param)
            if reason:
                yield Report(param.name.span, {"reason": f"of `{param.name.text}` {reason}"})


def _reason(param: MatrixParam) -> str:
    items = param.value.items if isinstance(param.value, Sequence) else ()
    pairs = [item.items for item in items if isinstance(item, Sequence) and len(item.items) == 2]
    if len(pairs) < len(items) or not pairs:
        return ""  # no pairs: another rule says so
    numbers: list[float] = []
    for _, given in pairs:
        number = spelt_number(given.text) if isinstance(given, Scalar) else None
        if number is None or not 0 <= number <= 1:
            return "are not all numbers between 0 and 1"
        numbers.append(float(number))
    total = math.fsum(numbers)
    return "" if abs(total - 1) < 1e-6 else f"sum to {total:g}, not to 1"


RULE = Rule(
    name="matrix-probabilities",
    codes=("PQL752",),
    title="probabilities that don't sum to one",
    message="the probabilities {reason}",
    doc="""\
The probabilities of a `pchoice` are numbers between 0 and 1, and sum to 1; what draws from them
refuses others when the matrix starts.
""",
    wrong="""\
kind: operation
matrix:
  kind: random
  numRuns: 2
  params:
    act: {kind: pchoice, value: [[relu, 0.1], [sigmoid, 0.8]]}
""",
    right="""\
kind: operation
matrix:
  kind: random
  numRuns: 2
  params:
    act: {kind: pchoice, value: [[relu, 0.2], [sigmoid, 0.8]]}
""",
    severity=Severity.ERROR,
    on_matrix=_check,
)
