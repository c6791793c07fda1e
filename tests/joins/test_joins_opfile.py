"""Operation files: which operation is meant, what it takes and gives, and where its component is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from operation_samples import operation, refusal, tree

from pql.diagnostics.diagnostic import PqlError
from pql.diagnostics.span import Span
from pql.joins.document import Mapping, Sequence, plain
from pql.joins.opfile import Operation, declared, every_operation, is_operation, params_of


def root_of(text: str) -> Mapping:
    root, _ = tree(text)
    assert isinstance(root, Mapping)
    return root


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        *((f"{key}: x", True) for key in ("joins", "component", "run", "hubRef", "dagRef", "matrix")),
        *((f"{key}: x", True) for key in ("pathRef", "urlRef")),
        ("joins: null", True),
        ("kind: operation", True),
        ("kind: component", True),
        ("kind: agent", False),
        ("kind: [operation]", False),
        ("kind: agent\nrun: {}", True),
        ("on: push\njobs: [joins, matrix]", False),
        ("{}", False),
    ],
)
def test_a_mapping_that_is_meant_as_an_operation_or_a_component(text: str, meant: bool) -> None:
    assert is_operation(root_of(text)) is meant


DAG = """\
kind: operation
name: outer
params: {rate: {value: 1}}
component:
  inputs: [{name: rate, type: float}]
  run:
    kind: dag
    components:
      - name: train
        run: {kind: job}
    operations:
      - {name: one, dagRef: train}
      - {name: two, dagRef: other}
      - {name: three, component: {run: {kind: tuner}}, joins: []}
      - {hubRef: far:1}
"""


def outline(each: Operation) -> tuple[str | None, Any, str]:
    """The name, the kind of the run, and where the component is."""
    return each.name, None if each.run is None else plain(each.run)["kind"], each.elsewhere


def test_every_operation_of_a_file() -> None:
    root, source = tree(DAG)
    assert isinstance(root, Mapping)
    outer, *inner = every_operation(root, source)
    assert outline(outer) == ("outer", "dag", "none is given")
    assert (outer.dag, outer.dag_params, outer.node) == (None, None, root)
    assert [outline(each) for each in inner] == [
        ("one", "job", "dagRef: train"),
        ("two", None, "dagRef: other"),
        ("three", "tuner", "none is given"),
        (None, None, "hubRef: far:1"),
    ]
    for each in inner:
        assert each.source is source
        assert each.dag is outer.component
        assert each.dag_params is root.get("params")


def test_the_operations_of_a_component_have_no_params_from_outside() -> None:
    text = "params: {a: {value: 1}}\nrun: {kind: dag, operations: [{name: one}]}\n"
    for head in ("kind: component\n", ""):
        root, source = tree(head + text)
        assert isinstance(root, Mapping)
        (only,) = every_operation(root, source)
        assert (only.name, only.dag, only.dag_params) == ("one", root, None)


@pytest.mark.parametrize(
    "text",
    [
        "kind: operation\nhubRef: x",
        "hubRef: x",
        "kind: operation\nrun: {operations: [{name: one}]}",
        "component: x",
        "component: {run: 5}",
        "component: {run: {kind: job}}",
        "component: {run: {operations: null}}",
    ],
)
def test_a_file_that_is_one_operation(text: str) -> None:
    root, source = tree(text)
    assert isinstance(root, Mapping)
    (only,) = every_operation(root, source)
    assert only.node is root
    assert operation(text).node == root


@pytest.mark.parametrize("component", ["5", "[{run: {}}]", "{}", "{run: []}"])
def test_an_operation_without_a_run(component: str) -> None:
    assert operation(f"kind: operation\ncomponent: {component}\n").run is None


@pytest.mark.parametrize(
    ("given", "elsewhere"),
    [
        ("hubRef: a:1", "hubRef: a:1"),
        ("pathRef: ./a.yaml", "pathRef: ./a.yaml"),
        ("urlRef: http://a", "urlRef: http://a"),
        ("dagRef: a", "dagRef: a"),
        ("component: a", "component: a"),
        ("{dagRef: b, urlRef: [], hubRef: a}", "hubRef: a"),
        ("hubRef: " + "a" * 70, "hubRef: " + "a" * 60),
        ("joins: []", "none is given"),
    ],
)
def test_where_a_component_is_that_is_not_in_the_file(given: str, elsewhere: str) -> None:
    found = operation(given)
    assert found.elsewhere == elsewhere
    assert (found.component, found.run, found.inputs()) == (None, None, {})


@pytest.mark.parametrize(
    "components",
    ["5", "[]", "[5, {name: other}]", "{name: train}"],
)
def test_a_dag_that_lacks_the_component(components: str) -> None:
    run = f"{{operations: [{{name: one, dagRef: train, joins: []}}], components: {components}}}"
    assert operation(f"kind: component\nrun: {run}\n").component is None


def test_a_component_or_params_that_are_no_mapping_count_as_none() -> None:
    text = "params: [a]\ncomponent: {run: {operations: [{name: one, component: far:1, joins: []}]}}\n"
    found = operation(text)
    assert (found.component, found.elsewhere, found.dag_params) == (None, "component: far:1", None)


def test_a_reference_to_a_component_names_it_as_a_text() -> None:
    run = "{operations: [{name: one, dagRef: %s, joins: []}], components: [{name: 5}, {name: x}]}"
    assert operation(f"kind: component\nrun: {run % 'x'}\n").component == root_of("name: x")
    assert operation(f"kind: component\nrun: {run % '[x]'}\n").component is None


TAKEN = "`operation` or `component`"
LIST = "a list of operations"


@pytest.mark.parametrize(
    ("text", "where", "payload"),
    [
        ("- a", "- a", {"field": "the file", "takes": "a mapping", "found": "a list"}),
        ("kind: agent\nrun: {}", "agent", {"field": "kind", "takes": TAKEN, "found": "`agent`"}),
        ("kind: [a]", "[a]", {"field": "kind", "takes": TAKEN, "found": "a list"}),
        (
            "component: {run: {operations: 5}}",
            "5",
            {"field": "operations", "takes": LIST, "found": "`5`"},
        ),
        (
            "component: {run: {operations: [{}, a]}}",
            "a",
            {"field": "operations", "takes": LIST, "found": "`a`"},
        ),
    ],
)
def test_a_file_of_another_shape_is_refused(text: str, where: str, payload: dict[str, str]) -> None:
    assert refusal(lambda: operation(text)) == ("PQL603", where, payload, "")


def two(first: str = "", second: str = "") -> str:
    return f"kind: component\nrun: {{operations: [{{name: one{first}}}, {{name: two{second}}}]}}\n"


def test_the_only_operation_with_joins_is_meant() -> None:
    assert operation(two(second=", joins: []")).name == "two"
    assert operation(two(", joins: null", ", joins: []")).name == "two"
    assert operation(DAG).name == "three"


HOLDS_NONE = "the file holds no operation"
NO_JOINS = "a component has no joins"
SAY = "say which one with `--op NAME`: "


@pytest.mark.parametrize(
    ("text", "where", "reason", "hint"),
    [
        ("a: 1\nb: 2", "a", HOLDS_NONE, "write `kind: operation`, and its `joins`"),
        ("{}", "{}", HOLDS_NONE, "write `kind: operation`, and its `joins`"),
        (
            "run: {kind: job}",
            "run",
            NO_JOINS,
            "write an operation with `joins` and this `component`",
        ),
        (two(), "kind", "none of the operations has joins", SAY + "one, two"),
        (
            two(", joins: []", ", joins: []").replace("name: two", "hubRef: a"),
            "kind",
            "2 of the operations have joins",
            SAY + "one, (no name)",
        ),
    ],
)
def test_which_operation_is_meant_must_be_clear(text: str, where: str, reason: str, hint: str) -> None:
    assert refusal(lambda: operation(text)) == ("PQL607", where, {"reason": reason}, hint)


NESTED = """\
kind: component
run:
  operations:
    - name: early
      component: {run: {operations: [{name: other}]}}
    - {hubRef: a}
    - name: outer
      component: {run: {operations: [{name: inner}, {name: deepest}]}}
    - {name: twin}
    - {name: twin, component: {run: {operations: [{name: twin}]}}}
"""


def test_an_operation_is_found_by_its_name() -> None:
    assert operation(NESTED, "outer").name == "outer"
    assert operation(DAG, "outer").dag is None
    assert operation("kind: operation\nname: 5\n", "5").name == "5"


@pytest.mark.parametrize(
    ("wanted", "where", "reason", "hint"),
    [
        (
            "inner",
            "name",
            "`inner` is in the component of `outer`, a DAG in this DAG",
            "write that component to a file of its own",
        ),
        (
            "otter",
            "kind",
            "no operation is named `otter`",
            "did you mean `outer`?",
        ),
        (
            "zzz",
            "kind",
            "no operation is named `zzz`",
            "there are: early, outer, twin, twin",
        ),
        ("twin", "kind", "2 operations are named `twin`", "give each a name of its own"),
    ],
)
def test_a_name_that_does_not_tell_one_operation(wanted: str, where: str, reason: str, hint: str) -> None:
    assert refusal(lambda: operation(NESTED, wanted)) == ("PQL607", where, {"reason": reason}, hint)


def test_an_operation_below_another_is_told_where_it_is() -> None:
    with pytest.raises(PqlError, match="`deepest` is in the component of `outer`") as caught:
        operation(NESTED, "deepest")
    assert NESTED[caught.value.diagnostic.span.start :].startswith("name: outer")


def test_an_operation_below_another_is_looked_for_in_files_of_the_right_shape_alone() -> None:
    text = NESTED.replace("[{name: other}]", "5")
    assert refusal(lambda: operation(text, "deepest"))[:2] == ("PQL603", "5")


def test_a_file_without_names_has_none_to_offer() -> None:
    told = refusal(lambda: operation("hubRef: a", "b"))
    assert told == ("PQL607", "hubRef", {"reason": "no operation is named `b`"}, "")


def test_the_params_of_an_operation() -> None:
    text = (
        "a: {value: 5}\n"
        "b: {ref: ops.x, value: outputs.y, contextOnly: true, connection: s3}\n"
        "c: {toInit: true, value: null, connection: [s3]}\n"
        "5: {context_only: true, to_init: true, value: [1]}\n"
    )
    node, source = tree(text)
    found = params_of(node, source)
    assert list(found) == ["a", "b", "c", "5"]
    assert [each.name for each in found.values()] == list(found)
    assert [text[slice(*each.key.span)] for each in found.values()] == list(found)
    assert [None if each.value is None else plain(each.value) for each in found.values()] == [
        5,
        "outputs.y",
        None,
        [1],
    ]
    assert [None if each.ref is None else each.ref.text for each in found.values()] == [
        None,
        "ops.x",
        None,
        None,
    ]
    assert [each.context_only for each in found.values()] == [False, True, False, True]
    assert [each.to_init for each in found.values()] == [False, False, True, True]
    assert [each.connection for each in found.values()] == [None, "s3", None, None]
    assert params_of(None, source) == {}
    assert operation("kind: operation\nparams: {a: {value: 5}}\n").params()["a"].value == found["a"].value


def kind(field: str, takes: str, found: str) -> dict[str, str]:
    return {"field": field, "takes": takes, "found": found}


@pytest.mark.parametrize(
    ("text", "where", "payload", "hint"),
    [
        ("[a]", "[a]", kind("params", "a mapping of names to params", "a list"), ""),
        ("{a: 1}", "a", kind("a", "a mapping", "a bare value"), "write `a: {value: …}`"),
        ("{a: {ref: [x]}}", "[x]", kind("ref", "a text", "a list"), ""),
        ("{a: {contextOnly: 1}}", "1", kind("contextOnly", "true or false", "`1`"), ""),
        ("{a: {to_init: x}}", "x", kind("toInit", "true or false", "`x`"), ""),
    ],
)
def test_params_of_another_shape_are_refused(
    text: str, where: str, payload: dict[str, str], hint: str
) -> None:
    assert refusal(lambda: params_of(*tree(text))) == ("PQL603", where, payload, hint)
    assert refusal(operation(f"hubRef: a\nparams: {text}\n").params) == ("PQL603", where, payload, hint)


COMPONENT = """\
outputs:
  - {name: loss, type: float}
  - {name: both, value: 1}
inputs:
  - {name: lr, type: float, isList: true, isOptional: true, toInit: true, connection: s3, value: [1]}
  - {name: seed, is_list: true, is_optional: true, to_init: true}
  - {name: 5, type: [int], connection: {a: b}}
  - {name: both}
"""


def test_what_a_component_declares() -> None:
    root, source = tree(COMPONENT)
    assert isinstance(root, Mapping)
    found = declared(root, source)
    assert list(found) == ["loss", "both", "lr", "seed", "5"]
    assert [each.name for each in found.values()] == list(found)
    assert [COMPONENT[slice(*each.span)] for each in found.values()] == list(found)
    assert [each.type for each in found.values()] == ["float", None, "float", None, None]
    assert [each.is_output for each in found.values()] == [True, False, False, False, False]
    rate, seed, plainest = found["lr"], found["seed"], found["5"]
    assert isinstance(rate.value, Sequence)
    assert (rate.is_list, rate.is_optional, rate.to_init, rate.connection) == (True, True, True, "s3")
    assert replace(seed, name="", span=Span(0, 0)) == replace(
        rate, name="", type=None, connection=None, value=None, span=Span(0, 0)
    )
    assert (plainest.is_list, plainest.is_optional, plainest.to_init) == (False, False, False)
    assert (plainest.connection, plainest.value) == (None, None)
    assert declared(None, source) == {}


@pytest.mark.parametrize(
    ("text", "where", "payload"),
    [
        ("inputs: {a: 1}", "a", kind("inputs", "a list of inputs", "a mapping")),
        ("outputs: 5", "5", kind("outputs", "a list of outputs", "`5`")),
        ("inputs: [{name: a}, b]", "b", kind("inputs", "entries with a `name`", "`b`")),
        ("inputs: [{name: [a]}]", "name", kind("inputs", "entries with a `name`", "a mapping")),
        ("outputs: [{type: int}]", "type", kind("outputs", "entries with a `name`", "a mapping")),
        ("inputs: [{name: a, isList: 1}]", "1", kind("isList", "true or false", "`1`")),
        ("inputs: [{name: a, is_optional: 1}]", "1", kind("isOptional", "true or false", "`1`")),
        ("inputs: [{name: a, to_init: []}]", "[]", kind("toInit", "true or false", "a list")),
    ],
)
def test_a_component_of_another_shape_is_refused(text: str, where: str, payload: dict[str, str]) -> None:
    def read() -> object:
        root, source = tree(text)
        assert isinstance(root, Mapping)
        return declared(root, source)

    assert refusal(read) == ("PQL603", where, payload, "")
    assert refusal(operation(f"component: {{{text}}}\n").inputs) == ("PQL603", where, payload, "")
