"""Where the quantifiers go: from bound conditions on related elements to explicit `Exists`.

All plain conditions of a query on one relation speak of one element; a negated condition, a group and the
inside of a NOT are scopes of their own. The quantifier is moved inwards as far as that meaning allows, so
that the common cases become plain semi-joins.
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
    BoundQuery,
    IsEmpty,
    Step,
    nil_passes,
)
from pql.diagnostics.diagnostic import Diagnostic, PqlError
from pql.diagnostics.span import Span
from pql.plan.logical import (
    TRUE,
    All,
    Any,
    Complement,
    Constant,
    Exists,
    Holds,
    LogicalPlan,
    Predicate,
    all_of,
    any_of,
    complement,
)

__all__ = ["plan_query"]

_MOST_ALTERNATIVES = 256


@dataclass(frozen=True, slots=True)
class _Open:
    """A condition on an element of `step` whose quantifier has not been placed yet."""

    step: Step
    item: _Scoped


@dataclass(frozen=True, slots=True)
class _And:
    items: tuple[_Scoped, ...]


@dataclass(frozen=True, slots=True)
class _Or:
    items: tuple[_Scoped, ...]


_Scoped = Constant | Holds | Complement | All | Any | Exists | _Open | _And | _Or
_Closed = (Constant, Holds, Complement, All, Any, Exists)


def plan_query(query: BoundQuery) -> LogicalPlan:
    """The logical plan of a bound query. Raises PqlError (PQL403) where placing quantifiers explodes."""
    predicate = TRUE if query.condition is None else plan_condition(query.condition)
    return LogicalPlan(query.entity, predicate, query.sort, query.limit, query.offset)


def plan_condition(condition: Bound) -> Predicate:
    """The predicate of one scope: a whole query, the inside of a group, or of a NOT."""
    return _close(_open(condition))


def _open(node: Bound) -> _Scoped:
    match node:
        case BoundConstant(holds):
            return Constant(holds)
        case BoundCondition(path, value, test, negated):
            if negated:
                positive = BoundCondition(path, value, test)
                return complement(plan_condition(positive))
            if path and isinstance(test, IsEmpty):
                return _at_end(path[:-1], complement(Exists(path[-1], TRUE)))
            return _at_end(path, Holds(value, test))
        case BoundGroup(step, item):
            return Exists(step, plan_condition(item))
        case BoundNot(item):
            return complement(plan_condition(item))
        case BoundAnd(items):
            return _And(tuple(_open(item) for item in items))
        case BoundOr(items):
            return _Or(tuple(_open(item) for item in items))
        case _:
            assert_never(node)


def _at_end(path: tuple[Step, ...], predicate: _Scoped) -> _Scoped:
    for step in reversed(path):
        predicate = _Open(step, predicate)
    return predicate


def _close(scoped: _Scoped) -> Predicate:
    """Place the quantifier of every relation that is still open."""
    if isinstance(scoped, _Closed):
        return scoped
    for step in _open_steps(scoped):
        scoped = _place(scoped, step)
    return _plain(scoped)


def _open_steps(scoped: _Scoped) -> list[Step]:
    """The open relations in the order they appear, each once."""
    found: dict[Step, None] = {}
    stack: list[_Scoped] = [scoped]
    while stack:
        match stack.pop():
            case _Open(step):
                found[step] = None
            case _And(items) | _Or(items):
                stack.extend(reversed(items))
            case _:
                pass
    return list(found)


def _plain(scoped: _Scoped) -> Predicate:
    match scoped:
        case _And(items):
            return all_of([_plain(item) for item in items])
        case _Or(items):
            return any_of([_plain(item) for item in items])
        case _Open():
            raise AssertionError("an open condition was left behind")
        case _:
            return scoped


def _mentions(scoped: _Scoped, step: Step) -> bool:
    match scoped:
        case _Open(own):
            return own == step
        case _And(items) | _Or(items):
            return any(_mentions(item, step) for item in items)
        case _:
            return False


def _place(scoped: _Scoped, step: Step) -> _Scoped:
    """The same condition with `step` quantified: there is one element for all that mentions it."""
    match scoped:
        case _Open(own, item) if own == step:
            return _exists(step, [item])
        case _Or(items):  # a quantifier distributes over alternatives
            return _Or(tuple(_place(item, step) for item in items))
        case _And(items):
            about = [item for item in items if _mentions(item, step)]
            others = [item for item in items if not _mentions(item, step)]
            if len(about) < 2:
                return _And((*others, *(_place(item, step) for item in about)))
            alternatives = _alternatives(about, step)
            placed = [_And((*rest, _exists(step, inner))) for inner, rest in alternatives]
            return _And((*others, placed[0] if len(placed) == 1 else _Or(tuple(placed))))
        case _:
            return scoped


_Alternative = tuple[list[_Scoped], list[_Scoped]]
"""What one way of satisfying a condition says of the element, and what it says besides."""


def _alternatives(items: list[_Scoped], step: Step) -> list[_Alternative]:
    """The ways to satisfy all of the items."""
    ways: list[_Alternative] = [([], [])]
    for item in items:
        own = _ways(item, step)
        if len(ways) * len(own) > _MOST_ALTERNATIVES:
            payload = {"relation": step.relation.value, "limit": str(_MOST_ALTERNATIVES)}
            raise PqlError(Diagnostic("PQL403", Span(0, 0), payload, "write it with element groups"), "")
        ways = [
            (inner + more_inner, rest + more_rest) for inner, rest in ways for more_inner, more_rest in own
        ]
    return ways


def _ways(item: _Scoped, step: Step) -> list[_Alternative]:
    match item:
        case _Open(own, inner) if own == step:
            return [([inner], [])]
        case _Or(items):
            return [way for each in items for way in _ways(each, step)]
        case _And(items):
            return _alternatives(list(items), step)
        case _:
            return [([], [item])]


def _exists(step: Step, inner: list[_Scoped]) -> Predicate:
    """Some element satisfies all of `inner`; a relation without elements counts as one whose values are
    all nil."""
    if not inner:
        return TRUE
    item = _close(_And(tuple(inner)))
    found = Exists(step, item)
    if _holds_for_nothing(item):
        return any_of([found, complement(Exists(step, TRUE))])
    return found


def _holds_for_nothing(predicate: Predicate) -> bool:
    """Whether the predicate holds for an absent element."""
    match predicate:
        case Constant(holds):
            return holds
        case Holds(_, test):
            return nil_passes(test)
        case Complement(item):
            return not _holds_for_nothing(item)
        case All(items):
            return all(_holds_for_nothing(item) for item in items)
        case Any(items):
            return any(_holds_for_nothing(item) for item in items)
        case Exists():
            return False
        case _:
            assert_never(predicate)
