"""The values that an operation's templates may name: whose value goes first, and what is refused where."""

from __future__ import annotations

from typing import Any

import pytest

from pql.diagnostics.diagnostic import PqlError
from pql.joins import Context, read_operation
from pql.joins.references import Reference
from pql.joins.values import RefError, operation_globals, operation_values, template_names

KNOWN = {"globals": {"name": "mine", "step": 3}}


def look(ref: str, reference: Reference) -> Any:
    """Every run but one is known, and gives what it was asked for."""
    if ref == "ops.gone":
        raise RefError("no such run")
    return [ref, str(reference)]


def values(text: str, wanted: str | None = None, **params: Any) -> dict[str, Any]:
    return operation_values(read_operation(text, "op.yaml", wanted), Context(params=params), KNOWN, look)


def refused(text: str, wanted: str | None = None, **params: Any) -> tuple[str, str, dict[str, Any], str]:
    """The code, what it stands at, its payload and its hint."""
    with pytest.raises(PqlError) as caught:
        values(text, wanted, **params)
    told = caught.value.diagnostic
    return told.code, text[slice(*told.span)], dict(told.payload), told.hint


def operation(params: str = "{}", inputs: str = "[]", more: str = "") -> str:
    return (
        f"kind: operation\nname: op\nparams: {params}\n"
        f"component:\n  inputs: {inputs}\n  run: {{kind: job{more}}}\n"
    )


def of_dag(param: str, given: str = "{}") -> str:
    return (
        f"kind: operation\nparams: {given}\ncomponent:\n"
        "  inputs: [{name: n, type: int, value: 1}, {name: m, type: int}]\n"
        "  run:\n    kind: dag\n    operations:\n"
        f"      - name: inner\n        params: {{a: {param}}}\n"
        "        component: {inputs: [{name: b, type: str, value: own}], run: {kind: job}}\n"
    )


@pytest.mark.parametrize(
    ("param", "value"),
    [
        ("{value: 5}", 5),
        ("{value: [1, x]}", [1, "x"]),
        ("{value: '{{ globals.step }}'}", 3),
        ("{value: '{{ globals.step }}.'}", "3."),
        ("{value: ' {{ globals.step }}'}", " 3"),
        ("{value: '{{ globals.step }}{{ globals.name }}'}", "3mine"),
        ("{value: plain}", "plain"),
        ("{value: null}", None),
        ("{contextOnly: true}", None),
        ("{ref: ' ops.train ', value: outputs.loss}", ["ops.train", "outputs.loss"]),
    ],
)
def test_a_value(param: str, value: Any) -> None:
    assert values(operation(f"{{a: {param}}}")) == {"a": value}


def test_the_context_goes_before_the_file_and_the_file_before_the_default() -> None:
    inputs = "[{name: a, type: int, value: 1}, {name: b, type: int, value: 2}, {name: c, type: int}]"
    text = operation("{a: {value: 3}, d: {value: 4}, e: {ref: ops.gone, value: outputs.x}}", inputs)
    assert values(text, e=0) == {"a": 3, "b": 2, "d": 4, "e": 0}
    assert values(text, e=0, a=5, b=6, c=7, d=None) == {"a": 5, "b": 6, "c": 7, "d": None, "e": 0}


def test_a_param_that_nothing_takes_is_refused() -> None:
    text = operation("{rate: {value: 3}}", "[{name: depth, type: int}]")
    assert refused(text, rat=1) == ("PQL615", "params", {"param": "rat"}, "did you mean `rate`?")
    assert refused(text, zzzzzzz=1)[3] == "there are: depth, rate"
    assert refused(operation(), a=1)[3] == "the operation takes no params"
    without = "kind: operation\nname: op\ncomponent: {run: {kind: job}}\n"
    assert refused(without, a=1)[1] == "kind"
    elsewhere = "kind: operation\nhubRef: other\n"
    assert values(elsewhere, a=1) == {"a": 1}


@pytest.mark.parametrize(
    ("param", "code", "where", "payload", "hint"),
    [
        (
            "{ref: ops.b}",
            "PQL603",
            "a",
            {"field": "a", "found": "none", "takes": "a reference as `value`"},
            "",
        ),
        (
            f"{{ref: ops.b, value: {'x' * 70}}}",
            "PQL611",
            "x" * 70,
            {"reference": "x" * 60},
            "e.g. `globals.uuid`, `outputs.loss`, `artifacts.model`",
        ),
        (
            "{ref: ops.gone, value: outputs.x}",
            "PQL620",
            "ops.gone",
            {"ref": "ops.gone", "reason": "no such run"},
            "",
        ),
    ],
)
def test_a_reference_that_leads_nowhere(
    param: str, code: str, where: str, payload: dict[str, Any], hint: str
) -> None:
    assert refused(operation(f"{{a: {param}}}")) == (code, where, payload, hint)


def test_inputs_of_a_dag() -> None:
    asked = of_dag("{ref: ' dag ', value: inputs.n}")
    assert values(asked, "inner") == {"a": 1, "b": "own"}
    assert values(asked, "inner", n=8) == {"a": 8, "b": "own"}
    assert values(asked, "inner", a=9, b=10) == {"a": 9, "b": 10}
    given = of_dag("{ref: dag, value: inputs.n}", "{n: {value: '{{ globals.step }}'}}")
    assert values(given, "inner") == {"a": 3, "b": "own"}
    assert values(given, "inner", n=8) == {"a": 8, "b": "own"}
    looked = of_dag("{ref: dag, value: inputs.n}", "{n: {ref: ops.train, value: outputs.x}}")
    assert values(looked, "inner") == {"a": ["ops.train", "outputs.x"], "b": "own"}
    lost = looked.replace("ops.train", "ops.gone")
    assert values(lost, "inner", n=8) == {"a": 8, "b": "own"}
    assert values(of_dag("{ref: dag, value: inputs.m}"), "inner") == {"a": None, "b": "own"}


@pytest.mark.parametrize(
    ("reference", "reason"),
    [
        ("inputs.other", "the DAG has no input `other`"),
        ("inputs", "of the DAG only `inputs.NAME` is known"),
        ("outputs.n", "of the DAG only `inputs.NAME` is known"),
    ],
)
def test_what_a_dag_does_not_have(reference: str, reason: str) -> None:
    found = refused(of_dag(f"{{ref: dag, value: {reference}}}"), "inner")
    assert found == ("PQL620", "dag", {"ref": "dag", "reason": reason}, "")


def test_faults_in_the_dag_are_told() -> None:
    asked = of_dag("{value: 1}", "{n: {ref: dag, value: inputs.m}}")
    lost = {"ref": "dag", "reason": "the DAG has no input `m`"}
    assert refused(asked, "inner") == ("PQL620", "dag", lost, "")
    assert refused(of_dag("{value: 1}", "{n: 5}"), "inner")[:2] == ("PQL603", "n")
    nameless = of_dag("{value: 1}").replace("{name: m, type: int}", "{type: int}")
    assert refused(nameless, "inner")[0] == "PQL603"


@pytest.mark.parametrize("text", ["{{ globals.nope }}", "a {{ globals.nope }}"])
def test_a_template_that_names_nothing(text: str) -> None:
    code, where, _, hint = refused(operation(f"{{a: {{value: '{text}'}}}}"))
    assert (code, where) == ("PQL608", "{{ globals.nope }}")
    assert "name" in hint


def test_a_param_that_neither_the_operation_nor_its_dag_takes() -> None:
    found = refused(of_dag("{value: 1}"), "inner", zzzzzzz=1)
    assert found == ("PQL615", "params", {"param": "zzzzzzz"}, "there are: a, b, m, n")


def test_globals_of_an_operation() -> None:
    found = operation_globals(read_operation(operation(more=", ports: [80]"), "op.yaml"), {"uuid": "ab"})
    assert found == {
        "context_path": "/plx-context",
        "artifacts_path": "/plx-context/artifacts",
        "base_url": "",
        "name": "op",
        "ports": [80],
        "uuid": "ab",
    }
    nameless = operation_globals(read_operation("kind: operation\nhubRef: other\n", "op.yaml"), {"name": "n"})
    assert nameless == {
        "context_path": "/plx-context",
        "artifacts_path": "/plx-context/artifacts",
        "base_url": "",
        "name": "n",
    }


def test_what_templates_may_name() -> None:
    assert template_names({"a": 1, "globals": 2}, KNOWN) == {
        "a": 1,
        "params": {"a": 1, "globals": 2},
        **KNOWN,
    }
