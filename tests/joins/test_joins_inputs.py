"""Params against the inputs that take them: what is refused, where, and with which advice."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import pytest
from operation_samples import Told, joins_of, operation, refusal, told

from pql.joins import Context, MatchedRun, resolve
from pql.joins.inputs import check_inputs, check_values, fits


def text_of(inputs: str = "", params: str = "", own: str = "{}", outputs: str = "") -> str:
    return (
        f"kind: operation\nparams: {own}\n"
        f"joins:\n- query: status:_any_\n  params: {{{params}}}\n"
        f"component: {{inputs: [{inputs}], outputs: [{outputs}], run: {{kind: job}}}}\n"
    )


def check(text: str, **params: Any) -> list[Told]:
    read, _, joins = joins_of(text, **params)
    return [told(each, text) for each in check_inputs(read, joins, Context(params=params))]


def refused(text: str) -> Told:
    return refusal(lambda: check(text))


LIST = "{name: a, type: %s, isList: true}"

# A reference, and which types of a list take it; `any`, and what is no known type, always do.
TAKEN = {
    "inputs.x": "str int float bool dict list uri path date datetime uuid",
    "globals.name": "str uri path",
    "globals.uuid": "str uuid",
    "globals.duration": "float int",
    "globals.created_at": "str datetime date",
    "artifacts.m": "str path uri",
    "outputs": "dict",
    "{dirs: x}": "artifacts dict",
}
KINDS = "any str int float bool dict list uri path date datetime uuid artifacts"
ANYTHING = ["any", "gs", "git"]


@pytest.mark.parametrize("value", TAKEN)
def test_which_types_of_a_list_take_a_reference(value: str) -> None:
    taken = {*TAKEN[value].split(), *ANYTHING}
    for kind in {*KINDS.split(), *ANYTHING}:
        text = text_of(LIST % kind, f"a: {{value: {value}}}")
        if kind in taken:
            assert check(text) == []
        else:
            assert refused(text)[0] == "PQL614"
    assert check(text_of("{name: a, isList: true}", f"a: {{value: {value}}}")) == []


GIVES = "a list with any value for each run"


@pytest.mark.parametrize(
    ("declared", "value", "takes", "gives", "hint"),
    [
        ("{name: a}", "inputs.x", "one value", GIVES, "add `isList: true` to the input `a`"),
        ("{name: a, type: any}", "inputs.x", "one value", GIVES, "add `isList: true` to the input `a`"),
        ("{name: a, type: gs}", "inputs.x", "one gs", GIVES, "add `isList: true` to the input `a`"),
        (
            "{name: a, type: int}",
            "globals.uuid",
            "one int",
            "a list with a uuid for each run",
            "add `isList: true` to the input `a`",
        ),
        (LIST % "int", "globals.uuid", "a list of int", "a list with a uuid for each run", ""),
        (LIST % "int", "{files: x}", "a list of int", "`files` and `dirs`", ""),
        ("{name: a, type: int}", "{files: x}", "one int", "`files` and `dirs`", ""),
    ],
)
def test_a_value_that_an_input_does_not_take(
    declared: str, value: str, takes: str, gives: str, hint: str
) -> None:
    where = "a" if value.startswith("{") else value
    payload = {"input": "a", "takes": takes, "param": "a", "gives": gives}
    assert refused(text_of(declared, f"a: {{value: {value}}}")) == ("PQL614", where, payload, hint)


def test_artifacts_need_no_list() -> None:
    for declared in ("{name: a}", "{name: a, type: artifacts}", "{name: a, type: gs}", LIST % "artifacts"):
        assert check(text_of(declared, "a: {value: {dirs: x}}")) == []


DECLARE = "declare it under `inputs`, or add `contextOnly: true`"


@pytest.mark.parametrize(
    ("params", "own", "where", "name", "hint"),
    [
        ("zz: {value: inputs.x}", "{}", "inputs.x", "zz", DECLARE),
        ("ratte: {value: inputs.x}", "{}", "inputs.x", "ratte", "did you mean `rate`?"),
        ("", "{zz: {value: 1}}", "zz", "zz", DECLARE),
        ("", "{ratte: {value: 1}}", "ratte", "ratte", "did you mean `rate`?"),
    ],
)
def test_a_param_without_an_input(params: str, own: str, where: str, name: str, hint: str) -> None:
    text = text_of("{name: rate, value: 1}", params, own)
    assert refused(text) == ("PQL615", where, {"param": name}, hint)


def test_a_param_of_the_context_needs_no_input() -> None:
    text = text_of("", "a: {value: inputs.x, contextOnly: true}", "{b: {value: 1, contextOnly: true}}")
    assert check(text) == []


def test_a_later_param_is_looked_at_too() -> None:
    params = "c: {value: inputs.x, contextOnly: true}, zz: {value: inputs.x}"
    own = "{c: {value: 1, contextOnly: true}, zz: {value: 1}}"
    assert refused(text_of("", params))[2] == {"param": "zz"}
    assert refused(text_of("", "", own))[2] == {"param": "zz"}


def test_a_param_that_a_join_fills_too() -> None:
    payload = {"param": "a", "reason": "by `params` and by a join"}
    for declared in ("", "{name: a}"):
        text = text_of(declared, "b: {value: inputs.x}, a: {value: outputs.y}", "{a: {value: 1}}")
        assert refused(text) == ("PQL617", "outputs.y", payload, "")


GIVE = "give it under `params`, or with `-P a=…`"


def test_an_input_without_a_value() -> None:
    assert refused(text_of("{name: a, type: int}")) == ("PQL616", "a", {"input": "a"}, GIVE)
    later = text_of("{name: b, value: 0}, {name: a, type: int}")
    assert refused(later) == ("PQL616", "a", {"input": "a"}, GIVE)


@pytest.mark.parametrize(
    "text",
    [
        text_of("{name: a, isOptional: true}"),
        text_of("{name: a, value: 0}"),
        text_of("{name: a}", own="{a: {value: 1}}"),
        text_of("{name: a, isList: true}", "a: {value: inputs.x}"),
        text_of(outputs="{name: a}"),
    ],
)
def test_an_input_that_needs_no_value_or_has_one(text: str) -> None:
    assert check(text) == []


def test_an_input_that_is_filled_from_outside() -> None:
    assert check(text_of("{name: a}"), a=None) == []


@pytest.mark.parametrize(
    ("text", "where", "component"),
    [
        ("kind: operation\nhubRef: far:1\njoins: []\n", "joins", "hubRef: far:1"),
        ("name: x\nhubRef: far:1\nparams: {a: {value: 1}}\n", "name", "hubRef: far:1"),
        ("kind: operation\n", "kind", "none is given"),
    ],
)
def test_inputs_that_are_not_in_the_file_are_not_checked(text: str, where: str, component: str) -> None:
    assert check(text) == [("PQL653", where, {"component": component}, "")]


@pytest.mark.parametrize(
    ("kind", "taken", "refused"),
    [
        ("int", [0, -5, 2.0, "5", "1e3", "2.0"], [0.5, True, "0.5", "x", "", float("inf"), "nan", [1]]),
        ("float", [0, 0.5, "5", "1e-3", "inf"], [True, "x", "", [1], {}]),
        ("bool", [True, False, "true", "false"], ["True", "yes", 1, 0, "", []]),
        ("str", ["", "x", "5"], [5, True, [], {}]),
        ("dict", [{}, {"a": 1}], ["{}", [], 5]),
        ("any", [0, "x", [], {}, True], []),
        ("uri", ["x", 5], []),
        (None, [0, "x"], []),
    ],
)
def test_which_values_fit_a_type(kind: str | None, taken: list[Any], refused: list[Any]) -> None:
    assert [value for value in taken if not fits(kind, value)] == []
    assert [value for value in refused if fits(kind, value)] == []
    assert fits(kind, None)


def runs(*values: Any) -> list[MatchedRun]:
    return [MatchedRun(f"{number:032x}", inputs={"x": each}) for number, each in enumerate(values)]


def check_all(text: str, *matches: Sequence[MatchedRun]) -> None:
    read, _, joins = joins_of(text)
    check_values(read, joins, resolve(joins, matches))


def test_a_value_of_a_run_that_its_input_does_not_take() -> None:
    for value, shown in (("adam", "`adam`"), ("x" * 50, f"`{'x' * 40}`"), (True, "`True`")):
        text = text_of(LIST % "int", "a: {value: inputs.x}")
        payload = {"input": "a", "takes": "a list of int", "param": "a", "gives": f"{shown} among others"}
        found = refusal(partial(check_all, text, runs(1, None, value)))
        assert found == ("PQL614", "inputs.x", payload, "")


@pytest.mark.parametrize(
    ("declared", "params"),
    [
        (LIST % "int", "a: {value: inputs.x, contextOnly: true}"),
        (LIST % "gs", "a: {value: inputs.x}"),
        ("{name: a, isList: true}", "a: {value: inputs.x}"),
        (LIST % "int", "a: {value: globals.name}"),
        (LIST % "int", "a: {value: {dirs: x}}"),
        (LIST % "int", "b: {value: inputs.x}"),
    ],
)
def test_values_that_are_not_held_against_an_input(declared: str, params: str) -> None:
    check_all(text_of(declared, params), runs("adam"))


def test_every_param_of_every_join_is_held_against_its_input() -> None:
    skipped = "c: {value: inputs.x, contextOnly: true}, n: {value: globals.name}, d: {value: {dirs: x}}"
    inputs = f"{LIST % 'int'}, {{name: n, isList: true}}, {{name: d}}"
    text = text_of(inputs, f"{skipped}, u: {{value: inputs.x}}, a: {{value: inputs.x}}")
    assert refusal(lambda: check_all(text, runs("adam")))[0] == "PQL614"
    other = "- {query: 'a:b', params: {c: {value: inputs.x, contextOnly: true}}}\n"
    two = text_of(LIST % "int", "a: {value: inputs.x}").replace("joins:\n", f"joins:\n{other}")
    assert refusal(lambda: check_all(two, [], runs("adam")))[0] == "PQL614"


def test_an_operation_whose_component_is_elsewhere_takes_any_value() -> None:
    text = "hubRef: far:1\njoins:\n- {query: 'a:b', params: {a: {value: inputs.x}}}\n"
    assert operation(text).inputs() == {}
    check_all(text, runs("adam", 5))
