"""Many alternatives about one thing become one condition on it, so that it is looked up once."""

from __future__ import annotations

from collections.abc import Sequence

from pql.binder.bound import AnyOf, FieldTest, IsEmpty, IsNil, Step, Test, Value
from pql.plan.logical import Complement, Exists, Holds, Predicate, any_of

__all__ = ["gathered", "none_of"]

_FEW = 16
"""So many alternatives are planned well as they stand."""


def none_of(items: Sequence[Predicate]) -> Sequence[Predicate]:
    """Conditions that mean the same: that many things do not hold is that not one of them holds."""
    if len(items) <= _FEW:
        return items
    negated = [item.item for item in items if isinstance(item, Complement)]
    others = [item for item in items if not isinstance(item, Complement)]
    return [*others, Complement(any_of(negated))] if negated else others


def gathered(items: Sequence[Predicate]) -> Sequence[Predicate]:
    """Alternatives that mean the same, in another order: of many, those on one value are a list of tests, and
    those on some element of one relation are asked of each element together."""
    if len(items) <= _FEW:
        return items
    tests: dict[Value, list[Test]] = {}
    elements: dict[Step, list[Predicate]] = {}
    others: list[Predicate] = []
    for item in items:
        match item:
            case Holds(value, test) if not isinstance(test, FieldTest | IsNil | IsEmpty):
                tests.setdefault(value, []).extend(test.tests if isinstance(test, AnyOf) else (test,))
            case Exists(step, inner):
                elements.setdefault(step, []).append(inner)
            case _:
                others.append(item)
    lists = [Holds(value, each[0] if len(each) == 1 else AnyOf(tuple(each))) for value, each in tests.items()]
    return [*lists, *(Exists(step, any_of(each)) for step, each in elements.items()), *others]
