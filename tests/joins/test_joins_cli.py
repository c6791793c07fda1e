"""The command `pql resolve`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from index_samples import DAG_RUN, small_index, uuid_of

from pql.cli.resolve import run_resolve

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(small_index(tmp_path_factory.mktemp("index")))


def resolve(
    index: str, file: Path | str = EXAMPLES / "fan_in.yaml", *, output: str = "yaml", **options: object
) -> int:
    asked: dict[str, object] = {
        "wanted": None,
        "params": [],
        "run": None,
        "dag_run": DAG_RUN,
        "dry_run": False,
        "lock": None,
        "locked": False,
        "update": False,
        "fetch": None,
        "as_of": None,
        **options,
    }
    try:
        run_resolve(file=str(file), output=output, index=index, **asked)  # type: ignore[arg-type]
    except SystemExit as ended:
        return int(str(ended.code))
    return 0


def test_yaml_and_json_say_the_same(index: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert resolve(index) == 0
    as_yaml = capsys.readouterr().out
    assert resolve(index, output="json") == 0
    as_json = json.loads(capsys.readouterr().out)
    assert yaml.safe_load(as_yaml) == as_json
    assert as_json["params"]["uuids"]["value"][0] == uuid_of(15)
    assert f"'{uuid_of(15)}'" not in as_yaml  # hex digits with a letter need no quotes


def test_the_command_in_a_process_of_its_own(index: str, tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("kind: operation\njoins:\n  - sort: name\n")
    command = [sys.executable, "-c", "from pql.cli.main import main; main()", "resolve", "--index", index]
    done = subprocess.run([*command, str(bad)], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "error[PQL606]" in done.stderr
    assert f"{bad}:3:5" in done.stderr
    example = EXAMPLES / "compare_top_experiments.yaml"
    done = subprocess.run([*command, str(example)], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert f"{uuid_of(15)}/outputs/tensorboard" in done.stdout
    assert "warning[PQL651]" in done.stderr


def test_a_dry_run_shows_each_search(index: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert resolve(index, dry_run=True) == 0
    out = capsys.readouterr().out
    assert f"query:  metrics.accuracy:>0.9, pipeline:{uuid_of(0xD1)}" in out
    assert "5 runs match, 5 taken" in out


def test_params_of_the_command_go_before_those_of_the_file(
    index: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "op.yaml"
    file.write_text(
        "kind: operation\nhubRef: x\nparams: {least: {value: 0.99, contextOnly: true}}\njoins:\n"
        "- query: 'metrics.accuracy:>{{ least }}, project:{{ globals.project_name }}'\n"
        "  sort: name\n  params: {names: {value: globals.name}}\n"
    )
    given = ["least=0.93", "globals.project_name=vision"]
    assert resolve(index, file, params=given, output="json") == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["params"]["names"]["value"] == ["fan_in", "trial-14", "trial-15"]
    assert shown["params"]["least"] == {"value": 0.93, "contextOnly": True}
    assert resolve(index, file, output="json") == 2
    err = capsys.readouterr().err
    assert "error[PQL608]" in err
    assert "artifacts_path, base_url, context_path" in err


def test_locks_are_written_held_and_renewed(
    index: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, lock = tmp_path / "op.yaml", tmp_path / "op.lock"
    query = "kind: operation\nhubRef: x\njoins: [{query: 'name:%s', params: {n: {value: globals.name}}}]\n"
    file.write_text(query % "trial-1")
    assert resolve(index, file, lock=str(lock), locked=True) == 2
    assert "error[PQL622]" in capsys.readouterr().err
    assert resolve(index, file, lock=str(lock)) == 0
    first = lock.read_bytes()
    assert json.loads(first)["joins"][0]["values"] == {"n": ["trial-1"]}
    assert resolve(index, file, lock=str(lock)) == 0
    assert resolve(index, file, lock=str(lock), locked=True) == 0
    assert lock.read_bytes() == first

    # The same outcome from another snapshot is as locked, and the file stays as it is.
    lock.write_bytes(first.replace(b'"snapshot": ', b'"snapshot": 9'))
    for locked in (True, False):
        assert resolve(index, file, lock=str(lock), locked=locked) == 0
        assert lock.read_bytes() != first
    lock.write_bytes(first)

    file.write_text(query % "trial-2")
    capsys.readouterr()
    for locked in (True, False):
        assert resolve(index, file, lock=str(lock), locked=locked) == 2
        out, err = capsys.readouterr()
        assert out == ""
        assert "error[PQL621]: join 1: its query changed" in err
    assert lock.read_bytes() == first
    assert resolve(index, file, lock=str(lock), update=True) == 0
    assert json.loads(lock.read_bytes())["joins"][0]["values"] == {"n": ["trial-2"]}

    lock.write_text('{"format": 99}')
    assert resolve(index, file, lock=str(lock), locked=True) == 2
    assert "no lock file of version 1" in capsys.readouterr().err
    assert resolve(index, file, update=True) == 0
    assert (tmp_path / "op.yaml.lock").is_file()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"file": "nothing.yaml"}, "nothing.yaml: No such file or directory"),
        ({"run": "xyz"}, "--run takes a uuid"),
        ({"dag_run": "12"}, "--dag-run takes a uuid"),
        ({"params": ["a"]}, "-P takes NAME=VALUE"),
        ({"params": ["a=[1"]}, "error[PQL601]"),
        ({"params": ["a=1"]}, "error[PQL615]"),
        ({"output": "xml"}, "--format is one of yaml, json"),
        ({"locked": True, "update": True}, "exclude each other"),
        ({"dry_run": True, "lock": "x"}, "--dry-run resolves nothing"),
        ({"wanted": "nobody"}, "error[PQL607]"),
    ],
)
def test_wrong_usage(
    index: str, capsys: pytest.CaptureFixture[str], options: dict[str, object], said: str
) -> None:
    assert resolve(index, **options) == 2  # type: ignore[arg-type]
    assert said in capsys.readouterr().err
