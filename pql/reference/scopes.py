"""Whether a condition holds for an element: every choice of related elements is tried.

Meaning 12: all plain conditions of one scope that go through the same relation speak of one element. A
scope is the whole query, the inside of an element group, the inside of a NOT, or one negated condition. The
scope holds if some choice of elements, one for each relation that its plain conditions go through, makes it
true. A relation without elements counts as one absent element, whose fields are all nil.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from pql.binder.bound import (
    Bound,
    BoundAnd,
    BoundCondition,
    BoundConstant,
    BoundGroup,
    BoundNot,
    BoundOr,
    FieldTest,
    IsEmpty,
    Step,
)
from pql.reference.checks import passes
from pql.reference.elements import ABSENT, Element, World
from pql.reference.values import Cell, value_of

__all__ = ["scope_holds"]

_Path = tuple[Step, ...]
_Choice = dict[_Path, Element]
"""The chosen element at the end of each path; the empty path leads to the element itself."""


def scope_holds(world: World, scope: Bound, element: Element) -> bool:
    """Whether one whole scope holds for the element."""
    paths = sorted(_paths(scope), key=len)
    return any(_holds(world, scope, choice) for choice in _choices(world, paths, {(): element}))


def _paths(node: Bound) -> set[_Path]:
    """Every path of the scope's plain conditions, and every beginning of one."""
    match node:
        case BoundCondition(path, negated=False):
            return {path[:length] for length in range(1, len(path) + 1)}
        case BoundAnd(items) | BoundOr(items):
            return {path for item in items for path in _paths(item)}
        case BoundCondition() | BoundGroup() | BoundNot() | BoundConstant():
            return set()
        case _:
            assert_never(node)


def _choices(world: World, paths: list[_Path], chosen: _Choice) -> Iterator[_Choice]:
    """Every way to choose an element for each of the paths; shorter paths come before longer ones."""
    if not paths:
        yield chosen
        return
    first, *rest = paths
    for each in world.related(chosen[first[:-1]], first[-1]) or [ABSENT]:
        yield from _choices(world, rest, {**chosen, first: each})


def _holds(world: World, node: Bound, choice: _Choice) -> bool:
    """Whether the node holds when its plain conditions speak of the chosen elements."""
    match node:
        case BoundConstant(holds):
            return holds
        case BoundAnd(items):
            return all(_holds(world, item, choice) for item in items)
        case BoundOr(items):
            return any(_holds(world, item, choice) for item in items)
        case BoundNot(item):
            return not scope_holds(world, item, choice[()])
        case BoundGroup(step, item):
            return any(scope_holds(world, item, each) for each in world.related(choice[()], step))
        case BoundCondition(path, value, test, negated=True):
            return not scope_holds(world, BoundCondition(path, value, test), choice[()])
        case BoundCondition(path, value, test):
            return _plain(choice[path], node)
        case _:
            assert_never(node)


def _plain(element: Element, condition: BoundCondition) -> bool:
    """Whether a plain condition holds for the element that its path was chosen to lead to."""
    if isinstance(condition.test, IsEmpty):
        return element is ABSENT

    def other(test: FieldTest) -> Cell:
        return value_of(element, test.other)

    return passes(condition.test, value_of(element, condition.value), other)
