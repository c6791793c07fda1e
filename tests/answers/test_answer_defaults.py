"""`--defaults polyaxon`: what Polyaxon leaves out of itself is left out on request, and said."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from answer_runs import make_index, pql, record, uuid_of

from lineage_index import Index

NOW = datetime.now(UTC).replace(tzinfo=None)


def _scalars(days: int, live: int) -> dict[str, object]:
    return {"created_at": NOW - timedelta(days=days), "live_state": live}


@pytest.fixture(scope="module")
def some(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """New and live, new and archived, old and live, old and archived, new without a live state."""
    runs = [
        record(1, scalars=_scalars(1, 1)),
        record(2, scalars=_scalars(1, 0)),
        record(3, scalars=_scalars(100, 1)),
        record(4, scalars=_scalars(100, 0)),
        record(5, scalars={"created_at": NOW}),
    ]
    return make_index(tmp_path_factory.mktemp("defaults") / "index", runs)


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        (None, [1, 5]),
        ("live_state:nil", [5]),
        ("live_state:0 OR live_state:1", [1, 2]),
        ("created_at:_any_", [1, 3, 5]),
        ("created_at:_any_, live_state:0", [2, 4]),
        ("name:x OR project:vision", [1, 5]),
        ("NOT live_state:0", [1, 5]),
    ],
)
def test_a_search(some: Path, query: str | None, numbers: list[int]) -> None:
    uuids = [uuid_of(number) for number in numbers]
    with Index.open(some) as opened:
        assert opened.search(query, sort="uuid", defaults="polyaxon").uuids == uuids
        assert opened.count(query, defaults="polyaxon") == len(uuids)
    given = [] if query is None else [query]
    said = pql("search", *given, "--defaults", "polyaxon", "-s", "uuid", "-f", "uuid", index=some)
    assert said.lines == uuids
    counted = pql("stats", *given, "--defaults", "polyaxon", "-f", "json", index=some)
    assert sum(row["runs"] for row in _rows(counted.out)) == len(uuids)


def _rows(text: str) -> list[dict[str, int]]:
    told = json.loads(text)
    rows: list[dict[str, int]] = told["rows"] if isinstance(told, dict) else told
    return rows


def test_nothing_is_added_unless_it_is_asked_for(some: Path) -> None:
    with Index.open(some) as opened:
        assert len(opened.search()) == 5


def test_pages_go_on_with_the_same_defaults_only(some: Path) -> None:
    asked = "created_at:_any_"
    with Index.open(some) as opened:
        first = opened.search(asked, sort="uuid", limit=1, defaults="polyaxon")
        token = first.next_token
        assert first.uuids == [uuid_of(1)]
        second = opened.search(asked, sort="uuid", limit=1, defaults="polyaxon", after=token)
        assert second.uuids == [uuid_of(3)]
        with pytest.raises(ValueError, match="token"):
            opened.search(asked, sort="uuid", limit=1, after=token)


def test_what_is_added_of_parts_is_of_their_runs(some: Path) -> None:
    moment = datetime(2026, 11, 22, tzinfo=UTC)
    with Index.open(some) as opened:
        bound = opened.bind("kind:model", entity="artifacts", defaults="polyaxon", now=moment)
        spelled = "kind:model, run.created_at:last_month, (run.live_state:1 OR run.live_state:nil)"
        assert bound == opened.bind(spelled, entity="artifacts", now=moment)


def test_wrong_use_is_named(some: Path) -> None:
    said = pql("search", "--defaults", "tea", index=some)
    assert (said.code, said.out) == (2, "")
    assert "--defaults is one of polyaxon, not 'tea'" in said.err
    with Index.open(some) as opened, pytest.raises(ValueError, match="unknown defaults 'tea'"):
        opened.search(defaults="tea")
    wrong = pql("search", "status:", "--defaults", "polyaxon", index=some)
    assert wrong.code == 2
    assert "PQL104" in wrong.err
