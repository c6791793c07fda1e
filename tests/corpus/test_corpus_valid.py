"""Right queries: their canonical text, their bound form, their warnings."""

from __future__ import annotations

import pytest
from corpus_files import Case, cases, clock

from pql.binder.binder import bind
from pql.plan.forms import condition_form, sort_form
from pql.syntax.format import format_query, format_sort
from pql.syntax.parser import parse_query, parse_sort


@pytest.mark.parametrize("case", cases("valid"), ids=str)
def test_a_right_query(case: Case) -> None:
    assert case.query is not None
    node = parse_query(case.query)
    canonical = case.given["canonical"]
    assert format_query(node) == canonical
    assert parse_query(canonical) == node

    terms = parse_sort(case.given.get("sort", ""))
    bound = bind(node, terms, clock=clock(), text=case.query, entity=case.entity)
    assert condition_form(bound.condition) == case.given["bound"]
    assert [[each.code, *each.span] for each in bound.warnings] == case.given.get("warnings", [])
    if terms:
        canonical_sort = case.given["canonical_sort"]
        assert format_sort(terms) == canonical_sort
        assert parse_sort(canonical_sort) == terms
        assert sort_form(bound.sort) == case.given["bound_sort"]


@pytest.mark.parametrize("case", cases("valid"), ids=str)
def test_the_canonical_text_is_canonical_and_means_the_same(case: Case) -> None:
    canonical = case.given["canonical"]
    node = parse_query(canonical)
    assert format_query(node) == canonical
    bound = bind(node, clock=clock(), text=canonical, entity=case.entity)
    assert condition_form(bound.condition) == case.given["bound"]
