"""Bound nodes: the place each has in the text, and what a missing value passes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from refusals import compiled

from pql.binder.bound import (
    AllOf,
    AnyOf,
    Bound,
    BoundAnd,
    BoundConstant,
    BoundGroup,
    BoundNot,
    BoundOr,
    FieldTest,
    IsEmpty,
    IsNil,
    KeyValue,
    NumberTest,
    Operator,
    Test,
    TextEquals,
    nil_passes,
)
from pql.catalog.fields import Section


def nodes(bound: Bound | None) -> Iterator[Bound]:
    """The node and all below it, in the order of the text."""
    match bound:
        case None:
            return
        case BoundAnd(items) | BoundOr(items):
            below: tuple[Bound, ...] = items
        case BoundNot(item) | BoundGroup(_, item):
            below = (item,)
        case _:
            below = ()
    yield bound
    for each in below:
        yield from nodes(each)


@pytest.mark.parametrize(
    ("query", "places"),
    [
        ("status:~a", ["status:~a"]),
        ("status:a OR name:b", ["status:a OR name:b", "status:a", "name:b"]),
        ("status:a, NOT name:b", ["status:a, NOT name:b", "status:a", "NOT name:b", "name:b"]),
        ("status:_any_, upstream*(name:b)", ["upstream*(name:b)", "name:b"]),
        ("artifacts(kind:_any_)", ["artifacts(kind:_any_)", "kind:_any_"]),
    ],
)
def test_a_node_knows_its_place_in_the_text(query: str, places: list[str]) -> None:
    found = list(nodes(compiled(query).condition))
    assert [query[slice(*each.span)] for each in found] == places


def test_a_sort_key_knows_its_place_in_the_text() -> None:
    sort = "name, -metrics.loss"
    assert [sort[slice(*each.span)] for each in compiled("", sort).sort] == ["name", "metrics.loss"]


def test_a_group_that_asks_nothing_asks_for_an_element() -> None:
    group = compiled("artifacts(kind:_any_)").condition
    assert isinstance(group, BoundGroup)
    assert group.item == BoundConstant(True)


VALUE, NIL = TextEquals("a"), IsNil()


@pytest.mark.parametrize(
    ("test", "passed"),
    [
        (NIL, True),
        (IsEmpty(), True),
        (VALUE, False),
        (NumberTest(Operator.EQ, 0), False),
        (FieldTest(Operator.EQ, KeyValue(Section.INPUTS, ("a",))), False),
        (AnyOf((VALUE, NIL)), True),
        (AnyOf((VALUE, VALUE)), False),
        (AnyOf(()), False),
        (AllOf((NIL, NIL)), True),
        (AllOf((VALUE, NIL)), False),
    ],
)
def test_what_a_missing_value_passes(test: Test, passed: bool) -> None:
    assert nil_passes(test) is passed
