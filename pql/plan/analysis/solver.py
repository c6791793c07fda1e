"""Whether any run could satisfy a formula: each variable tries each of its kinds."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import assert_never

from pql.binder.bound import Test, Value
from pql.plan.analysis.cells import Kind, kinds
from pql.plan.analysis.formula import Atom, Both, Either, Formula, Truth, Variable

__all__ = ["satisfiable"]

_MOST_STEPS = 2000


def satisfiable(formula: Formula) -> bool:
    """False only if nothing satisfies the formula; True also where finding out takes too long."""
    tests: dict[Variable, dict[Test, None]] = {}
    for atom in _atoms(formula):
        if atom.test is not None:
            tests.setdefault(atom.variable, {})[atom.test] = None
    cells = {
        variable: _kinds(variable.value, tuple(asked)) for variable, asked in tests.items() if variable.value
    }
    return _Search(cells).run(_settled(formula))


@lru_cache(maxsize=512)
def _kinds(value: Value, tests: tuple[Test, ...]) -> tuple[Kind, ...] | None:
    """`kinds`, which the many questions about one query ask for again and again."""
    return kinds(value, tests)


def _atoms(formula: Formula) -> Iterator[Atom]:
    stack = [formula]
    while stack:
        match stack.pop():
            case Atom() as atom:
                yield atom
            case Both(items) | Either(items):
                stack.extend(reversed(items))
            case Truth():
                pass


class _Search:
    def __init__(self, cells: dict[Variable, tuple[Kind, ...] | None]) -> None:
        self._cells = cells
        self._left = _MOST_STEPS

    def run(self, formula: Formula) -> bool:
        if isinstance(formula, Truth):
            return formula.holds
        self._left -= 1
        if self._left < 0:
            return True
        atom = next(_atoms(formula))
        cells = self._cells.get(atom.variable)
        if cells is None:  # yes or no, or too many kinds to list: each test may come out either way
            return any(self.run(_assume(formula, atom, held)) for held in (True, False))
        return any(self.run(_substitute(formula, atom.variable, cell)) for cell in cells)


def _assume(formula: Formula, known: Atom, held: bool) -> Formula:
    match formula:
        case Truth():
            return formula
        case Atom(variable, test, holds):
            if variable == known.variable and test == known.test:
                return Truth(holds is held)
            return formula
        case Both(items):
            return _both(_assume(item, known, held) for item in items)
        case Either(items):
            return _either(_assume(item, known, held) for item in items)
        case _:
            assert_never(formula)


def _substitute(formula: Formula, known: Variable, cell: Kind) -> Formula:
    match formula:
        case Truth():
            return formula
        case Atom(variable, test, holds):
            return Truth((test in cell) is holds) if variable == known else formula
        case Both(items):
            return _both(_substitute(item, known, cell) for item in items)
        case Either(items):
            return _either(_substitute(item, known, cell) for item in items)
        case _:
            assert_never(formula)


def _settled(formula: Formula) -> Formula:
    """The formula with truths folded."""
    match formula:
        case Both(items):
            return _both(_settled(item) for item in items)
        case Either(items):
            return _either(_settled(item) for item in items)
        case _:
            return formula


def _both(items: Iterator[Formula]) -> Formula:
    kept: list[Formula] = []
    for item in items:
        if isinstance(item, Truth):
            if not item.holds:
                return item
        else:
            kept.append(item)
    return kept[0] if len(kept) == 1 else Both(tuple(kept)) if kept else Truth(True)


def _either(items: Iterator[Formula]) -> Formula:
    kept: list[Formula] = []
    for item in items:
        if isinstance(item, Truth):
            if item.holds:
                return item
        else:
            kept.append(item)
    return kept[0] if len(kept) == 1 else Either(tuple(kept)) if kept else Truth(False)
