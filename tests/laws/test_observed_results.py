"""Over sixty runs the reference and the lowering find what Polyaxon 2.18 was seen to find.

`observed_results.jsonl` has a query and the runs it found, as bits in the order of `observed_runs.jsonl`; the
queries on which the language differs on purpose are not in it.
"""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from law_tables import PROMOTIONS, Index
from observed import CLOCK, HERE, runs

from pql.binder.binder import bind
from pql.binder.bound import BoundQuery
from pql.reference.search import search
from pql.syntax.parser import parse_query


def observed() -> list[tuple[str, int]]:
    lines = (HERE / "observed_results.jsonl").read_text(encoding="utf-8").splitlines()
    return [(query, int(bits, 16)) for query, bits in map(json.loads, lines)]


def differing(answer: Callable[[BoundQuery], list[str]]) -> list[str]:
    """The queries that `answer` finds other runs for than was observed."""
    bit = {run.uuid: 1 << place for place, run in enumerate(runs())}
    found = []
    for query, bits in observed():
        uuids = answer(bind(parse_query(query), clock=CLOCK))
        if sum(bit[uuid] for uuid in uuids) != bits:
            found.append(query)
    return found


def test_there_is_much_to_compare() -> None:
    assert len(observed()) > 1000
    assert len(runs()) == 60


def test_the_reference_finds_what_was_observed() -> None:
    assert differing(lambda query: search(query, runs())) == []


@pytest.mark.parametrize("promotion", PROMOTIONS)
def test_the_lowering_finds_what_was_observed(promotion: str) -> None:
    assert differing(Index(runs(), promotion).uuids) == []
