"""The resolved operation: params in their place, what is fetched first, what templates became."""

from __future__ import annotations

from typing import Any

import pytest
from operation_samples import Told, composed, refusal, told

from pql.joins import MatchedArtifact, MatchedRun

A, B = "a" * 32, "b" * 32
BOARD = (MatchedArtifact("board", "tb"),)
RUNS = [MatchedRun(A, inputs={"lr": 1}, artifacts=BOARD), MatchedRun(B, inputs={"lr": 2}, artifacts=BOARD)]


def text_of(params: str = "", own: str = "{}", inputs: str = "", run: str = "{kind: job}") -> str:
    """An operation with one join."""
    return (
        f"kind: operation\nparams: {own}\n"
        f"joins:\n- query: status:_any_\n  params: {{{params}}}\n"
        f"component: {{inputs: [{inputs}], run: {run}}}\n"
    )


def resolved(text: str, *runs: MatchedRun, **params: Any) -> dict[str, Any]:
    data, warnings = composed(text, runs, **params)
    assert warnings == ()
    return data


def refused(text: str, *runs: MatchedRun) -> Told:
    return refusal(lambda: composed(text, runs))


def test_sections_that_joins_say_nothing_of_pass_through() -> None:
    text = (
        "version: 1.1\nkind: operation\nname: x\ntags: ['{{ not.ours }}']\ndagRef: train\njoins: []\n"
        "component:\n  name: c\n  run: {kind: job, environment: {a: '{{ not.ours }}'}, container: 5}\n"
    )
    assert composed(text) == (
        {
            "version": 1.1,
            "kind": "operation",
            "name": "x",
            "tags": ["{{ not.ours }}"],
            "component": {
                "name": "c",
                "run": {"kind": "job", "environment": {"a": "{{ not.ours }}"}, "container": 5},
            },
        },
        (),
    )


def test_a_component_of_the_dag_stands_in_its_operation() -> None:
    text = (
        "kind: component\nrun:\n  components: [{name: train, run: {kind: job}}]\n"
        "  operations: [{name: one, dagRef: train, joins: []}]\n"
    )
    assert composed(text) == ({"name": "one", "component": {"name": "train", "run": {"kind": "job"}}}, ())


def test_a_component_that_is_elsewhere_stays_there() -> None:
    text = "hubRef: far:1\nrunPatch: {a: 1}\njoins:\n- query: a:b\n  params: {p: {value: inputs.lr}}\n"
    assert resolved(text, *RUNS) == {
        "hubRef": "far:1",
        "runPatch": {"a": 1},
        "params": {"p": {"value": [1, 2]}},
    }


FETCH = "joins:\n- query: a:b\n  params: {p: {value: artifacts.board, toInit: true}}\n"
FETCHED = {"paths": [f"{A}/tb", f"{B}/tb"]}


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        ("", {"init": [FETCHED]}),
        ("runPatch: {a: 1}\n", {"a": 1, "init": [FETCHED]}),
        ("runPatch: {init: [{git: {}}], a: 1}\n", {"init": [{"git": {}}, FETCHED], "a": 1}),
    ],
)
def test_what_a_component_elsewhere_fetches_is_patched_in(patch: str, expected: dict[str, Any]) -> None:
    data = resolved(f"hubRef: far:1\n{patch}{FETCH}", *RUNS)
    assert data["runPatch"] == expected
    assert data["params"] == {"p": {"value": [f"{A}/tb", f"{B}/tb"]}}


def test_a_component_without_a_run_is_patched_too() -> None:
    data = resolved("component: {name: c}\n" + FETCH, *RUNS)
    assert (data["component"], data["runPatch"]) == ({"name": "c"}, {"init": [FETCHED]})


@pytest.mark.parametrize(
    ("text", "where", "field", "takes", "found"),
    [
        ("hubRef: a\nrunPatch: [1]\n" + FETCH, "[1]", "runPatch", "a mapping", "a list"),
        ("hubRef: a\nrunPatch: {init: 5}\n" + FETCH, "5", "init", "a list", "`5`"),
        ("component: {run: {init: 5}}\n" + FETCH, "5", "init", "a list", "`5`"),
        ("component: {run: {init: {a: 1}}}\njoins: [{query: a:b}]\n", "a", "init", "a list", "a mapping"),
    ],
)
def test_sections_of_another_shape_are_refused(
    text: str, where: str, field: str, takes: str, found: str
) -> None:
    payload = {"field": field, "takes": takes, "found": found}
    assert refused(text, *RUNS) == ("PQL603", where, payload, "")


def params(*arguments: str, **more: Any) -> Any:
    return resolved(text_of(*arguments), *RUNS, **more).get("params")


def test_params_are_passed_on_as_they_were_given() -> None:
    own = (
        "{a: {value: 1, contextOnly: true}, b: {value: x, connection: s3}, c: {value: null},"
        " d: {value: 2, context_only: true, connection: s3}}"
    )
    assert params("", own) == {
        "a": {"value": 1, "contextOnly": True},
        "b": {"value": "x", "connection": "s3"},
        "c": {"value": None},
        "d": {"value": 2, "contextOnly": True, "connection": "s3"},
    }
    joined = (
        "a: {value: inputs.lr, contextOnly: true}, b: {value: artifacts.board, connection: s3, toInit: true}"
    )
    assert params(joined, "{c: {value: 5}}") == {
        "c": {"value": 5},
        "a": {"value": [1, 2], "contextOnly": True},
        "b": {"value": [f"{A}/tb", f"{B}/tb"], "connection": "s3"},
    }


def test_a_default_is_not_made_a_param() -> None:
    inputs = "{name: a, type: int, value: 1}, {name: b, type: list, value: [1, 2]}, {name: c}"
    assert params("", "{}", inputs) == {}
    assert params("", "{a: {value: 1}}", inputs) == {"a": {"value": 1}}
    assert params("", "{}", inputs, a=1, b=[1, 2]) == {}
    assert params("", "{}", inputs, a=2, b=[1], c=3) == {
        "a": {"value": 2},
        "b": {"value": [1]},
        "c": {"value": 3},
    }
    assert params("", "{}", inputs, c=None) == {"c": {"value": None}}


def test_a_param_of_a_component_elsewhere_is_passed_on() -> None:
    data = resolved("hubRef: far:1\njoins: [{query: a:b}]\n", a=1)
    assert data["params"] == {"a": {"value": 1}}


def test_no_params_are_none() -> None:
    assert "params" not in resolved("joins: [{query: a:b}]\ncomponent: {run: {kind: job}}\n")


def init(*arguments: str) -> tuple[list[Any], list[Any]]:
    """The init containers, and the inputs that are left."""
    component = resolved(text_of(*arguments), *RUNS)["component"]
    return component["run"].get("init"), component["inputs"]


@pytest.mark.parametrize(
    ("kind", "value", "entry"),
    [
        ("git", "{url: u}", {"git": {"url": "u"}}),
        ("dockerfile", "{image: i}", {"dockerfile": {"image": "i"}}),
        ("artifacts", "{files: [x]}", {"artifacts": {"files": ["x"]}}),
        ("path", "x/y", {"paths": ["x/y"]}),
        ("path", "[x, y]", {"paths": ["x", "y"]}),
    ],
)
@pytest.mark.parametrize("asked", ["param", "input"])
def test_a_param_that_is_fetched_first(kind: str, value: str, entry: dict[str, Any], asked: str) -> None:
    flags = {asked: ", toInit: true"}
    own = f"{{p: {{value: {value}{flags.get('param', '')}}}}}"
    declared = f"{{name: p, type: {kind}{flags.get('input', '')}}}"
    assert init("", own, declared) == ([entry], [{"name": "p", "type": kind}])
    connected = own.replace(f"{value}", f"{value}, connection: s3", 1)
    assert init("", connected, declared)[0] == [{**entry, "connection": "s3"}]
    outside = declared.replace("}", ", connection: gs}")
    assert init("", own, outside)[0] == [{**entry, "connection": "gs"}]
    assert init("", connected, outside)[0] == [{**entry, "connection": "s3"}]


def test_a_connection_alone_is_fetched() -> None:
    assert init("", "{p: {value: 5, toInit: true, connection: s3}}", "{name: p}")[0] == [{"connection": "s3"}]
    assert init("", "{p: {value: 5, contextOnly: true, to_init: true, connection: s3}}")[0] == [
        {"connection": "s3"}
    ]
    assert init("", "{p: {value: 5}}", "{name: p, type: int, to_init: true, connection: gs}") == (
        [{"connection": "gs"}],
        [{"name": "p", "type": "int", "connection": "gs"}],
    )


CAN = "types that can: git, dockerfile, artifacts, path, or any with a `connection`"


@pytest.mark.parametrize("declared", ["", "{name: p}", "{name: p, type: int}"])
def test_a_param_that_can_not_be_fetched(declared: str) -> None:
    text = text_of("", "{p: {value: 5, toInit: true}}", declared)
    assert refused(text) == ("PQL612", "p", {"reference": "p", "place": "with `toInit`"}, CAN)


@pytest.mark.parametrize(
    ("value", "entry"),
    [
        ("artifacts.board", FETCHED),
        ("{dirs: tb}", {"artifacts": {"dirs": [f"{A}/tb", f"{B}/tb"]}}),
    ],
)
def test_what_a_join_fetches_first(value: str, entry: dict[str, Any]) -> None:
    asked = f"p: {{value: {value}, toInit: true}}"
    quiet = f"p: {{value: {value}}}"
    for join, declared in (
        (asked, ""),
        (asked, "{name: p}"),
        (quiet, "{name: p, toInit: true}"),
        (quiet, "{name: p, to_init: true}"),
    ):
        found, left = init(join, "{}", declared)
        assert found == [entry]
        assert left == ([{"name": "p"}] if declared else [])
    outside = "{name: p, toInit: true, connection: gs}"
    assert init(quiet, "{}", outside)[0] == [{**entry, "connection": "gs"}]
    inside = f"p: {{value: {value}, connection: s3}}"
    assert init(inside, "{}", outside)[0] == [{**entry, "connection": "s3"}]
    assert init(inside, "{}", "{name: p}")[0] is None


def test_a_path_that_a_run_lacks_is_not_fetched() -> None:
    data = resolved(text_of("p: {value: artifacts.board, toInit: true}"), RUNS[0], MatchedRun("c"))
    assert data["params"]["p"]["value"] == [f"{A}/tb", None]
    assert data["component"]["run"]["init"] == [{"paths": [f"{A}/tb"]}]


def test_values_of_a_join_that_are_no_paths_can_not_be_fetched() -> None:
    text = text_of("p: {value: inputs.lr}", "{}", "{name: p, toInit: true}")
    payload = {"reference": "p", "place": "with `toInit`"}
    assert refused(text, *RUNS) == ("PQL612", "inputs.lr", payload, "only paths can be fetched")


def test_what_is_fetched_comes_after_what_the_section_has_already() -> None:
    join = "p: {value: artifacts.board, toInit: true}, q: {value: {dirs: d}, toInit: true}"
    own = "{r: {value: x, toInit: true}, s: {value: 1, contextOnly: true}, t: {value: y, toInit: true}}"
    declared = "{name: r, type: path}, {name: t, type: path}"
    found, _ = init(join, own, declared, "{kind: job, init: [{git: {}}, null]}")
    assert found == [
        {"git": {}},
        None,
        {"paths": ["x"]},
        {"paths": ["y"]},
        FETCHED,
        {"artifacts": {"dirs": [f"{A}/d", f"{B}/d"]}},
    ]
    assert init(join, own, declared, "{kind: job}")[0] == found[2:]
    assert init("", "{}", "", "{kind: job, init: [{git: {}}]}")[0] == [{"git": {}}]
    assert init("", "{}", "", "{kind: job, init: []}")[0] == []


def container(run: str, params: str = "", own: str = "{}") -> Any:
    return resolved(text_of(params, own, run=run), *RUNS)["component"]["run"]


def test_templates_of_containers_are_rendered() -> None:
    keys = ("command", "args", "env", "workingDir", "working_dir", "image", "name")
    given = ", ".join(f"{key}: '{{{{ a }}}}-{{{{ params.p }}}}-{{{{ globals.name }}}}'" for key in keys)
    run = container(f"{{container: {{{given}}}}}", "p: {value: inputs.lr}", "{a: {value: 5}}")
    rendered, as_it_was = "5-[1, 2]-mine", "{{ a }}-{{ params.p }}-{{ globals.name }}"
    assert run == {"container": {**dict.fromkeys(keys[:5], rendered), **dict.fromkeys(keys[5:], as_it_was)}}


def test_every_text_below_is_rendered() -> None:
    args = "[a, '{{ a }}', 5, null, true, [x, '{{ a }}'], {'{{ a }}': '{{ a }}', n: 1}]"
    run = container(f"{{container: {{args: {args}}}}}", "", "{a: {value: 5}}")
    assert run["container"]["args"] == ["a", "5", 5, None, True, ["x", "5"], {"{{ a }}": "5", "n": 1}]


def test_containers_of_replicas_are_rendered() -> None:
    one = "{args: '{{ a }}'}"
    worker = f"worker: {{replicas: 2, container: {one}}}"
    text = f"{{{worker}, other: {{x: {one}}}, sidecars: [{{container: {one}}}]}}"
    assert container(text, "", "{a: {value: 5}}") == {
        "worker": {"replicas": 2, "container": {"args": "5"}},
        "other": {"x": {"args": "{{ a }}"}},
        "sidecars": [{"container": {"args": "{{ a }}"}}],
    }


PLATFORM = "connections init sidecars environment hooks events dag artifacts"


@pytest.mark.parametrize("name", PLATFORM.split())
def test_what_the_platform_alone_knows_is_left_as_it_is(name: str) -> None:
    for run in ("{container: {args: [%s]}}", "{w: {container: {env: {a: %s}}}}"):
        text = text_of(own="{a: {value: 5}}", run=run % f"'{{{{ a }}}} {{{{ {name}.x }}}}'")
        data, warnings = composed(text, RUNS)
        assert [told(each, text) for each in warnings] == [
            ("PQL654", f"{{{{ {name}.x }}}}", {"name": f"{name}.x"}, "")
        ]
        assert f"'{{{{ a }}}} {{{{ {name}.x }}}}'" in str(data)


def test_a_template_that_names_nothing_is_refused() -> None:
    payload = {"name": "nobody"}
    text = text_of(own="{a: {value: 5}}", run="{w: {container: {args: [{x: '-{{ nobody }}'}]}}}")
    hint = "defined: a, globals, params"
    assert refused(text) == ("PQL608", "{{ nobody }}", payload, hint)


@pytest.mark.parametrize("text", ["{{ nobody }} {{ dag.x }}", "{{ dag.x }} {{ a }} {{ nobody }}"])
def test_what_the_platform_knows_hides_no_name_that_nobody_knows(text: str) -> None:
    found = refused(text_of(own="{a: {value: 5}}", run=f"{{container: {{args: '{text}'}}}}"))
    assert found[:3] == ("PQL608", "{{ nobody }}", {"name": "nobody"})


def test_a_template_that_is_none_is_refused() -> None:
    text = text_of(run="{container: {args: '{{ connections.x }} {% if a %}'}}")
    assert refused(text)[:2] == ("PQL609", "{% if a %}")
