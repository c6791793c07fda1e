"""Wrong queries: the code and the place of the first fault."""

from __future__ import annotations

import pytest
from corpus_files import FAILING, Case, cases, clock

from pql.binder.binder import bind
from pql.diagnostics.diagnostic import PqlError
from pql.plan.scope import plan_query
from pql.syntax.parser import parse_query, parse_sort


def _compile(case: Case) -> None:
    assert case.query is not None
    sort = case.given.get("sort", "")
    bound = bind(
        parse_query(case.query),
        parse_sort(sort),
        clock=clock(),
        text=case.query,
        sort_text=sort,
        limit=case.given.get("limit"),
        offset=case.given.get("offset", 0),
        entity=case.entity,
    )
    plan_query(bound)


@pytest.mark.parametrize("case", [case for bucket in FAILING for case in cases(bucket)], ids=str)
def test_a_wrong_query(case: Case) -> None:
    with pytest.raises(PqlError) as caught:
        _compile(case)
    diagnostic = caught.value.diagnostic
    expected = (case.given["code"], case.given["span"], case.given.get("source", "query"))
    assert (diagnostic.code, list(diagnostic.span), diagnostic.source) == expected


@pytest.mark.parametrize("case", cases("syntax"), ids=str)
def test_wrong_syntax_is_the_parser_s_to_find(case: Case) -> None:
    assert case.query is not None
    with pytest.raises(PqlError):  # noqa: PT012 - the fault is in the one or in the other
        parse_query(case.query)
        parse_sort(case.given.get("sort", ""))


@pytest.mark.parametrize("case", cases("types"), ids=str)
def test_wrong_types_are_right_syntax(case: Case) -> None:
    assert case.query is not None
    parse_query(case.query)
    parse_sort(case.given.get("sort", ""))
