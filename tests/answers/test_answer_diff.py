"""Two versions of an index, held against each other."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from answer_runs import edge, make_index, pql, record, uuid_of

from lineage_index import Index
from lineage_index.index.diff import Cause, compare_versions, flips
from lineage_index.index.why import why
from lineage_index.store.commit import commit
from lineage_index.store.prepare import Listed, prepare

OLD = [
    record(1, outputs={"loss": 0.1}, tags=("a",)),
    record(2, outputs={"loss": 0.2}, tags=("a",)),
    record(3, outputs={"loss": 0.9}, tags=("a",)),
    record(4, outputs={"loss": 0.3}, tags=("a",), edges=(edge(3),)),
    record(5, outputs={"loss": 0.4}, tags=("a",)),
    record(6, outputs={"loss": 0.45}, tags=("b",)),
]
NEW = [
    record(1, outputs={"loss": 0.35}, tags=("a",)),  # moves
    record(2, outputs={"loss": 0.8}, tags=("a",)),  # leaves
    record(3, outputs={"loss": 0.15}, tags=("a",), scalars={"status": "failed"}),  # enters
    record(7, outputs={"loss": 0.01}, tags=("a",)),  # is new
]
QUERY = "metrics.loss:<0.5, tags:a"


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Version 0 and 1; run 5 is in the first alone."""
    path = make_index(tmp_path_factory.mktemp("diff") / "index", OLD)
    commit(path, [prepare(path, Listed(NEW), store="store")], gone=[("store", uuid_of(5))])
    return path


def test_what_entered_left_and_moved_and_why(changed: Path) -> None:
    said = pql("diff", QUERY, "--from", "0", "-s", "metrics.loss", index=changed)
    assert said.code == 0
    assert [line.partition(" UTC: ")[2] for line in said.lines[:2]] == [
        "4 of 6 runs match",
        "4 of 6 runs match",
    ]
    assert said.lines[2:] == [
        "2 entered, 2 left, 1 moved, 1 as they were",
        "entered",
        "  + 1  trial 7 00070000  new in the index",
        "  + 2  trial 3 00030000  metrics.loss:<0.5: 0.9 → 0.15",
        "left",
        "  - 2  trial 2 00020000  metrics.loss:<0.5: 0.2 → 0.8",
        "  - 4  trial 5 00050000  no longer in the index",
        "moved",
        "  ~ 1 → 4  trial 1 00010000  metrics.loss: 0.1 → 0.35",
    ]


def test_a_clause_on_a_whole_section_has_no_single_value(tmp_path: Path) -> None:
    path = make_index(tmp_path / "index", [record(1, outputs={"loss": 0.1})])
    commit(path, [prepare(path, Listed([record(1, outputs={})]), store="store")])
    with Index.open(path, as_of=0) as before, Index.open(path) as after:
        bound = after.bind("metrics:~nil")
        ((flip,),) = flips(before, after, bound, [uuid_of(1)]).values()
        assert (flip.held, flip.before, flip.after) == (True, None, None)
        assert why(after, bound, uuid_of(1)).values is None


def test_as_json_and_the_other_way_round(changed: Path) -> None:
    arguments = ["-s", "metrics.loss", "-f", "json"]
    there = json.loads(pql("diff", QUERY, "--from", "0", *arguments, index=changed).out)
    back = json.loads(pql("diff", QUERY, "--from", "1", "--to", "0", *arguments, index=changed).out)
    assert (there["from"]["version"], there["to"]["version"], there["to"]["matched"]) == (0, 1, 4)
    assert there["entered"][1] == {
        "uuid": uuid_of(3),
        "name": "trial 3",
        "place": 2,
        "cause": "clause",
        "flipped": [{"clause": "metrics.loss:<0.5", "held": False, "before": [0.9], "after": [0.15]}],
    }
    for side, other in (("entered", "left"), ("left", "entered")):
        assert [each["uuid"] for each in there[side]] == [each["uuid"] for each in back[other]]
        assert [each["cause"] for each in there[side]] == [each["cause"] for each in back[other]]


def test_a_limit_pushes_runs_out(changed: Path) -> None:
    said = pql("diff", QUERY, "--from", "0", "-s", "metrics.loss", "-n", "2", index=changed)
    assert "  - 1  trial 1 00010000  still matches: beyond the limit now" in said.lines
    said = pql("diff", QUERY, "--from", "1", "--to", "0", "-s", "metrics.loss", "-n", "2", index=changed)
    assert "  + 1  trial 1 00010000  matched before, too: within the limit now" in said.lines


def test_nothing_changed(changed: Path) -> None:
    said = pql("diff", "uuid:nobody", "--from", "0", index=changed)
    assert (said.code, said.lines[-1]) == (1, "0 entered, 0 left, 0 moved, 0 as they were")
    assert pql("diff", QUERY, "--from", "1", "--to", "1", index=changed).code == 1


@pytest.mark.parametrize(
    ("query", "number", "told"),
    [
        ("status:failed | metrics.loss:<0.05", 3, ["status:failed"]),
        ("tags:a, (status:failed | metrics.loss:<0.5)", 3, ["status:failed", "metrics.loss:<0.5"]),
        ("NOT (status:failed, tags:a)", 3, ["status:failed"]),
        ("upstream.metrics.loss:<0.5", 4, ["upstream.metrics.loss:<0.5"]),
        ("upstream(status:failed, tags:a)", 4, ["upstream(status:failed, tags:a)"]),
        ("upstream.metrics.loss:<0.5, upstream.tags:a", 4, ["upstream.metrics.loss:<0.5"]),
        ("tags:a", 3, []),
    ],
)
def test_the_innermost_clauses_that_turned_are_told(
    changed: Path, query: str, number: int, told: list[str]
) -> None:
    with Index.open(changed, 0) as before, Index.open(changed) as after:
        bound = after.bind(query)
        (found,) = flips(before, after, bound, [uuid_of(number)]).values()
        assert [query[slice(*each.node.span)] for each in found] == told  # type: ignore[union-attr]
        assert why(before, bound, uuid_of(number)).holds is (
            why(after, bound, uuid_of(number)).holds != bool(told)
        )


def test_as_few_runs_as_can_be_have_moved(tmp_path: Path) -> None:
    chance = random.Random(3)
    order = list(range(1, 13))
    path = make_index(tmp_path / "index", [record(n, outputs={"place": n}) for n in order])
    chance.shuffle(order)
    make_index(path, [record(n, outputs={"place": place}) for place, n in enumerate(order)])
    with Index.open(path, 0) as before, Index.open(path) as after:
        found = compare_versions(before, after, after.bind(None, sort="metrics.place"))
    moved = {each.uuid for each in found.moved}
    rest = [n for n in order if uuid_of(n) not in moved]
    assert rest == sorted(rest)
    assert len(rest) == found.stayed == longest(order)
    assert {each.uuid: (each.before, each.after) for each in found.moved} == {
        uuid_of(n): (n, order.index(n) + 1) for n in order if n not in rest
    }


def longest(order: list[int]) -> int:
    """The length of a longest ascending part, by trying each end."""
    best: list[int] = []
    for place, each in enumerate(order):
        best.append(1 + max((best[other] for other in range(place) if order[other] < each), default=0))
    return max(best)


def test_causes(changed: Path) -> None:
    with Index.open(changed, 0) as before, Index.open(changed) as after:
        found = compare_versions(before, after, after.bind(QUERY, sort="metrics.loss", limit=2))
    assert [each.cause for each in found.entered] == [Cause.PRESENCE, Cause.CLAUSE]
    assert [each.cause for each in found.left] == [Cause.LIMIT, Cause.CLAUSE]
    assert (found.matched_before, found.matched_after) == (4, 4)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--from", "x"], 2, "--from takes"),
        (["--from", "0", "--to", "x"], 2, "--to takes"),
        (["--from", "7"], 3, "no version 7"),
        (["--from", "0", "-n", "0"], 2, "--limit"),
        (["nope:1", "--from", "0"], 2, "nope"),
        (["--from", "0", "-f", "csv"], 2, "json"),
        ([], 2, "--from"),
    ],
)
def test_wrong_usage(changed: Path, arguments: list[str], code: int, words: str) -> None:
    said = pql("diff", *arguments, index=changed)
    assert (said.code, said.out) == (code, "")
    assert words in said.err


def test_joins_and_batches_see_the_index_as_it_was(changed: Path, tmp_path: Path) -> None:
    operation = tmp_path / "op.yaml"
    operation.write_text(
        "kind: operation\njoins:\n- query: 'metrics.loss:<0.2'\n  sort: metrics.loss\n"
        "  params: {losses: {value: outputs.loss}}\ncomponent:\n  run: {kind: job}\n"
        "  inputs: [{name: losses, type: float, isList: true}]\n"
    )
    requests = tmp_path / "requests.jsonl"
    requests.write_text('{"query": "metrics.loss:<0.2", "sort": "metrics.loss"}\n')
    for version, losses, numbers in (("0", [0.1], [1]), ("1", [0.01, 0.15], [7, 3])):
        said = pql("resolve", str(operation), "-f", "json", "--as-of", version, index=changed)
        assert json.loads(said.out)["params"]["losses"]["value"] == losses, said.err
        said = pql("batch", str(requests), "--as-of", version, index=changed)
        assert json.loads(said.out)["uuids"] == [uuid_of(n) for n in numbers]
