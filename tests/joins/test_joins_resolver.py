"""The resolver: laws that hold for any joins and runs, and what single references give."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import event, given
from hypothesis import strategies as st
from join_samples import JOINS, MATCHES, ROUNDS, join

from pql.diagnostics.diagnostic import PqlError
from pql.joins import (
    Join,
    MatchedArtifact,
    MatchedRun,
    Reference,
    Resolution,
    concatenate,
    resolve,
)
from pql.joins.evaluate import evaluate
from pql.joins.resolver import join_edges


def solve(rounds: list[tuple[Join, list[MatchedRun]]]) -> Resolution:
    return resolve([each[0] for each in rounds], [each[1] for each in rounds])


def values(resolution: Resolution) -> dict[str, Any]:
    return {name: param.value for name, param in resolution.params.items()}


@given(JOINS, MATCHES)
def test_a_param_is_a_list_with_an_entry_a_run_in_the_order_of_the_search(
    one: Join, found: list[MatchedRun]
) -> None:
    resolved = solve([(one, found)])
    assert set(resolved.params) == {param.name for param in one.params}
    for param in one.params:
        value = resolved.params[param.name].value
        if isinstance(param.value, Reference):
            assert value == [evaluate(param.value, run) for run in found]
        else:
            for paths in value.values():
                owners = [path[:32] for path in paths]
                assert owners == sorted(owners, key=[run.uuid for run in found].index)


@given(JOINS, MATCHES)
def test_artifacts_have_all_paths_of_one_run_after_those_of_another(
    one: Join, found: list[MatchedRun]
) -> None:
    for param in one.params:
        value = solve([(one, found)]).params[param.name].value
        if isinstance(param.value, Reference):
            continue
        for name, entries in (("files", param.value.files), ("dirs", param.value.dirs)):
            assert (name in value) is (entries is not None)
            assert len(value.get(name, [])) == len(entries or ()) * len(found)


@given(ROUNDS, ROUNDS, ROUNDS)
def test_concatenation_over_joins_is_associative(
    first: list[tuple[Join, list[MatchedRun]]],
    second: list[tuple[Join, list[MatchedRun]]],
    third: list[tuple[Join, list[MatchedRun]]],
) -> None:
    a, b, c = solve(first), solve(second), solve(third)
    assert concatenate(concatenate(a, b), c) == concatenate(a, concatenate(b, c))
    assert concatenate(concatenate(a, b), c) == solve(first + second + third)
    assert concatenate(a, Resolution()) == a == concatenate(Resolution(), a)


def test_joins_that_fill_one_param_follow_each_other() -> None:
    a, b = MatchedRun("a", inputs={"lr": 1}), MatchedRun("b", inputs={"rate": 2})
    first, second = join(p="inputs.lr", d={"dirs": ["x"]}), join(p="inputs.rate", d={"dirs": ["y"]})
    resolved = solve([(first, [a, b]), (second, [b])])
    assert values(resolved) == {"p": [1, None, 2], "d": {"dirs": ["a/x", "b/x", "b/y"]}}
    resolved = solve([(first, [b]), (second, [a])])
    assert [each.payload["reference"] for each in resolved.warnings] == ["inputs.lr", "inputs.rate"]


@given(ROUNDS)
def test_resolving_twice_gives_the_same(rounds: list[tuple[Join, list[MatchedRun]]]) -> None:
    first, second = solve(rounds), solve(rounds)
    assert first == second
    assert first.warnings == second.warnings


@given(ROUNDS)
def test_renaming_params_renames_results(rounds: list[tuple[Join, list[MatchedRun]]]) -> None:
    renamed = [
        (replace(one, params=tuple(replace(param, name=f"new_{param.name}") for param in one.params)), found)
        for one, found in rounds
    ]
    assert values(solve(renamed)) == {f"new_{name}": value for name, value in values(solve(rounds)).items()}


@given(ROUNDS, st.randoms())
def test_the_order_of_params_changes_nothing(
    rounds: list[tuple[Join, list[MatchedRun]]], random: Any
) -> None:
    shuffled = [
        (replace(one, params=tuple(random.sample(one.params, len(one.params)))), found)
        for one, found in rounds
    ]
    assert values(solve(shuffled)) == values(solve(rounds))


@given(MATCHES, st.text(max_size=12))
def test_paths_lie_under_the_uuid_of_their_run_or_are_refused(found: list[MatchedRun], literal: str) -> None:
    one = join(
        p={"files": [literal.replace("{", "")], "dirs": ["{{ artifacts.tb }}", "{{ artifacts.base }}"]}
    )
    try:
        value = solve([(one, found)]).params["p"].value
    except PqlError as error:
        event(error.diagnostic.code)
        return
    uuids = {run.uuid for run in found}
    for path in (*value["files"], *value["dirs"]):
        head, *rest = path.split("/")
        assert head in uuids or path.startswith("s3://")
        assert ".." not in rest


@pytest.mark.parametrize(
    "literal", ["..", "../x", "a/../../b", "/etc/passwd", "", ".", "\\x", "s3://b/x", "C:/x"]
)
def test_a_literal_path_that_leaves_the_run_is_refused(literal: str) -> None:
    with pytest.raises(PqlError) as caught:
        solve([(join(p={"files": [literal]}), [])])
    assert caught.value.diagnostic.code == "PQL613"


def test_a_path_that_a_run_holds_is_checked_too() -> None:
    one = join(p={"files": ["{{ outputs.best }}"]})
    fine = MatchedRun("a", outputs={"best": "outputs/m.pt"})
    assert values(solve([(one, [fine])])) == {"p": {"files": ["a/outputs/m.pt"]}}
    for bad in ("../b/secret", "/etc", 5):
        with pytest.raises(PqlError) as caught:
            solve([(one, [fine, MatchedRun("b", outputs={"best": bad})])])
        assert caught.value.diagnostic.code == "PQL613"


def test_no_match_gives_empty_lists() -> None:
    one = join(lrs="inputs.lr", paths={"files": ["a"], "dirs": ["b"]}, only={"dirs": ["{{ artifacts.tb }}"]})
    assert values(solve([(one, [])])) == {"lrs": [], "paths": {"files": [], "dirs": []}, "only": {"dirs": []}}


def test_missing_values_are_null_and_counted() -> None:
    found = [MatchedRun("a", inputs={"lr": 1}), MatchedRun("b"), MatchedRun("c", inputs={"lr": None})]
    resolved = solve([(join(lrs="inputs.lr"), found)])
    assert values(resolved) == {"lrs": [1, None, None]}
    (warning,) = resolved.warnings
    assert warning.code == "PQL651"
    assert warning.message == "2 of 3 runs have no `inputs.lr`"
    assert "inputs.lr:~nil" in warning.hint


def test_an_artifact_that_no_run_has_is_an_error_and_one_that_some_lack_a_warning() -> None:
    has, lacks = MatchedRun("a", artifacts=(MatchedArtifact("tensorboard", "tb"),)), MatchedRun("b")
    resolved = solve([(join(p="artifacts.tensorboard"), [has, lacks])])
    assert values(resolved) == {"p": ["a/tb", None]}
    assert [each.code for each in resolved.warnings] == ["PQL651"]
    with pytest.raises(PqlError) as caught:
        solve([(join(p="artifacts.tensorbord"), [has, lacks])])
    assert caught.value.diagnostic.code == "PQL618"
    assert "tensorboard" in caught.value.diagnostic.hint


def test_a_stored_path_that_leaves_the_run_counts_as_missing() -> None:
    found = [MatchedRun("a", artifacts=(MatchedArtifact("m", "../b/m"),)), MatchedRun("b")]
    resolved = solve([(join(p={"dirs": ["{{ artifacts.m }}"]}), found)])
    assert values(resolved) == {"p": {"dirs": []}}
    assert [each.message for each in resolved.warnings] == [
        "1 of 2 runs have an artifact `m` whose path leaves the run",
        "1 of 2 runs have no `artifacts.m`",
    ]


def test_the_lineage_of_a_resolution() -> None:
    one, two = join(lrs="inputs.lr", dirs={"dirs": ["tb"]}), join(lrs="inputs.lr")
    a, b = MatchedRun("a", inputs={"lr": 1}), MatchedRun("b", inputs={"lr": 2})
    assert join_edges((one, two), ([a, b], [b])) == {
        "a": {"lrs": 1, "dirs": {"dirs": ["a/tb"]}},
        "b": {"lrs": [2, 2], "dirs": {"dirs": ["b/tb"]}},
    }
    assert join_edges((two, two, two), ([b], [b], [b])) == {"b": {"lrs": [2, 2, 2]}}
