"""Probabilities that sum to less than one."""

from __future__ import annotations

from collections.abc import Iterator

from pql.check.model import Report
from pql.check.rule import Rule
from pql.joins.document import Scalar, Sequence
from pql.joins.matrix import Matrix, MatrixParam, has_template, missing_probability

__all__ = ["RULE"]


def _check(matrix: Matrix) -> Iterator[Report]:
    for param in matrix.params:
        if param.kind == "pchoice" and not has_template(param.value):
            rest = missing_probability(param)
            if rest:
                facts = {"param": param.name.text, "total": f"{1 - rest:g}", "last": _last(param)}
                yield Report(param.name.span, facts)


def _last(param: MatrixParam) -> str:
    pair = param.value.items[-1] if isinstance(param.value, Sequence) else None
    value = pair.items[0] if isinstance(pair, Sequence) else None
    return f"`{value.text[:40]}`" if isinstance(value, Scalar) else "the last value"


RULE = Rule(
    name="matrix-probabilities",
    codes=("PQL752",),
    title="probabilities that sum to less than one",
    message="the probabilities of `{param}` sum to {total}, and {last} gets the rest",
    doc="""\
The probabilities of a `pchoice` should sum to 1. Where they sum to less, the last value is drawn with
all that is left over, whatever its own probability says: so it is in Polyaxon, and so `pql run` draws.
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
    act: {kind: pchoice, value: [[relu, 0.1], [sigmoid, 0.9]]}
""",
    on_matrix=_check,
)
