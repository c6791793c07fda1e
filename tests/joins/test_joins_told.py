"""What the resolver refuses and warns of: where it points, what it tells, what it advises."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pql.diagnostics.diagnostic import Diagnostic, PqlError
from pql.diagnostics.span import Span
from pql.joins import (
    Join,
    JoinParam,
    MatchedArtifact,
    MatchedRun,
    PathEntry,
    Paths,
    Resolution,
    parse_reference,
    placed,
    resolve,
)
from pql.joins.references import Yield
from pql.joins.resolver import join_edges
from pql.joins.source import Source

PARAM, ENTRY = Span(0, 5), Span(6, 11)
FILE = Source("op.yaml", "PARAM ENTRY")
A, B = "a" * 32, "b" * 32
FETCHED = "paths can be fetched: `artifacts.NAME`, or a value with `files` and `dirs`"
PATHS = "paths are `artifacts.NAME`, or inputs and outputs that hold sub-paths"


def value(text: str) -> Any:
    """A reference; after `files ` or `dirs ` an entry: a sub-path, or a reference in braces."""
    place, _, rest = text.partition(" ")
    if not rest:
        return parse_reference(text)
    entry = PathEntry(parse_reference(rest) if rest.startswith("{{") else rest, ENTRY)
    return Paths(**{place: (entry,)})


def join(text: str, **options: Any) -> Join:
    return Join(
        placed("status:_any_"), params=(JoinParam("p", value(text), span=PARAM, **options),), source=FILE
    )


def artifacts(uuid: str, *pairs: tuple[str, str]) -> MatchedRun:
    return MatchedRun(uuid, artifacts=tuple(MatchedArtifact(*pair) for pair in pairs))


def told(found: Diagnostic) -> tuple[str, str, dict[str, str], str]:
    """The code, what it stands at, its payload and its hint."""
    assert found.source == FILE.name
    return found.code, FILE.text[slice(*found.span)], dict(found.payload), found.hint


def refused(joins: list[Join], *runs: MatchedRun) -> tuple[str, str, dict[str, str], str]:
    with pytest.raises(PqlError) as caught:
        resolve(joins, [runs] * len(joins))
    assert caught.value.text == FILE.text
    return told(caught.value.diagnostic)


@pytest.mark.parametrize("options", [{"to_init": True}, {"to_init": True, "context_only": True}])
def test_only_paths_can_be_fetched(options: dict[str, bool]) -> None:
    payload = {"reference": "inputs.lr", "place": "with `toInit`"}
    assert refused([join("inputs.lr", **options)]) == ("PQL612", "PARAM", payload, FETCHED)


@pytest.mark.parametrize(
    ("text", "code", "payload", "hint"),
    [
        (
            "files {{ globals.uuid }}",
            "PQL612",
            {"reference": "globals.uuid", "place": "under `files`"},
            PATHS,
        ),
        ("dirs {{ inputs }}", "PQL612", {"reference": "inputs", "place": "under `dirs`"}, PATHS),
        ("dirs ../x", "PQL613", {"path": "../x"}, "e.g. `outputs/model`"),
        (
            "files s3://b/x",
            "PQL613",
            {"path": "s3://b/x"},
            "an address can't be fetched from the run's folder",
        ),
    ],
)
def test_an_entry_that_can_not_stand_among_paths(
    text: str, code: str, payload: dict[str, str], hint: str
) -> None:
    assert refused([join(text)]) == (code, "ENTRY", payload, hint)


@pytest.mark.parametrize(
    ("held", "path"), [("../b/x", "../b/x"), (5, "5"), ("/" + "x" * 100, "/" + "x" * 79), ("", "")]
)
def test_a_path_that_a_run_holds_and_that_leaves_it(held: Any, path: str) -> None:
    found = refused([join("dirs {{ outputs.best }}")], MatchedRun(A, outputs={"best": held}))
    assert found == ("PQL613", "ENTRY", {"path": path}, "`outputs.best` of run aaaaaaaa holds it")


@pytest.mark.parametrize(("text", "where"), [("artifacts.m", "PARAM"), ("dirs {{ artifacts.m }}", "ENTRY")])
def test_artifacts_that_are_not_found_or_found_twice(text: str, where: str) -> None:
    twice = artifacts(A, ("m", "x"), ("m", "y"))
    payload = {"run": "aaaaaaaa", "artifact": "m", "paths": f"{A}/x, {A}/y"}
    hint = "give the path itself, under `files` or `dirs`"
    assert refused([join(text)], twice) == ("PQL619", where, payload, hint)
    hint = "a path in each run can be given instead: `{dirs: sub/path}`"
    assert refused([join(text)], artifacts(A, ("x", "y"))) == ("PQL618", where, {"artifact": "m"}, hint)


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        (join("inputs.a"), join("dirs x"), "once as a list, once as `files` and `dirs`"),
        (join("inputs.a"), join("inputs.a", context_only=True), "`contextOnly` once and once not"),
        (join("artifacts.a", to_init=True), join("artifacts.a"), "`toInit` once and once not"),
        (join("inputs.a", connection="s3"), join("inputs.a"), "with two connections"),
    ],
)
def test_joins_that_fill_a_param_differently(first: Join, second: Join, reason: str) -> None:
    assert refused([first, second]) == ("PQL617", "PARAM", {"param": "p", "reason": reason}, "")


def warned(text: str, *runs: MatchedRun) -> tuple[Any, list[tuple[str, str, dict[str, str], str]]]:
    resolved = resolve([join(text)], [runs])
    return resolved.params["p"].value, [told(each) for each in resolved.warnings]


@pytest.mark.parametrize(
    ("reference", "hint"),
    [
        ("inputs.lr", "`inputs.lr:~nil` in the query leaves them out"),
        ("outputs.loss", "`outputs.loss:~nil` in the query leaves them out"),
        ("globals.name", ""),
    ],
)
def test_what_runs_do_not_have_is_counted(reference: str, hint: str) -> None:
    payload = {"count": "1,001", "total": "1,001", "reference": reference}
    runs = [MatchedRun(A)] * 1_001
    assert warned(reference, *runs) == ([None] * 1_001, [("PQL651", "PARAM", payload, hint)])


def test_a_path_that_a_run_does_not_hold_is_left_out() -> None:
    payload = {"count": "1", "total": "2", "reference": "outputs.best"}
    hint = "`outputs.best:~nil` in the query leaves them out"
    found = warned("dirs {{ outputs.best }}", MatchedRun(A, outputs={"best": "x"}), MatchedRun(B))
    assert found == ({"dirs": [f"{A}/x"]}, [("PQL651", "ENTRY", payload, hint)])


@pytest.mark.parametrize(("text", "where"), [("artifacts.m", "PARAM"), ("files {{ artifacts.m }}", "ENTRY")])
def test_artifacts_that_some_runs_lack_and_some_hold_elsewhere(text: str, where: str) -> None:
    inside, outside, lacks = artifacts(A, ("m", "x")), artifacts(B, ("m", "../x")), MatchedRun("c")
    elsewhere = ("PQL655", where, {"count": "1", "total": "2", "artifact": "m"}, "")
    assert warned(text, inside, outside)[1] == [elsewhere]
    missing = {"count": "1", "total": "2", "reference": "artifacts.m"}
    assert warned(text, inside, lacks)[1] == [("PQL651", where, missing, "ask for `artifacts.name:m`")]


def test_a_resolved_param_knows_how_it_is_passed_on() -> None:
    one = join("artifacts.base", to_init=True, context_only=True, connection="s3")
    param = resolve([one], [[MatchedRun(A)]]).params["p"]
    assert (param.name, param.value, param.type) == ("p", [A], Yield.PATH)
    assert (param.to_init, param.context_only, param.connection, param.span) == (True, True, "s3", PARAM)


@pytest.mark.parametrize(
    ("first", "second", "kind"),
    [
        ("globals.uuid", "globals.uuid", Yield.UUID),
        ("globals.uuid", "globals.name", Yield.ANY),
        ("inputs.a", "outputs", Yield.ANY),
        ("dirs a", "files b", Yield.ARTIFACTS),
    ],
)
def test_the_type_of_a_param_that_joins_fill_together(first: str, second: str, kind: Yield) -> None:
    assert resolve([join(first), join(second)], [[], []]).params["p"].type is kind


def test_files_of_one_join_and_folders_of_another() -> None:
    runs = [MatchedRun(A)]
    both = resolve([join("dirs d"), join("files f")], [runs, runs]).params["p"].value
    assert list(both.items()) == [("files", [f"{A}/f"]), ("dirs", [f"{A}/d"])]


@pytest.mark.parametrize(
    ("text", "passed"),
    [("artifacts.m", None), ("files {{ artifacts.m }}", {"files": []}), ("inputs.x", None)],
)
def test_a_run_that_passes_nothing_on_has_an_edge_without_a_value(text: str, passed: Any) -> None:
    assert join_edges([join(text)], [[MatchedRun(A)]]) == {A: {"p": passed}}


def test_every_join_has_its_runs() -> None:
    for joins, runs in (([join("inputs.a")], []), ([], [[MatchedRun(A)]])):
        with pytest.raises(ValueError, match="argument 2"):
            resolve(joins, runs)
        with pytest.raises(ValueError, match="argument 2"):
            join_edges(joins, runs)
    assert resolve([], []) == Resolution()
    assert resolve([replace(join("inputs.a"), params=())], [[]]) == Resolution()
