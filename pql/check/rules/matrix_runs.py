"""More runs than the grid has."""

from __future__ import annotations

from collections.abc import Iterator

from pql.catalog.numbers import spelt_number
from pql.check.model import Report
from pql.check.rule import Rule
from pql.joins.matrix import Matrix, size_of

__all__ = ["RULE"]


def _check(matrix: Matrix) -> Iterator[Report]:
    if matrix.kind not in ("grid", "random") or matrix.num_runs is None or not matrix.params:
        return
    runs = spelt_number(matrix.num_runs.text)
    size = 1
    for param in matrix.params:
        values = size_of(param)
        if values is None:
            return
        size *= values
    if runs is not None and runs > size:
        points = f"{size:,} point" + ("" if size == 1 else "s")
        yield Report(matrix.num_runs.span, {"runs": f"{runs:,}", "size": points})


RULE = Rule(
    name="matrix-runs",
    codes=("PQL753",),
    title="more runs than the grid has",
    message="numRuns is {runs}, and the grid has {size}",
    doc="""\
Every param of the matrix has a known number of values, and their product is less than `numRuns`: a
grid ends early, and a random search repeats itself.
""",
    wrong="""\
kind: operation
matrix:
  kind: grid
  numRuns: 10
  params:
    lr: {kind: choice, value: [0.1, 0.2]}
""",
    right="""\
kind: operation
matrix:
  kind: grid
  numRuns: 2
  params:
    lr: {kind: choice, value: [0.1, 0.2]}
""",
    on_matrix=_check,
)
