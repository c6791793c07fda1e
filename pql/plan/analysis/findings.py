"""The questions asked of a query: does anything match, does everything, which clauses say nothing new."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import combinations

from pql.binder.bound import Bound, BoundAnd, BoundCondition, BoundGroup, BoundNot, BoundOr
from pql.diagnostics.span import Span
from pql.plan.analysis.formula import some_run
from pql.plan.analysis.solver import satisfiable

__all__ = ["Finding", "FindingKind", "analyze"]

_MOST_ITEMS = 40
"""Clauses of one AND or OR that are compared pair by pair."""


class FindingKind(Enum):
    """What was found.

    NEVER: the clause can't hold. ALWAYS: it holds for everything. DUPLICATE: it asks the same as another.
    REDUNDANT: an AND with the other clause, or an OR with it, means the same without this one.
    """

    NEVER = "never"
    ALWAYS = "always"
    DUPLICATE = "duplicate"
    REDUNDANT = "redundant"


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding about the clause at `span`.

    `whole` says that it is about the whole query. `because` are the clauses that make it so: for NEVER those
    that exclude each other, for ALWAYS those that leave nothing out between them, else the clause that says
    as much. It is empty where the clause alone is the reason.
    """

    kind: FindingKind
    span: Span
    because: tuple[Span, ...] = ()
    whole: bool = False


def analyze(condition: Bound | None) -> tuple[Finding, ...]:
    """The findings about a condition, the most important first."""
    if condition is None:
        return ()
    found = list(_about(condition, whole=True))
    return tuple(sorted(found, key=lambda each: (not each.whole, each.span)))


def _about(node: Bound, *, whole: bool) -> Iterator[Finding]:
    """Findings about a scope: the whole query, the inside of a group or of a NOT."""
    if not _possible(true=[node]):
        yield Finding(FindingKind.NEVER, node.span, _conflict(node), whole)
        return
    if not _possible(false=[node]):
        yield Finding(FindingKind.ALWAYS, node.span, _cover(node), whole)
        return
    yield from _inside(node)


def _inside(node: Bound) -> Iterator[Finding]:
    match node:
        case BoundAnd(items) | BoundOr(items):
            conjunction = isinstance(node, BoundAnd)
            settled = set[int]()
            for place, item in enumerate(items):
                if not _possible(true=[item]):
                    settled.add(place)
                    yield Finding(FindingKind.NEVER, item.span, _conflict(item))
                elif not _possible(false=[item]):
                    settled.add(place)
                    yield Finding(FindingKind.ALWAYS, item.span, _cover(item))
                else:
                    yield from _inside(item)
            kept = [item for place, item in enumerate(items) if place not in settled]
            yield from _pairs(kept, conjunction)
        case BoundNot(item) | BoundGroup(item=item):
            yield from _about(item, whole=False)
        case _:
            pass


def _pairs(items: list[Bound], conjunction: bool) -> Iterator[Finding]:
    """Clauses that another one of the same AND or OR makes superfluous."""
    dropped = set[int]()
    topics = [_topics(item) for item in items[:_MOST_ITEMS]]
    for first, second in combinations(range(len(topics)), 2):
        if first in dropped or second in dropped or not topics[first] & topics[second]:
            continue
        one, two = items[first], items[second]
        forth, back = _implies(one, two), _implies(two, one)
        if forth and back:
            dropped.add(second)
            kind = FindingKind.DUPLICATE
        elif forth or back:
            # In an AND the weaker clause is superfluous, in an OR the stronger one.
            dropped.add(second if forth is conjunction else first)
            kind = FindingKind.REDUNDANT
        else:
            continue
        spare, other = (two, one) if second in dropped else (one, two)
        yield Finding(kind, spare.span, (other.span,))


def _implies(one: Bound, two: Bound) -> bool:
    return not _possible(true=[one], false=[two])


def _conflict(node: Bound) -> tuple[Span, ...]:
    """The clauses of an AND that exclude each other, or all alternatives of an OR."""
    return _culprits(node, BoundAnd, true=True)


def _cover(node: Bound) -> tuple[Span, ...]:
    """The clauses of an OR that leave nothing out between them."""
    return _culprits(node, BoundOr, true=False)


def _culprits(node: Bound, pairing: type[BoundAnd] | type[BoundOr], *, true: bool) -> tuple[Span, ...]:
    if not isinstance(node, BoundAnd | BoundOr):
        return ()
    if not isinstance(node, pairing):
        return tuple(item.span for item in node.items)
    for item in node.items:
        if not _held([item], true):
            deeper = _culprits(item, pairing, true=true)
            return deeper or (item.span,)
    for one, two in combinations(node.items[:_MOST_ITEMS], 2):
        if not _held([one, two], true):
            return (one.span, two.span)
    return tuple(item.span for item in _needed(list(node.items), true))


def _needed(items: list[Bound], true: bool) -> list[Bound]:
    """The items without those that the contradiction does not need."""
    for item in list(items):
        fewer = [each for each in items if each is not item]
        if not _held(fewer, true):
            items = fewer
    return items


def _held(items: list[Bound], true: bool) -> bool:
    return _possible(true=items) if true else _possible(false=items)


def _possible(*, true: list[Bound] | None = None, false: list[Bound] | None = None) -> bool:
    """Whether some run could make all of `true` hold and none of `false`."""
    return satisfiable(some_run(true=true or [], false=false or []))


def _topics(node: Bound) -> frozenset[object]:
    """What the node speaks of: clauses that share nothing can't imply each other."""
    match node:
        case BoundCondition(path, value):
            return frozenset(path) or frozenset((value,))
        case BoundAnd(items) | BoundOr(items):
            return frozenset[object]().union(*(_topics(item) for item in items))
        case BoundNot(item):
            return _topics(item)
        case BoundGroup(step):
            return frozenset((step,))
        case _:
            return frozenset()
