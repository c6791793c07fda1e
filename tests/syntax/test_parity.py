"""What Polyaxon takes is taken; what it refuses, and nothing here gives a meaning to, is refused."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from pql.binder.binder import Clock, bind
from pql.binder.bound import BoundQuery
from pql.diagnostics.diagnostic import PqlError
from pql.syntax.format import format_query
from pql.syntax.parser import parse_query, parse_sort

HERE = Path(__file__).parent
CLOCK = Clock(datetime(2024, 7, 1, 12, tzinfo=UTC))


def listed(name: str) -> list[tuple[str, str]]:
    sections = yaml.safe_load((HERE / name).read_text(encoding="utf-8"))
    return [(section, query) for section, queries in sections.items() for query in queries]


def compiled(query: str) -> BoundQuery:
    return bind(parse_query(query), clock=CLOCK, text=query)


@pytest.mark.parametrize(("section", "query"), listed("accepted.yaml"))
def test_taken(section: str, query: str) -> None:
    again = compiled(format_query(parse_query(query)))
    assert repr(again.condition) == repr(compiled(query).condition)  # NaN is equal to nothing


@pytest.mark.parametrize(("code", "query"), listed("refused.yaml"))
def test_refused(code: str, query: str) -> None:
    with pytest.raises(PqlError) as caught:
        compiled(query)
    diagnostic = caught.value.diagnostic
    assert diagnostic.code == code
    assert 0 <= diagnostic.span.start <= diagnostic.span.end <= len(query)
    assert diagnostic.message


DIFFERING = yaml.safe_load((HERE / "differing.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("code", "query"),
    [(code, query) for code, queries in DIFFERING["refused"].items() for query in queries],
)
def test_refused_here_alone(code: str, query: str) -> None:
    with pytest.raises(PqlError) as caught:
        compiled(query)
    assert caught.value.diagnostic.code == code


@pytest.mark.parametrize(
    ("code", "sort"), [(code, sort) for code, sorts in DIFFERING["sorts"].items() for sort in sorts]
)
def test_sorts_refused_here_alone(code: str, sort: str) -> None:
    with pytest.raises(PqlError) as caught:
        bind(None, parse_sort(sort), clock=CLOCK, sort_text=sort)
    assert (caught.value.diagnostic.code, caught.value.diagnostic.source) == (code, "sort")


@pytest.mark.parametrize("query", DIFFERING["taken"])
def test_taken_here_alone(query: str) -> None:
    again = compiled(format_query(parse_query(query)))
    assert repr(again.condition) == repr(compiled(query).condition)
