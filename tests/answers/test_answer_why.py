"""Why a run matches, and why nothing does: held against the search itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from answer_runs import make_index, pql, record, uuid_of

from lineage_index import Index
from lineage_index.index.nothing import why_nothing
from lineage_index.index.why import Clause, why
from pql.binder.bound import BoundAnd, BoundQuery
from pql.catalog.fields import Entity

QUERIES = [
    "metrics.loss:<0.3",
    "metrics.loss:<0.3, tags:a",
    "metrics.loss:nan | inputs.lr:>0.05",
    "NOT (status:failed | tags:a), name:~nil",
    "artifacts.kind:model, artifacts.name:net",
    "artifacts(name:net), artifacts(name:report)",
    "upstream.status:succeeded, metrics.loss:~nil",
    "upstream*.metrics.loss:<0.6",
    "min(metrics.loss):<0.3, inputs.optimizer:sgd",
    "inputs.layers[0]:64",
    "name:_any_",
    "name:~%trial%",
]


def leaves(clause: Clause) -> list[Clause]:
    return [each for part in clause.parts for each in leaves(part)] if clause.parts else [clause]


@pytest.mark.parametrize("query", QUERIES)
def test_every_clause_has_the_truth_that_a_search_gives_it(index: Path, query: str) -> None:
    with Index.open(index) as opened:
        bound = opened.bind(query)
        found = set(opened.search(query).uuids)
        assert found
        for number in range(1, 7):
            tree = why(opened, bound, uuid_of(number))
            assert tree.holds is (uuid_of(number) in found)
            for leaf in leaves(tree):
                alone = opened.run(BoundQuery(Entity.RUN, leaf.node, bound.sort)).uuids
                assert leaf.holds is (uuid_of(number) in alone)


def test_the_tree_shows_values_and_how_far_off_they_are(index: Path) -> None:
    query = (
        "metrics.loss:<0.2, (inputs.optimizer:SGD | inputs.lerning:1 | status:failed), upstream.name:trial%"
    )
    said = pql("why", uuid_of(2), query, index=index)
    assert said.code == 1
    assert said.lines == [
        f"trial 2  {uuid_of(2)}  does not match",
        "✗ all of",
        "├─ ✗ metrics.loss:<0.2  — 0.25; 0.05 above 0.2, 25.0% of it",
        "├─ ✗ any of",
        '│  ├─ ✗ inputs.optimizer:SGD  — "sgd"; differs in upper and lower case only',
        "│  ├─ ✗ inputs.lerning:1  — missing",
        '│  └─ ✗ status:failed  — "succeeded"',
        '└─ ✓ upstream.name:trial%  — "trial 1"',
    ]


def test_why_as_json(index: Path) -> None:
    said = pql("why", "trial 3", "metrics.loss:<0.2, inputs.lr:<1", "-f", "json", index=index)
    told = json.loads(said.out)
    assert (said.code, told["run"], told["matches"]) == (1, uuid_of(3), False)
    loss, lr = told["query"]["parts"]
    assert loss == {
        "clause": "metrics.loss:<0.2",
        "holds": False,
        "values": ["NaN"],
        "off": "NaN satisfies no ordering",
    }
    assert (lr["holds"], lr["values"]) == (True, ["0.001"])


def test_a_run_is_named_by_uuid_prefix_or_name(index: Path) -> None:
    for name in (uuid_of(1), uuid_of(1)[:6], "trial 1", f"{uuid_of(1)[:8]}-{uuid_of(1)[8:]}"):
        said = pql("why", name, "tags:best", index=index)
        assert (said.code, uuid_of(1) in said.out) == (0, True)
    for nobody in ("nobody", "0000", "000"):
        said = pql("why", nobody, "tags:best", index=index)
        assert (said.code, said.out) == (1, "")


def test_a_name_of_several_runs_is_not_guessed_at(tmp_path: Path) -> None:
    path = make_index(tmp_path / "index", [record(1, name="twin"), record(2, name="twin")])
    said = pql("show", "twin", index=path)
    assert (said.code, said.out) == (2, "")
    assert f"{uuid_of(2)[:12]}, {uuid_of(1)[:12]}" in said.err


def test_conditions_on_one_element_are_told_apart(index: Path) -> None:
    query = "artifacts.name:net, artifacts.name:report"
    said = pql("why", uuid_of(2), query, index=index)
    assert "each holds, but not all of one and the same related element" in said.lines[1]
    nothing = pql("search", query, index=index)
    assert "speak of one and the same element" in nothing.err


EMPTY = [
    "metrics.loss:<0.1, tags:a, status:succeeded",
    "tags:a, status:failed",
    "status:succeeded, inputs.optimizer:adm, metrics.loss:<1",
    "status:running | status:queued",
    "name:x, NOT tags:a",
]


@pytest.mark.parametrize("query", EMPTY)
def test_clauses_are_counted_alone_in_sequence_and_left_out(index: Path, query: str) -> None:
    with Index.open(index) as opened:
        bound = opened.bind(query)
        found = why_nothing(opened, bound)

        def count(nodes: list[object]) -> int:
            condition = nodes[0] if len(nodes) == 1 else BoundAnd(tuple(nodes)) if nodes else None  # type: ignore[arg-type]
            return opened.run(BoundQuery(Entity.RUN, condition, bound.sort)).total  # type: ignore[arg-type]

        nodes = [each.node for each in found.clauses]
        for place, each in enumerate(found.clauses):
            assert each.alone == count([each.node])
            assert each.together == count(list(nodes[: place + 1]))
            assert each.without == count([*nodes[:place], *nodes[place + 1 :]])
        emptied = found.emptied_by
        assert emptied is not None
        assert not found.clauses[emptied].together
        assert all(each.together for each in found.clauses[:emptied])


def test_nothing_found_says_which_clause_and_what_comes_closest(index: Path) -> None:
    said = pql("search", "status:succeeded, metrics.loss:0.3, tags:a", index=index)
    assert (said.code, said.out) == (1, "")
    assert said.err.splitlines() == [
        "0 runs matched",
        "clause            alone  with those above",
        "(every run)           6                 6",
        "status:succeeded      5                 5",
        "metrics.loss:0.3      0                 0",
        "tags:a                2                 0",
        "`metrics.loss:0.3` removes the last: no run at all has it; 2 runs would match without it",
        "closest among those that match the rest:",
        "  00020000  trial 2  0.25  (0.05 below 0.3, 16.7% of it)",
        "  00010000  trial 1  0.5  (0.2 above 0.3, 66.7% of it)",
    ]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("inputs.optimizer:adm", 'did you mean "Adam" (1 run) or "adam" (1 run)?'),
        ("tags:bset", 'did you mean "best" (1 run)?'),
        ("artifacts.name:reprot", 'did you mean "report" (2 runs)?'),
        ("project:visoin", 'did you mean "vision" (6 runs)?'),
        ("inputs.lerning_rate:1 | inputs.optmizer:adam", "did you mean `inputs.optimizer`?"),
        ("status:running", 'values that are there: "succeeded" (5), "failed" (1)'),
        ("created_at:<2025", "365.0 days after 2025-01-01 00:00:00"),
    ],
)
def test_what_looks_misspelt_is_named(index: Path, query: str, words: str) -> None:
    assert words in pql("search", query, index=index).err


def test_formats_for_programs_stay_silent(index: Path) -> None:
    for form in ("uuid", "jsonl", "csv", "json"):
        said = pql("search", "status:running", "-f", form, index=index)
        assert (said.code, said.err) == (1, "")


def test_an_index_without_runs_says_so(tmp_path: Path) -> None:
    path = make_index(tmp_path / "index", [])
    assert "the index has no runs" in pql("search", "status:running", index=path).err


def test_a_beginning_that_is_too_short_is_told_so(index: Path) -> None:
    said = pql("show", "0", index=index)
    assert (said.code, said.out) == (1, "")
    assert "at least 4 digits are needed" in said.err
    assert "no uuid begins so" in pql("show", "zz", index=index).err
