"""Operations resolved against an index."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from index_samples import DAG_RUN, FAN_IN, FAN_OUT, small_index, trial, uuid_of

from lineage_index.index import matches, prepared
from lineage_index.index import resolve as resolving
from lineage_index.index.index import Index
from lineage_index.index.resolve import preview
from lineage_index.store.commit import commit
from lineage_index.store.prepare import Listed, prepare
from pql.diagnostics.diagnostic import PqlError
from pql.joins import Context, Join, JoinParam, parse_reference, placed, read_operation
from pql.joins.lock import lock_bytes, moved, read_lock
from pql.plan.scope import plan_query

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    with Index.open(small_index(tmp_path_factory.mktemp("index"))) as opened:
        yield opened


def example(name: str) -> Any:
    path = EXAMPLES / name
    return read_operation(path.read_bytes(), str(path))


def operation(*joins: str, more: str = "tags: [a]") -> Any:
    listed = "\n".join(f"- {each}" for each in joins)
    return read_operation(f"kind: operation\nname: mine\n{more}\nhubRef: x:1\njoins:\n{listed}\n", "op.yaml")


def values(index: Index, join: str, **context: Any) -> dict[str, Any]:
    resolved = index.resolve(operation(join), Context(**context))
    return {name: param.value for name, param in resolved.resolution.params.items()}


def codes(warnings: Any) -> list[str]:
    return [each.code for each in warnings]


def test_tensorboards_of_the_best_runs(index: Index) -> None:
    resolved = index.resolve(example("compare_top_experiments.yaml"))
    dirs = [f"{uuid_of(number)}/outputs/tensorboard" for number in (15, 14, 13, 12)]
    run = resolved.operation["component"]["run"]
    # The fan-in's own loss is the best, but it logged no tensorboard.
    assert resolved.operation["params"] == {"tensorboards": {"value": {"dirs": dirs}}}
    assert run["init"] == [{"artifacts": {"dirs": dirs}}]
    assert run["container"]["args"] == [
        "--logdir=/plx-context/artifacts",
        "--port=6006",
        "--path_prefix=",
        "--host=0.0.0.0",
    ]
    assert "joins" not in resolved.operation
    assert resolved.operation["component"]["inputs"] == [{"name": "tensorboards", "type": "artifacts"}]
    assert codes(resolved.warnings) == ["PQL651"]


@pytest.mark.parametrize("context", [Context(dag_run=DAG_RUN), Context(run=FAN_IN)])
def test_the_fan_in_of_a_dag(index: Index, context: Context) -> None:
    resolved = index.resolve(example("fan_in.yaml"), context)
    numbers = [15, 14, 13, 12, 11]
    assert resolved.params == {
        "matrix_uuid": FAN_OUT,
        "uuids": [uuid_of(number) for number in numbers],
        "learning_rates": [number / 1000 for number in numbers],
        "accuracies": [0.8 + number / 100 for number in numbers],
        "losses": [0.02 - number / 1000 for number in numbers],
    }
    assert resolved.operation["params"]["matrix_uuid"] == {"value": FAN_OUT, "contextOnly": True}
    (script,) = resolved.operation["component"]["run"]["container"]["args"]
    assert f"echo '[{', '.join(str(number / 1000) for number in numbers)}]'" in script.splitlines()
    assert resolved.warnings == ()
    assert resolved.edges[uuid_of(15)] == {
        "uuids": uuid_of(15),
        "learning_rates": 0.015,
        "accuracies": 0.8 + 15 / 100,
        "losses": 0.02 - 15 / 1000,
    }


JOIN = "{query: 'pipeline:%s, created_at:<2026-01-01 00:07', sort: created_at, params: %s}"


@pytest.mark.parametrize("promotion", ["auto", "none", "all", "mixed"])
def test_every_reference_in_every_layout(tmp_path: Path, promotion: Any) -> None:
    params = ", ".join(
        f"p{number}: {{value: {reference}, contextOnly: true}}"
        for number, reference in enumerate(
            [
                *(
                    "inputs.learning_rate",
                    "inputs.epochs",
                    "inputs.opt",
                    "'inputs.layers[1].dim'",
                    "inputs.layers",
                ),
                *("inputs.mixed", "inputs.half", "outputs.rare", "outputs.nothing", "globals.name"),
                *("globals.created_at", "globals.duration", "globals.run_info", "globals.uuid"),
                *("artifacts.tensorboard", "artifacts.outputs"),
            ]
        )
    )
    with Index.open(small_index(tmp_path, promotion=promotion)) as index:
        found = values(index, JOIN % (FAN_OUT, f"{{{params}}}"))
    numbers = [1, 2, 3, 4, 5, 6]
    uuids = [uuid_of(number) for number in numbers]
    assert list(found.values()) == [
        [number / 1000 for number in numbers],
        [5] * 6,
        ["adam"] * 6,
        [2 * number for number in numbers],
        [[number, {"dim": 2 * number}] for number in numbers],
        [1, "text 2", 3, "text 4", 5, "text 6"],
        [None] * 5 + [1.5],
        [None, None, "once", None, None, None],
        [None] * 6,
        [f"trial-{number}" for number in numbers],
        [f"2026-01-01T00:0{number}:00+00:00" for number in numbers],
        [60 + number for number in numbers],
        [f"ann.vision.runs.{uuid}" for uuid in uuids],
        uuids,
        [f"{uuid}/outputs/tensorboard" for uuid in uuids],
        [f"{uuid}/outputs" for uuid in uuids],
    ]
    assert all(type(number) is int for number in found["p1"])


def test_whole_sections(index: Index) -> None:
    params = "{i: {value: inputs}, o: {value: outputs}, g: {value: globals}, a: {value: artifacts}}"
    found = values(index, f"{{query: 'uuid:{uuid_of(3)}', params: {params}}}")
    record = trial(3)
    assert found["i"] == [record.inputs]
    assert found["o"] == [record.outputs]
    assert found["a"] == [
        {
            "base": record.uuid,
            "outputs": f"{record.uuid}/outputs",
            "tensorboard": f"{record.uuid}/outputs/tensorboard",
        }
    ]
    (told,) = found["g"]
    assert (told["name"], told["project_unique_name"], told["duration"]) == ("trial-3", "ann.vision", 63)
    assert told["condition"]["type"] == "succeeded"
    assert told["condition"]["reason"] == "done"


def test_limit_and_offset_follow_the_order_of_the_search(index: Index) -> None:
    join = "{query: 'metrics.loss:~nil', sort: -created_at, limit: '{{ most }}', offset: '2', params: %s}"
    found = values(index, join % "{names: {value: globals.name}}", params={"most": 3})
    assert found == {"names": ["trial-14", "trial-13", "trial-12"]}


def test_several_joins_fill_one_param_in_order(index: Index) -> None:
    params = "params: {n: {value: globals.name}}"
    one = f"{{query: 'name:trial-2', {params}}}"
    two = f"{{query: 'name:trial-1|trial-2', sort: name, {params}}}"
    resolved = index.resolve(operation(one, two))
    assert resolved.params["n"] == ["trial-2", "trial-1", "trial-2"]


def test_the_run_that_joins_is_left_out_and_that_is_said(index: Index) -> None:
    search = "query: 'metrics.accuracy:>0.9', sort: -metrics.accuracy, limit: 2"
    join = f"{{{search}, params: {{n: {{value: globals.name}}}}}}"
    assert values(index, join) == {"n": ["fan_in", "trial-15"]}
    resolved = index.resolve(operation(join), Context(run=FAN_IN))
    assert resolved.params["n"] == ["trial-15", "trial-14"]
    assert codes(resolved.warnings) == ["PQL653", "PQL652"]
    other = index.resolve(operation(join), Context(run=uuid_of(1)))
    assert "PQL652" not in codes(other.warnings)


def test_a_dry_run_counts_without_values(index: Index) -> None:
    join = "{query: 'metrics.accuracy:>0.9', limit: 2, offset: 5, params: {n: {value: globals.name}}}"
    (search,), warnings = preview(index, operation(join), Context(run=FAN_IN))
    assert (search.total, search.taken, search.left_out) == (5, 0, True)
    (search,), _ = preview(index, operation(join))
    assert (search.total, search.taken, search.left_out) == (6, 1, False)
    assert codes(warnings) == ["PQL653", "PQL652"]


def test_globals_of_the_run_that_joins(index: Index) -> None:
    search = "query: 'project.name: {{ globals.project_name }}, name:{{ globals.name }}'"
    join = "{" + search + ", params: {n: {value: globals.name}}}"
    assert values(index, join, run=uuid_of(2)) == {"n": []}  # it names itself, and is left out
    assert values(index, join, globals={"project_name": "vision", "name": "trial-7"}) == {"n": ["trial-7"]}


def test_a_param_can_not_add_conditions(index: Index) -> None:
    join = "{query: 'status:succeeded, name:{{ which }}', params: {n: {value: globals.name}}}"
    for which in (
        "x | name:trial-1",
        "trial-1, name:_any_",
        "x OR name:trial-1",
        "%trial%",
        "trial-1|trial-2",
    ):
        assert values(index, join, params={"which": which}) == {"n": []}
    assert values(index, join, params={"which": "trial-1"}) == {"n": ["trial-1"]}


@pytest.mark.parametrize(
    ("param", "value"),
    [
        ("{ref: ops.fan_out, value: globals.uuid}", FAN_OUT),
        ("{ref: ops.fan_in, value: outputs.loss}", 0.0001),
        (f"{{ref: runs.{uuid_of(4)}, value: artifacts.tensorboard}}", f"{uuid_of(4)}/outputs/tensorboard"),
        ("{value: '{{ ops.fan_in.outputs.loss }}'}", 0.0001),
        ("{value: 'x-{{ globals.name }}'}", "x-mine"),
    ],
)
def test_params_taken_from_other_runs(index: Index, param: str, value: Any) -> None:
    asked = operation("{query: 'name:{{ a }}'}", more=f"params: {{a: {param}}}")
    resolved = index.resolve(asked, Context(dag_run=DAG_RUN))
    assert resolved.params == {"a": value}


def test_params_of_a_dag_reach_its_operations(index: Index) -> None:
    text = """\
kind: operation
params: {limit: {value: 2}}
component:
  inputs: [{name: limit, type: int}, {name: which, type: str, value: trial-1}]
  run:
    kind: dag
    components:
      - name: reduce
        inputs: [{name: names, type: str, isList: true}]
        run: {kind: job, container: {args: "{{ names }}"}}
    operations:
      - name: fan_in
        dagRef: reduce
        params:
          most: {ref: dag, value: inputs.limit, contextOnly: true}
          prefix: {ref: dag, value: inputs.which, contextOnly: true}
        joins:
          - query: "name:{{ prefix }}%"
            sort: name
            limit: "{{ most }}"
            params: {names: {value: globals.name}}
"""
    resolved = index.resolve(read_operation(text, "dag.yaml"))
    assert resolved.params["names"] == ["trial-1", "trial-10"]
    assert resolved.operation["component"]["run"]["container"]["args"] == '["trial-1", "trial-10"]'
    more = index.resolve(read_operation(text, "dag.yaml"), Context(params={"limit": 3, "which": "trial-2"}))
    assert more.params["names"] == ["trial-2"]
    ref = f"which: {{ref: runs.{uuid_of(2)}, value: globals.name}}"
    told = read_operation(text.replace("{limit: {value: 2}}", f"{{limit: {{value: 2}}, {ref}}}"), "dag.yaml")
    assert index.resolve(told).params["names"] == ["trial-2"]


def test_unknown_sections_pass_through_untouched(index: Index) -> None:
    text = """\
version: 1.1
kind: operation
presets: [gpu]
since: 2026-01-02
termination: {maxRetries: 3, weights: [1e-3, .inf, 0x10]}
component:
  run:
    kind: job
    environment: {nodeSelector: {a: "{{ not.ours }}"}}
    init: [{git: {url: u}}]
    worker:
      replicas: 2
      container: {image: i, args: ["{{ connections.s3.bucket }}", "{{ globals.base_url }}"]}
joins:
  - query: 'name:trial-1'
    params: {p: {value: artifacts.tensorboard, toInit: true, contextOnly: true, connection: s3}}
"""
    import yaml

    resolved = index.resolve(read_operation(text, "op.yaml"))
    path = f"{uuid_of(1)}/outputs/tensorboard"
    expected = yaml.safe_load(text)
    del expected["joins"]
    expected["params"] = {"p": {"value": [path], "contextOnly": True, "connection": "s3"}}
    expected["component"]["run"]["init"].append({"paths": [path], "connection": "s3"})
    expected["component"]["run"]["worker"]["container"]["args"][1] = ""
    assert resolved.operation == expected
    assert codes(resolved.warnings) == ["PQL654"]


def test_init_of_a_component_that_is_elsewhere(index: Index) -> None:
    join = "{query: 'name:trial-1', params: {p: {value: {dirs: a}, toInit: true}}}"
    resolved = index.resolve(operation(join, more="runPatch: {init: [{git: {}}], environment: {}}"))
    assert resolved.operation["runPatch"] == {
        "init": [{"git": {}}, {"artifacts": {"dirs": [f"{uuid_of(1)}/a"]}}],
        "environment": {},
    }


def test_warnings_point_into_the_file(index: Index) -> None:
    asked = operation(
        "{query: 'status:runing, metrics.lss:<1', sort: inputs.nothing, params: {n: {value: inputs.lr}}}"
    )
    resolved = index.resolve(asked)
    told = {each.code: asked.source.text[each.span.start : each.span.end] for each in resolved.warnings}
    assert told["PQL502"].endswith("runing")
    assert told["PQL501"] is not None
    assert told["PQL656"].startswith("'status:runing")
    assert resolved.params == {"n": []}


def test_one_join_without_a_file(index: Index) -> None:
    param = JoinParam("lrs", parse_reference("inputs.learning_rate"))
    join = Join(
        placed("metrics.accuracy:>0.93, name:trial%"), placed("metrics.accuracy", "sort"), params=(param,)
    )
    assert index.resolve(join).params["lrs"].value == [0.014, 0.015]


def test_a_param_that_is_given_needs_no_look_up(index: Index) -> None:
    asked = operation("{query: 'name:{{ a }}'}", more="params: {a: {ref: ops.nobody, value: globals.uuid}}")
    assert index.resolve(asked, Context(params={"a": "x"})).params == {"a": "x"}


def test_a_lock_is_the_same_for_the_same_index_and_says_what_moved(tmp_path: Path) -> None:
    locks = []
    for number in (1, 2):
        with Index.open(small_index(tmp_path / str(number))) as index:
            locks.append(index.resolve(example("fan_in.yaml"), Context(dag_run=DAG_RUN)).lock)
    assert lock_bytes(locks[0]) == lock_bytes(locks[1])
    held = read_lock(lock_bytes(locks[0]))
    assert moved(held, locks[1]) == []
    assert held["joins"][0]["uuids"] == [uuid_of(number) for number in (15, 14, 13, 12, 11)]

    path = tmp_path / "2" / "index"
    better = replace(trial(7), outputs={"loss": 0.1, "accuracy": 0.999})
    worse = replace(trial(15), outputs={"loss": 0.1, "accuracy": 0.1})
    changed = replace(trial(14), inputs={"learning_rate": 5})
    commit(path, [prepare(path, Listed([changed]), store="store")])
    with Index.open(path) as index:
        resolved = index.resolve(example("fan_in.yaml"), Context(dag_run=DAG_RUN))
        assert moved(held, resolved.lock) == ["join 1: the values have changed: `learning_rates`"]
    commit(path, [prepare(path, Listed([better, worse]), store="store")])
    with Index.open(path) as index:
        resolved = index.resolve(example("fan_in.yaml"), Context(dag_run=DAG_RUN))
        assert moved(held, resolved.lock) == [
            f"join 1: run {uuid_of(15)[:8]} no longer match",
            f"join 1: run {uuid_of(7)[:8]} match now",
        ]
        other = index.resolve(example("compare_top_experiments.yaml"))
        assert "the operation was `fan_in`" in moved(held, other.lock)


def test_whole_sections_of_too_many_runs_are_refused(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    join = operation('{query: "name:~nil", params: {one: {value: outputs.loss}, all: {value: outputs}}}')
    taken = index.resolve(join).params["all"]
    monkeypatch.setattr(resolving, "_LONGEST", 40)
    with pytest.raises(PqlError) as raised:
        index.resolve(join)
    found = raised.value.diagnostic
    assert (found.code, raised.value.text[slice(*found.span)]) == ("PQL624", "outputs")
    assert "set a `limit`" in found.hint
    few = operation('{query: "name:~nil", limit: 1, params: {all: {value: outputs}}}')
    assert index.resolve(few).params["all"] == taken[:1]


_WHOLE_SECONDS = st.datetimes().map(lambda moment: moment.replace(microsecond=0))


@settings(max_examples=20)
@given(moments=st.lists(st.none() | st.datetimes() | _WHOLE_SECONDS, max_size=100))
def test_a_time_is_told_as_python_tells_it(index: Index, moments: list[datetime | None]) -> None:
    sql = f"SELECT {matches._told('created_at')} FROM (SELECT unnest($1::TIMESTAMP[]) AS created_at)"
    found = index._engine.select(sql, (moments,))
    assert found == [(None if each is None else f"{each.isoformat()}+00:00",) for each in moments]


def test_a_time_is_told_alike_whatever_else_is_asked_for(index: Index) -> None:
    created, board = (
        JoinParam(name, parse_reference(name)) for name in ("globals.created_at", "artifacts.tensorboard")
    )
    alone = Join(placed(f"pipeline:{FAN_OUT}"), placed("created_at", "sort"), 3, params=(created,))
    for join in (alone, replace(alone, params=(created, board))):
        told = index.resolve(join).params[created.name].value
        assert told == [f"2026-01-01T00:0{minute}:00+00:00" for minute in (1, 2, 3)]


def test_a_join_asked_again_is_not_planned_again(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    planned: list[object] = []

    def counted(bound: Any) -> Any:
        planned.append(bound)
        return plan_query(bound)

    monkeypatch.setattr(prepared, "plan_query", counted)
    always = Join(
        placed("metrics.loss:<0.0123"), params=(JoinParam("uuids", parse_reference("globals.uuid")),)
    )
    lately = replace(always, query=placed("created_at:>=-9d"))
    for join, times in ((always, 1), (lately, 2)):
        assert index.resolve(join).params == index.resolve(join).params
        assert len(planned) == times
        planned.clear()
