"""The lowering answers as the reference does, over every layout of the tables."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from hypothesis import given, note
from hypothesis import strategies as st
from law_narrow import history_cases, nested_cases, number_cases, text_cases
from law_pools import CLOCK, share
from law_queries import artifact_queries, queries, sorts
from law_related import graph_cases, part_cases
from law_runs import needs_of, runs
from law_tables import PROMOTIONS, Index

from pql.binder.binder import bind
from pql.catalog.fields import Entity
from pql.reference.model import Run
from pql.reference.search import search, search_artifacts
from pql.sql import emitter, gather, members
from pql.sql import tests as sql_tests
from pql.syntax.format import format_query, format_sort
from pql.syntax.parser import parse_query

_limits = st.none() | st.integers(1, 4)
_offsets = st.just(0) | st.integers(0, 3)


@pytest.mark.parametrize("promotion", PROMOTIONS)
@share(0.45)
@given(data=st.data(), node=queries(), sort=sorts(), limit=_limits, offset=_offsets)
def test_runs_are_the_same_in_the_same_order(promotion, data, node, sort, limit, offset):
    note(f"{format_query(node)}   sort {format_sort(sort)}")
    query = bind(node, sort, clock=CLOCK, limit=limit, offset=offset)
    some = data.draw(runs(needs_of(query)))
    assert Index(some, promotion).uuids(query) == search(query, some)


@pytest.mark.parametrize("promotion", ["none", "auto"])
@share(0.4)
@given(data=st.data(), node=artifact_queries(), sort=sorts(Entity.ARTIFACT), limit=_limits, offset=_offsets)
def test_artifacts_are_the_same_in_the_same_order(promotion, data, node, sort, limit, offset):
    note(f"{format_query(node)}   sort {format_sort(sort)}")
    query = bind(node, sort, clock=CLOCK, limit=limit, offset=offset, entity=Entity.ARTIFACT)
    some = data.draw(runs(needs_of(query)))
    expected = [
        (each.run.uuid, each.artifact.name, each.artifact.kind, each.artifact.is_input)
        for each in search_artifacts(query, some)
    ]
    assert Index(some, promotion).rows(query) == expected


@pytest.mark.parametrize("cases", [number_cases, history_cases, text_cases, nested_cases])
@pytest.mark.parametrize("promotion", ["none", "all"])
@share(0.5)
@given(data=st.data())
def test_one_field_in_every_way(cases, promotion, data):
    node, sort, some = data.draw(cases())
    note(f"{format_query(node)}   sort {format_sort(sort)}")
    query = bind(node, sort, clock=CLOCK)
    assert Index(some, promotion).uuids(query) == search(query, some)


@contextmanager
def _as_if_long() -> Iterator[None]:
    """Here two of anything are many."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sql_tests, "LONG", 1)
        patch.setattr(members, "PATTERN", 8)
        patch.setattr(gather, "_FEW", 1)
        patch.setattr(emitter, "_FEW", 1)
        patch.setattr(emitter, "_BLOCK", 2)
        yield


@pytest.mark.parametrize("promotion", ["none", "auto"])
@share(0.12)
@given(data=st.data(), node=queries(), sort=sorts())
def test_long_queries_mean_what_short_ones_mean(promotion, data, node, sort):
    note(f"{format_query(node)}   sort {format_sort(sort)}")
    query = bind(node, sort, clock=CLOCK)
    some = data.draw(runs(needs_of(query)))
    with _as_if_long():
        assert Index(some, promotion).uuids(query) == search(query, some)


@pytest.mark.parametrize("cases", [number_cases, text_cases, nested_cases, part_cases, graph_cases])
@pytest.mark.parametrize("promotion", ["none", "all"])
@share(0.12)
@given(data=st.data())
def test_long_conditions_in_every_way(cases, promotion, data):
    node, sort, some = data.draw(cases())
    note(f"{format_query(node)}   sort {format_sort(sort)}")
    query = bind(node, sort, clock=CLOCK)
    with _as_if_long():
        assert Index(some, promotion).uuids(query) == search(query, some)


_TEXTS = ["", *(one + other for one in "aBé.|\\\n" for other in ("", *"AbÉ.|\\$"))]
_LIKES = ["%ab%", "b%", "%É", "%.%", "é.%", "%A|%", "%a", '"%\\\\%"', "%$%"]
_DAYS = ["2026-01-03", "2026-01-01", "2026-01-02", "2026-01-06", '"2026-01-05T10:00"', "2026-01-06"]
_MOMENTS = [
    datetime.fromisoformat(f"2026-01-0{day}T{hour:02}:{minute:02}") + timedelta(microseconds=one)
    for day in range(1, 9)
    for hour, minute in ((0, 0), (10, 0), (10, 1))
    for one in (-1, 0, 1)
]
LONG_LISTS = {
    "days": " | ".join(f"created_at:{day}" for day in _DAYS),
    "one span": "created_at:2026-01-03|2026-01-02|2026-01-02|2026-01-04",
    "not on days": ", ".join(f"NOT created_at:{day}" for day in _DAYS),
    "patterns": " | ".join(f"name:{like}" for like in _LIKES),
    "two patterns": "name:b% | name:%.",
    "patterns of elements": " | ".join(f"tags:{like}" for like in _LIKES),
    "no pattern": ", ".join(f"NOT name:{like}" for like in _LIKES[3:]),
    "all patterns": "name:%b%, name:b%, NOT name:%., NOT name:%é%",
}


@pytest.mark.parametrize("name", LONG_LISTS)
def test_lists_are_as_long_conditions(name: str) -> None:
    some = [
        Run(
            f"{number:032x}", {"name": text, "created_at": _MOMENTS[number % len(_MOMENTS)]}, tags=(text, "x")
        )
        for number, text in enumerate(_TEXTS * 2)
    ]
    query = bind(parse_query(LONG_LISTS[name]), (), clock=CLOCK)
    with _as_if_long():
        found = Index(some, "auto").uuids(query)
    assert found == search(query, some)
    assert 0 < len(found) < len(some)


@pytest.mark.parametrize("cases", [part_cases, graph_cases])
@share(0.6)
@given(data=st.data())
def test_related_elements_in_every_way(cases, data):
    node, sort, some = data.draw(cases())
    note(f"{format_query(node)}   sort {format_sort(sort)}")
    query = bind(node, sort, clock=CLOCK)
    assert Index(some, "none").uuids(query) == search(query, some)
