"""Laws of the language that need no second implementation to be told from errors."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import assume, given
from hypothesis import strategies as st
from law_narrow import Case, nested_cases, number_cases, orderings, ranges, text_cases
from law_pools import CLOCK, share
from law_queries import conditions, queries, sorts
from law_runs import needs_of, runs
from law_tables import PROMOTIONS, Index

from pql.binder.binder import bind
from pql.binder.bound import BoundQuery
from pql.catalog.fields import Entity
from pql.reference.model import Run
from pql.reference.search import search
from pql.syntax.ast import (
    And,
    Compare,
    Comparison,
    Condition,
    Node,
    Not,
    Or,
    Range,
    SortTerm,
)

_TURNED = {
    Comparison.LT: Comparison.GE,
    Comparison.LE: Comparison.GT,
    Comparison.GT: Comparison.LE,
    Comparison.GE: Comparison.LT,
}
_narrow = st.one_of(number_cases(), text_cases(), nested_cases())
_ordering = st.one_of(number_cases(orderings), nested_cases(orderings))
_ranging = st.one_of(number_cases(ranges), nested_cases(ranges))


def found(index: Index, node: Node) -> set[str]:
    return set(index.uuids(bind(node, clock=CLOCK)))


@share(0.2)
@given(case=_narrow)
def test_a_negated_condition_is_the_complement_unless_it_orders(case: Case) -> None:
    node, _, some = case
    assert isinstance(node, Condition)
    assume(not isinstance(node.operation, Compare))
    index = Index(some, "auto")
    plain, negated = (found(index, replace(node, negated=each)) for each in (False, True))
    assert plain | negated == {run.uuid for run in some}
    assert not plain & negated


@share(0.2)
@given(case=_ordering)
def test_a_negated_ordering_is_the_ordering_turned_round(case: Case) -> None:
    node, _, some = case
    assert isinstance(node, Condition)
    operation = node.operation
    assert isinstance(operation, Compare)
    turned = replace(node, operation=replace(operation, operator=_TURNED[operation.operator]), negated=False)
    index = Index(some, "auto")
    assert found(index, replace(node, negated=True)) == found(index, turned)
    missing = found(index, Not(Or((replace(node, negated=False), turned))))
    assert missing | found(index, replace(node, negated=False)) | found(index, turned) == {
        run.uuid for run in some
    }


@share(0.2)
@given(case=_ranging)
def test_a_range_is_two_comparisons(case: Case) -> None:
    node, _, some = case
    assert isinstance(node, Condition)
    operation = node.operation
    assert isinstance(operation, Range)
    parts: list[Node] = []
    if operation.low is not None:
        parts.append(replace(node, operation=Compare(Comparison.GE, operation.low), negated=False))
    if operation.high is not None:
        parts.append(replace(node, operation=Compare(Comparison.LE, operation.high), negated=False))
    index = Index(some, "auto")
    both = found(index, And(tuple(parts)) if len(parts) > 1 else parts[0])
    assert found(index, replace(node, negated=False)) == both


@share(0.2)
@given(data=st.data(), one=conditions(Entity.RUN), two=conditions(Entity.RUN))
def test_not_goes_through_and_and_or(data: st.DataObject, one: Condition, two: Condition) -> None:
    some = data.draw(runs(needs_of(bind(And((one, two)), clock=CLOCK))))
    index = Index(some, "auto")
    assert found(index, Not(Or((one, two)))) == found(index, And((Not(one), Not(two))))
    if not (_related(one) and _related(two)):  # else the two speak of one element, and apart of two
        assert found(index, Not(And((one, two)))) == found(index, Or((Not(one), Not(two))))


def _related(node: Condition) -> bool:
    query = bind(node, clock=CLOCK)
    return getattr(query.condition, "path", ()) != ()


@share(0.2)
@given(data=st.data(), node=queries())
def test_not_is_the_complement(data: st.DataObject, node: Node) -> None:
    assume(bind(node, clock=CLOCK).condition is not None)
    some = data.draw(runs(needs_of(bind(node, clock=CLOCK))))
    index = Index(some, "auto")
    assert found(index, node) ^ found(index, Not(node)) == {run.uuid for run in some}
    assert found(index, Not(Not(node))) == found(index, node)


@share(0.2)
@given(data=st.data(), node=queries(), sort=sorts(), size=st.integers(1, 3))
def test_the_pages_make_the_whole(
    data: st.DataObject, node: Node, sort: tuple[SortTerm, ...], size: int
) -> None:
    query = bind(node, sort, clock=CLOCK)
    some = data.draw(runs(needs_of(query)))
    index = Index(some, "auto")
    whole = index.uuids(query)
    pages = [replace(query, limit=size, offset=start) for start in range(0, len(some) + size, size)]
    assert [uuid for page in pages for uuid in index.uuids(page)] == whole
    assert index.count(query) == len(whole) == len(set(whole))
    assert [uuid for page in pages for uuid in search(page, some)] == whole


@share(0.2)
@given(data=st.data(), node=queries(), sort=sorts())
def test_no_layout_changes_the_answer(data: st.DataObject, node: Node, sort: tuple[SortTerm, ...]) -> None:
    query = bind(node, sort, clock=CLOCK)
    some = data.draw(runs(needs_of(query)))
    answers = [_answer(query, some, promotion) for promotion in PROMOTIONS]
    assert answers == answers[:1] * len(PROMOTIONS)


def _answer(query: BoundQuery, some: tuple[Run, ...], promotion: str) -> list[str]:
    return Index(some, promotion).uuids(query)


@share(0.2)
@given(data=st.data(), node=queries(), sort=sorts())
def test_the_order_of_runs_given_does_not_matter(
    data: st.DataObject, node: Node, sort: tuple[SortTerm, ...]
) -> None:
    query = bind(node, sort, clock=CLOCK)
    some = data.draw(runs(needs_of(query)))
    assert search(query, tuple(reversed(some))) == search(query, some)
