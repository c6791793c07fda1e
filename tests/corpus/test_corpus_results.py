"""What queries find, by the reference evaluator and by DuckDB over two layouts of the tables."""

from __future__ import annotations

import math
from typing import Any

import pytest
from corpus_files import Case, cases, clock, names, runs
from law_tables import Index

from pql.binder.binder import bind
from pql.binder.bound import BoundQuery
from pql.catalog.fields import Entity
from pql.reference.search import search, search_artifacts, search_points
from pql.syntax.parser import parse_query, parse_sort


def _bound(case: Case) -> BoundQuery:
    return bind(
        None if case.query is None else parse_query(case.query),
        parse_sort(case.given.get("sort", "")),
        clock=clock(),
        limit=case.given.get("limit"),
        offset=case.given.get("offset", 0),
        entity=case.entity,
    )


def _expected(case: Case) -> list[Any]:
    found: list[Any] = case.given[case.entity.value]
    return found


@pytest.mark.parametrize("case", cases("results"), ids=str)
def test_the_reference_finds(case: Case) -> None:
    assert _found(_bound(case)) == _expected(case)


def _found(query: BoundQuery) -> list[Any]:
    match query.entity:
        case Entity.ARTIFACT:
            return [
                [names()[each.run.uuid], each.artifact.name, each.artifact.kind, each.artifact.is_input]
                for each in search_artifacts(query, runs())
            ]
        case Entity.POINT:
            return [
                [names()[each.run.uuid], each.key, each.point.step, _number(each.point.value)]
                for each in search_points(query, runs())
            ]
        case _:
            return [names()[uuid] for uuid in search(query, runs())]


def _number(value: Any) -> Any:
    """Numbers that not every reader of YAML knows are texts in the corpus."""
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


@pytest.mark.parametrize("promotion", ["none", "all"])
def test_duckdb_finds(promotion: str) -> None:
    """One test for all cases of a layout, as the tables can only be loaded one after the other."""
    index = Index(runs(), promotion)
    wrong = []
    for case in cases("results"):
        rows = index.rows(_bound(case))
        found = [
            names()[row[0]] if case.entity is Entity.RUN else [names()[row[0]], *map(_number, row[1:])]
            for row in rows
        ]
        if found != _expected(case):
            wrong.append((str(case), found, _expected(case)))
    assert wrong == []
