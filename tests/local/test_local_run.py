"""Operations as processes: what they are started with, what is written of them, what is run again."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

import pytest
from local_files import folders, gone, named, operation, plan_of, run

from lineage_index import Index
from lineage_index.local.checks import check_filled
from lineage_index.local.events import Event, Noted, Output, RunBegun, RunEnded
from lineage_index.local.outcome import BusyError, UnknownRunError
from lineage_index.local.plan import FaultsError
from lineage_index.local.record import hold
from pql.diagnostics.diagnostic import PqlError

ROWS = "{kind: mapping, values: [{x: 1}, {x: 2}, {x: 3}]}"
DAG = """\
kind: component
name: whole
run:
  kind: dag
  operations:
    - name: reduce
      params: {uuid: {ref: ops.map, value: globals.uuid, contextOnly: true}}
      joins:
        - query: "inputs.x:>1, pipeline:{{ uuid }}, status:succeeded"
          sort: "-inputs.x"
          params: {xs: {value: inputs.x, contextOnly: true}}
      component:
        run: {kind: job, container: {command: [/bin/sh, -c], args: ["echo got '{{ xs }}'"]}}
    - name: map
      matrix: {kind: grid, params: {x: {kind: range, value: "1:5:1"}}}
      component:
        inputs: [{name: x, type: int}]
        run: {kind: job, container: {command: [/bin/sh, -c], args: ["exit {{ x }}"]}}
"""


def printed(told: list[Event]) -> str:
    return b"".join(each.data for each in told if isinstance(each, Output)).decode()


def test_a_process_has_its_params_its_words_and_its_run(tmp_path: Path) -> None:
    text = operation(
        'echo "$x $RATE $own [{{ x }}] {{ globals.name }} {{ globals.project_name }}"; pwd; '
        'echo "$PQL_RUN_UUID"',
        inputs="[{name: x, type: int}, {name: rates, isList: true, value: [0.5, a], toEnv: RATE}]",
    ).replace(
        "      command", "      workingDir: sub\n      env: [{name: own, value: 'v{{ x }}'}]\n      command"
    )
    (tmp_path / "sub").mkdir()
    outcome, told = run(text, tmp_path, params={"x": 3})
    assert printed(told).splitlines() == [
        '3 [0.5, "a"] v3 [3] op tests',
        str(tmp_path / "sub"),
        outcome.uuid,
    ]
    (folder,) = folders(tmp_path)
    assert folder["inputs"] == {"x": 3, "rates": [0.5, "a"]}
    assert (folder["uuid"], folder["status"], folder["project"]) == (outcome.uuid, "succeeded", "tests")
    logged = (tmp_path / "runs" / outcome.uuid / "plxlogs" / "logs.jsonl").read_text()
    assert "v3 [3] op tests" in logged
    assert outcome.complete


def test_a_matrix_is_a_run_and_each_trial_below_it(tmp_path: Path) -> None:
    outcome, told = run(operation("test $x != 2", matrix=ROWS), tmp_path)
    found = named(tmp_path)
    assert {name: each["status"] for name, each in found.items()} == {
        "op": "succeeded",
        "op-1": "succeeded",
        "op-2": "failed",
        "op-3": "succeeded",
    }
    assert {each["pipeline"]["uuid"] for name, each in found.items() if name != "op"} == {outcome.uuid}
    assert {each["controller"] for name, each in found.items() if name != "op"} == {outcome.uuid}
    assert [each["inputs"]["x"] for name, each in sorted(found.items()) if name != "op"] == [1, 2, 3]
    assert (outcome.succeeded, outcome.failed, outcome.complete) == (2, 1, False)
    (failed,) = (each for each in told if isinstance(each, RunEnded) and each.status == "failed")
    assert (failed.name, failed.message) == ("op-2", "the process ended with 1")
    with Index.open(tmp_path / "index") as index:
        assert index.count(f"pipeline:{outcome.uuid}, status:succeeded") == 2


def test_the_fan_in_finds_the_trials_of_the_fan_out(tmp_path: Path) -> None:
    text = DAG.replace("exit {{ x }}", "test {{ x }} != 3")
    outcome, told = run(text, tmp_path)
    assert printed(told) == "got [4, 2]\n"
    found = named(tmp_path)
    assert found["whole"]["uuid"] == outcome.uuid
    assert found["map"]["pipeline"]["uuid"] == found["reduce"]["pipeline"]["uuid"] == outcome.uuid
    assert found["map-1"]["controller"] == outcome.uuid
    edges = {(each["run"], each["kind"]): each.get("values") for each in found["reduce"]["upstream"]}
    assert edges == {
        (found["map"]["uuid"], "dag"): None,
        (found["map-4"]["uuid"], "join"): {"xs": 4},
        (found["map-2"]["uuid"], "join"): {"xs": 2},
    }
    assert (outcome.succeeded, outcome.failed) == (4, 1)


def test_what_needs_a_failed_operation_does_not_run_unless_it_says_so(tmp_path: Path) -> None:
    outcome, _ = run(DAG, tmp_path)
    assert named(tmp_path)["reduce"]["status"] == "upstream_failed"
    assert (outcome.succeeded, outcome.failed) == (0, 5)
    _, told = run(DAG.replace("name: reduce", "name: reduce\n      trigger: all_done"), tmp_path)
    assert printed(told) == "got []\n"


def test_one_operation_of_a_dag_runs_alone(tmp_path: Path) -> None:
    whole, _ = run(DAG, tmp_path)  # all of `map` fail, and `reduce` does not run
    text = DAG.replace("status:succeeded", "inputs.x:<4")
    outcome, told = run(text, tmp_path, wanted="reduce", dag_run=whole.uuid)
    assert printed(told) == "got [3, 2]\n"
    found = named(tmp_path)
    assert (found["reduce"]["uuid"], outcome.succeeded, outcome.failed) == (outcome.uuid, 1, 0)
    assert found["reduce"]["pipeline"]["uuid"] == found["reduce"]["controller"] == whole.uuid
    edges = {each["run"]: each["kind"] for each in found["reduce"]["upstream"]}
    assert edges == {
        found["map"]["uuid"]: "dag",
        found["map-3"]["uuid"]: "join",
        found["map-2"]["uuid"]: "join",
    }
    kept, _ = run(text, tmp_path, wanted="reduce", dag_run=whole.uuid, resume=True)
    assert (kept.uuid, kept.kept) == (outcome.uuid, 1)
    # A call for the whole goes on with the whole.
    again, _ = run(text.replace("exit {{ x }}", "true"), tmp_path, resume=True)
    assert (again.uuid, again.failed) == (whole.uuid, 0)


def test_one_operation_that_needs_others_has_to_know_their_dag(tmp_path: Path) -> None:
    with pytest.raises(PqlError) as raised:
        run(DAG, tmp_path, wanted="reduce")
    found = raised.value.diagnostic
    assert (found.code, DAG[slice(*found.span)]) == ("PQL620", "ops.map")
    with pytest.raises(UnknownRunError, match="no run 00"):
        run(DAG, tmp_path, wanted="reduce", dag_run="0" * 32)
    assert not list((tmp_path / "runs").iterdir())
    # One that needs none runs without; the others need not be such that run here.
    text = DAG.replace("kind: job, container", "kind: tfjob, worker", 1).replace("exit {{ x }}", "true")
    outcome, _ = run(text, tmp_path, wanted="map")
    made = named(tmp_path)["map"]
    assert (outcome.succeeded, outcome.uuid, made.get("pipeline")) == (4, made["uuid"], None)


NESTED = """\
kind: component
run:
  kind: dag
  operations:
    - name: outer
      component:
        run:
          kind: dag
          operations:
            - name: inner
              component: {run: {kind: job, container: {command: [echo]}}}
"""


@pytest.mark.parametrize(
    ("wanted", "code", "place"),
    [
        (None, "PQL632", "dag\n          op"),
        ("outer", "PQL632", "dag\n          op"),
        ("inner", "PQL607", "name: outer"),
    ],
)
def test_a_dag_in_a_dag_is_refused_with_what_to_do(wanted: str | None, code: str, place: str) -> None:
    with pytest.raises(PqlError) as raised:
        plan_of(NESTED, wanted=wanted)
    found = raised.value.diagnostic
    assert (found.code, found.span.start) == (code, NESTED.index(place))
    assert "a file of its own" in found.hint


def test_resuming_runs_what_is_missing(tmp_path: Path) -> None:
    script = f"echo $x >> '{tmp_path}/log'; test $x != 2 -o -e '{tmp_path}/mended'"
    text = operation(script, matrix="{kind: random, numRuns: 3, params: {x: {kind: range, value: '1:4:1'}}}")
    first, _ = run(text, tmp_path)
    (tmp_path / "mended").touch()
    again, told = run(text, tmp_path, resume=True)
    assert (again.uuid, again.kept, again.succeeded, again.complete) == (first.uuid, 2, 1, True)
    assert sorted((tmp_path / "log").read_text().split()) == ["1", "2", "2", "3"]
    (begun,) = (each for each in told if isinstance(each, RunBegun))
    made = next(each for each in folders(tmp_path) if each["uuid"] == begun.uuid)
    (failed,) = (each for each in folders(tmp_path) if each["status"] == "failed")
    assert made["original"] == {"uuid": failed["uuid"], "kind": "restart"}
    last, told = run(text, tmp_path, resume=True)
    assert (last.kept, last.succeeded) == (3, 0)
    assert not any(isinstance(each, RunBegun) for each in told)


def test_resuming_goes_by_command_and_params(tmp_path: Path) -> None:
    text = operation("echo $x")
    first, _ = run(text, tmp_path, params={"x": 1})
    kept, _ = run(text, tmp_path, params={"x": 1}, resume=True)
    assert (kept.uuid, kept.kept) == (first.uuid, 1)
    for changed, params in ((text, {"x": 2}), (operation("echo 0$x"), {"x": 1})):
        made, _ = run(changed, tmp_path, params=params, resume=True)
        assert (made.kept, made.succeeded) == (0, 1)


def test_a_first_run_that_should_be_resumed_says_so(tmp_path: Path) -> None:
    _, told = run(operation("true"), tmp_path, params={"x": 1}, resume=True)
    assert any(isinstance(each, Noted) and "nothing to resume" in each.text for each in told)


def test_a_run_whose_processes_live_is_not_resumed(tmp_path: Path) -> None:
    text = operation("test $x != 2", matrix=ROWS)
    first, _ = run(text, tmp_path)
    lock = hold(tmp_path / "runs" / first.uuid)
    assert lock is not None
    with pytest.raises(BusyError, match=first.uuid):
        run(text, tmp_path, resume=True)
    os.close(lock)
    assert run(text, tmp_path, resume=True)[0].uuid == first.uuid


def test_a_killed_run_is_marked_when_it_is_made_anew(tmp_path: Path) -> None:
    text = operation("test $x != 2", matrix=ROWS)
    run(text, tmp_path)
    path = next((tmp_path / "runs").glob(f"{named(tmp_path)['op-2']['uuid']}/run.plx.json"))
    path.write_text(path.read_text().replace('"failed"', '"running"'))
    run(text, tmp_path, resume=True)
    assert '"stopped"' in path.read_text()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_the_processes_and_marks_their_runs(tmp_path: Path, number: int) -> None:
    os.mkfifo(tmp_path / "ready")
    script = f"sleep 600 & echo $$ $! > '{tmp_path}/ready'; wait"
    pids: list[int] = []

    def interrupt() -> None:
        pids.extend(map(int, (tmp_path / "ready").read_text().split()))
        os.kill(os.getpid(), number)

    thread = threading.Thread(target=interrupt)
    before = signal.signal(number, signal.SIG_DFL)  # what runs in the background ignores SIGINT
    try:
        thread.start()
        outcome, _ = run(operation(script, matrix=ROWS), tmp_path, jobs=1)
        thread.join()
    finally:
        signal.signal(number, before)
    assert outcome.signal == signal.Signals(number).name
    assert (outcome.stopped, outcome.succeeded, outcome.complete) == (1, 0, False)
    assert {name: each["status"] for name, each in named(tmp_path).items()} == {
        "op": "stopped",
        "op-1": "stopped",
    }
    assert [gone(pid) for pid in pids] == [True, True]


def test_what_a_process_leaves_behind_ends_with_it(tmp_path: Path) -> None:
    outcome, told = run(operation("sleep 600 & echo $!"), tmp_path, params={"x": 1})
    assert outcome.complete
    assert gone(int(printed(told)))


@pytest.mark.parametrize(
    ("word", "reason"), [("/no/such/program", "there is no program"), ("/etc", "can't be started")]
)
def test_a_program_that_cannot_be_started_is_a_failed_run(tmp_path: Path, word: str, reason: str) -> None:
    _, told = run(operation("true").replace("/bin/sh", word), tmp_path, params={"x": 1})
    (ended,) = (each for each in told if isinstance(each, RunEnded))
    assert ended.status == "failed"
    assert reason in ended.message


def test_what_is_fetched_lies_below_the_artifacts_path(tmp_path: Path) -> None:
    script = "cd $PQL_STORE/$PQL_RUN_UUID; mkdir -p outputs/m; echo $x > outputs/m/f"
    run(operation(script), tmp_path, params={"x": 7})
    (made,) = folders(tmp_path)
    joins = """\
joins:
  - query: "inputs.x:7"
    params: {models: {value: {dirs: [outputs/m, outputs/missing]}, toInit: true}}
"""
    script = "cd {{ globals.artifacts_path }}; find -L . -type f; cat */outputs/m/f"
    _, told = run(operation(script, inputs="[{name: models, type: artifacts}]", more=joins), tmp_path)
    assert printed(told) == f"./{made['uuid']}/outputs/m/f\n7\n"
    notes = [each.text for each in told if isinstance(each, Noted) and each.text]
    assert notes == [f"{made['uuid']}/outputs/missing is not in the store, and is not fetched"]


@pytest.mark.parametrize("last", ["outputs/m", "/absolute"])
def test_what_was_laid_out_is_taken_away_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, last: str
) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    text = operation(
        "ls {{ globals.artifacts_path }}",
        matrix=f"{{kind: mapping, values: [{{x: outputs/n}}, {{x: {last}}}]}}",
        inputs="[{name: x}, {name: models, type: artifacts}]",
        more="joins: [{query: 'status:_any_', params: {models: {value: {dirs: '{{ x }}'}, toInit: true}}}]\n",
    )
    if last == "/absolute":
        with pytest.raises(PqlError):
            run(text, tmp_path)
    else:
        outcome, _ = run(text, tmp_path)
        assert outcome.succeeded == 2
    assert not list((tmp_path / "temporary").iterdir())


def test_ops_are_named_by_templates_alone() -> None:
    text = DAG.replace("echo got", "echo https://my-ops.example.com {{ ops['map'].outputs }} got")
    plan = plan_of(text)
    assert {step.name: step.upstream for step in plan.steps} == {"map": (), "reduce": ("map",)}
    alone = text.replace(
        "params: {uuid: {ref: ops.map, value: globals.uuid, contextOnly: true}}",
        "params: {uuid: {value: u, contextOnly: true}}",
    )
    assert {step.name: step.upstream for step in plan_of(alone).steps} == {"map": (), "reduce": ("map",)}


@pytest.mark.parametrize(
    ("section", "code"),
    [
        ("env: 5", "PQL632"),
        ("env: {a: b}", "PQL632"),
        ("env: [{name: 'a=b', value: 1}]", "PQL632"),
        ('env: [{name: "a\\0b", value: 1}]', "PQL632"),
    ],
)
def test_an_environment_of_another_form_is_refused(tmp_path: Path, section: str, code: str) -> None:
    text = operation("true").replace("      command", f"      {section}\n      command")
    with pytest.raises(PqlError) as raised:
        run(text, tmp_path, params={"x": 1})
    assert raised.value.diagnostic.code == code


@pytest.mark.parametrize("init", ["5", "{a: 1}"])
def test_an_init_that_is_no_list_is_refused(tmp_path: Path, init: str) -> None:
    text = operation("true", inputs="[{name: x, type: path, toInit: true, value: abc}]")
    with pytest.raises(PqlError) as raised:
        run(text.replace("    container:", f"    init: {init}\n    container:"), tmp_path)
    assert raised.value.diagnostic.code == "PQL603"


def test_both_spellings_of_the_working_folder_take_templates(tmp_path: Path) -> None:
    (tmp_path / "s1").mkdir()
    for key in ("workingDir", "working_dir"):
        text = operation("pwd").replace("      command", f'      {key}: "s{{{{ x }}}}"\n      command')
        _, told = run(text, tmp_path, params={"x": 1})
        assert printed(told) == f"{tmp_path / 's1'}\n"


FAULTS = [
    ("kind: operation\nname: a\nhubRef: x\n", "PQL632", "kind"),
    ("kind: component\nrun: {kind: tfjob}\n", "PQL632", "tfjob"),
    ("kind: component\nrun: {kind: job}\n", "PQL632", "job"),
    ("kind: component\nrun: {kind: job, container: {image: x}}\n", "PQL632", "image"),
    ("kind: component\nrun: {kind: job, container: {command: ls -l}}\n", "PQL603", "ls -l"),
    (DAG.replace("ops.map", "ops.mop").replace("value: globals", "value: globals"), "PQL632", "params"),
    (DAG.replace("name: map\n", "name: reduce\n"), "PQL632", "name"),
    (DAG.replace("name: map\n", "name: map\n      dependencies: [reduce]\n"), "PQL632", "name"),
    (DAG.replace("name: map\n", "name: map\n      trigger: never\n"), "PQL603", "never"),
]


@pytest.mark.parametrize(("text", "code", "marked"), FAULTS)
def test_what_can_not_run_is_told_at_its_place(text: str, code: str, marked: str) -> None:
    with pytest.raises(PqlError) as raised:
        plan_of(text)
    found = raised.value.diagnostic
    assert (found.code, text[slice(*found.span)]) == (code, marked)


def test_faults_of_joins_are_found_before_anything_runs(tmp_path: Path) -> None:
    with pytest.raises(FaultsError) as raised:
        plan_of(DAG.replace("value: inputs.x", "value: intups.x"))
    assert [each.code for each in raised.value.findings] == ["PQL611"]
    with pytest.raises(PqlError) as missing:
        check_filled(plan_of(operation("true")), {})
    assert missing.value.diagnostic.code == "PQL616"


@pytest.mark.parametrize(
    ("matrix", "code", "marked"),
    [
        ("{kind: mapping, values: [{y: 1, x: 1}]}", "PQL615", "y"),
        ("{kind: mapping, values: [{x: 1}, {x: 1.5}]}", "PQL614", "x"),
        ("{kind: grid, params: {x: {kind: choice, value: [a]}}}", "PQL614", "x"),
        ("{kind: grid, params: {x: {kind: choice, value: ['0.5']}}}", "PQL614", "x"),
        ("{kind: grid, params: {x: {kind: choice, value: 5}}}", "PQL631", "5"),
    ],
)
def test_trials_are_held_against_the_inputs(tmp_path: Path, matrix: str, code: str, marked: str) -> None:
    text = operation("true", matrix=matrix)
    with pytest.raises(PqlError) as raised:
        run(text, tmp_path)
    found = raised.value.diagnostic
    assert (found.code, text[slice(*found.span)]) == (code, marked)
    assert not list((tmp_path / "runs").iterdir())


@pytest.mark.parametrize("name", ["PATH", "PQL_STORE", "LD_PRELOAD", "a=b"])
def test_names_that_processes_need_are_refused(tmp_path: Path, name: str) -> None:
    text = operation("true", inputs=f"[{{name: '{name}', value: evil}}]")
    with pytest.raises(PqlError) as raised:
        run(text, tmp_path)
    assert raised.value.diagnostic.code == "PQL632"


def test_sections_without_effect_are_told_once(tmp_path: Path) -> None:
    text = DAG.replace("kind: job,", "kind: job, connections: [s3],").replace(
        "command:", "image: x, command:"
    )
    found = [(each.code, each.payload["section"]) for each in plan_of(text).warnings]
    assert found == [("PQL657", "run.connections"), ("PQL657", "container.image")]
