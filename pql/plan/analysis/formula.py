"""A query as a formula over what one run, and the elements chosen for it, have.

A variable is one value of one element. Plain conditions of one scope speak of one chosen element; a group
brings an element of its own. What is said of all elements (a negated condition, the inside of a NOT) is
said here of the chosen one and of those that groups bring: that is weaker than what the query says, so a
formula that nothing satisfies still means that no run matches.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from pql.binder.bound import (
    Bound,
    BoundAnd,
    BoundCondition,
    BoundConstant,
    BoundGroup,
    BoundNot,
    BoundOr,
    IsEmpty,
    Step,
    Test,
    Value,
    nil_passes,
)

__all__ = ["Atom", "Both", "Either", "Formula", "Truth", "Variable", "some_run"]


@dataclass(frozen=True, slots=True)
class Truth:
    """Always or never."""

    holds: bool


Element = tuple[tuple[Step, int], ...]
"""Which element: the hops to it from the run, each with the number of the choice it was taken by."""


@dataclass(frozen=True, slots=True)
class Variable:
    """A value of an element; `value` None asks whether the step at the end of `element` leads anywhere."""

    element: Element
    value: Value | None


@dataclass(frozen=True, slots=True)
class Atom:
    """The variable passes the test, or (`holds` false) does not. `test` is None for `value` None."""

    variable: Variable
    test: Test | None
    holds: bool = True


@dataclass(frozen=True, slots=True)
class Both:
    """All items hold."""

    items: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """Some item holds."""

    items: tuple[Formula, ...]


Formula = Truth | Atom | Both | Either

_ONLY = 0
"""The choice number of a step that leads to one element at most, and of the outermost scope."""


def some_run(*, true: list[Bound], false: list[Bound]) -> Formula:
    """A formula that is satisfied if some run, with some choice of elements, makes all of `true` hold and
    none of `false`; the nodes are of one scope."""
    builder = _Builder()
    for node in true:
        builder.find_witnesses(node, ())
    return Both(
        (
            *(builder.build(node, (), _ONLY, True) for node in true),
            *(builder.build(node, (), _ONLY, False) for node in false),
        )
    )


class _Builder:
    def __init__(self) -> None:
        self._choices = _ONLY
        self._witness: dict[tuple[int, Element], int] = {}
        self._brought: dict[tuple[Element, Step], list[int]] = {}

    def find_witnesses(self, node: Bound, element: Element) -> None:
        """Number the elements that the groups of the outermost scope bring."""
        match node:
            case BoundAnd(items) | BoundOr(items):
                for item in items:
                    self.find_witnesses(item, element)
            case BoundGroup(step, _):
                number = self._fresh()
                self._witness[id(node), element] = number
                self._brought.setdefault((element, step), []).append(number)
            case _:
                pass

    def build(self, node: Bound, element: Element, choice: int, positive: bool) -> Formula:
        """What follows from the node holding (or not) for the element, plain conditions being about the
        elements of that choice."""
        match node:
            case BoundConstant(holds):
                return Truth(holds is positive)
            case BoundAnd(items):
                parts = tuple(self.build(item, element, choice, positive) for item in items)
                return Both(parts) if positive else Either(parts)
            case BoundOr(items):
                parts = tuple(self.build(item, element, choice, positive) for item in items)
                return Either(parts) if positive else Both(parts)
            case BoundNot(item):
                # Not for any choice, so not for this one; or for some choice, which is a new one.
                return self.build(item, element, choice if positive else self._fresh(), not positive)
            case BoundGroup():
                return self._group(node, element, choice, positive)
            case BoundCondition(path, negated=True):
                plain = BoundCondition(path, node.value, node.test)
                if not positive:
                    return self.build(plain, element, self._fresh(), True)
                return self._for_all(plain, element, choice)
            case BoundCondition():
                return self._plain(node, element, choice, positive)
            case _:
                assert_never(node)

    def _plain(self, node: BoundCondition, element: Element, choice: int, positive: bool) -> Formula:
        for step in node.path[:-1]:
            element = (*element, _hop(step, choice))
        if node.path and isinstance(node.test, IsEmpty):
            return _leads_on(element, node.path[-1], not positive)
        outer = element
        if node.path:
            element = (*element, _hop(node.path[-1], choice))
        atom = Atom(Variable(element, node.value), node.test, positive)
        if not positive or not node.path or nil_passes(node.test):
            return atom
        return Both((atom, _leads_on(outer, node.path[-1], True)))

    def _for_all(self, plain: BoundCondition, element: Element, choice: int) -> Formula:
        parts = [self._plain(plain, element, choice, False)]
        if len(plain.path) == 1:
            brought = self._brought.get((element, plain.path[0]), ())
            parts += [self._plain(plain, element, number, False) for number in brought]
        return Both(tuple(parts))

    def _group(self, node: BoundGroup, element: Element, choice: int, positive: bool) -> Formula:
        if positive:
            number = self._witness.get((id(node), element)) or self._fresh()
            inner = (*element, (node.step, number))
            held = self.build(node.item, inner, self._fresh(), True)
            return Both((_leads_on(element, node.step, True), held))
        parts: list[Formula] = []
        for number in (choice, *self._brought.get((element, node.step), ())):
            inner = (*element, (node.step, number))
            parts.append(self.build(node.item, inner, self._fresh(), False))
        return Either((_leads_on(element, node.step, False), Both(tuple(parts))))

    def _fresh(self) -> int:
        self._choices += 1
        return self._choices


def _hop(step: Step, choice: int) -> tuple[Step, int]:
    return step, _ONLY if step.relation.to_one else choice


def _leads_on(element: Element, step: Step, holds: bool) -> Formula:
    return Atom(Variable((*element, (step, _ONLY)), None), None, holds)
