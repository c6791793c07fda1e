"""Conditions that hold or not by where they stand: what is no condition, groups inside groups."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pql.binder.binder import Clock, bind
from pql.reference.model import Artifact, Run
from pql.reference.search import search
from pql.syntax.parser import parse_query

FIRST, SECOND, THIRD = "1" * 32, "2" * 32, "3" * 32
RUNS = (
    Run(FIRST, {"name": "first"}, artifacts=(Artifact("tb", "events"),)),
    Run(SECOND, {"name": "second"}, upstream=(FIRST,)),
    Run(THIRD, {"name": "third"}, upstream=(SECOND,)),
)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("name:_any_", [FIRST, SECOND, THIRD]),
        ("name:_any_, name:second", [SECOND]),
        ("name:_any_ OR name:second", [SECOND]),
        ("NOT (name:_any_)", [FIRST, SECOND, THIRD]),
        ("upstream(name:_any_)", [SECOND, THIRD]),
        ("upstream(artifacts.name:tb)", [SECOND]),
        ("upstream(upstream(artifacts(name:tb)))", [THIRD]),
        ("upstream(NOT (upstream.name:first))", [SECOND]),
    ],
)
def test_what_is_found(query: str, found: list[str]) -> None:
    bound = bind(parse_query(query), clock=Clock(datetime(2026, 11, 22, tzinfo=UTC)))
    assert search(bound, RUNS) == found
