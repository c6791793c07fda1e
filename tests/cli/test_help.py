"""`--help` of every command shows two examples, and all of them run."""

from __future__ import annotations

import json
import os
import re
import select
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pql.cli.lazy import Listed
from pql.cli.main import COMMANDS, INDEX_COMMANDS, app

LISTED = [("", each) for each in COMMANDS] + [("index ", each) for each in INDEX_COMMANDS]
NAMES = [f"{group}{each.name}" for group, each in LISTED]
UNTIL_STOPPED = {"watch": "snapshot", "tensorboard": "http://"}
"""Commands that go on until an interrupt, and what they say before."""

WRITING = {"run", "refresh", "watch", "compact", "vacuum", "migrate", "export"}

SETTINGS = '[queries.best]\nquery = "metrics.loss:<0.01"\nsort = "metrics.loss"\n'
OPERATION = """\
kind: operation
component:
  inputs: [{name: epochs, type: int, value: 1, isOptional: true}]
  run: {kind: job, container: {command: [echo, "{{ epochs }}"]}}
"""
REQUEST = '{"query": "tags:demo", "limit": 1}'
TENSORBOARD = """\
import sys, time
print("TensorBoard 2.0 at http://localhost:6006/ (Press CTRL+C to quit)", file=sys.stderr, flush=True)
time.sleep(600)
"""


def examples(group: str, listed: Listed) -> list[str]:
    shown = CliRunner().invoke(app, [*group.split(), listed.name, "--help"], env={"COLUMNS": "120"}).stdout
    return re.findall(rf"^\s+(?:echo .* \| )?(pql {group}{listed.name}\b.*)$", shown, re.MULTILINE)


@pytest.mark.parametrize(("group", "listed"), LISTED, ids=NAMES)
def test_help_has_two_examples(group: str, listed: Listed) -> None:
    assert len(examples(group, listed)) == 2


def write_run(store: Path, uuid: str, loss: float, status: str) -> None:
    folder = store / uuid.ljust(32, "0")
    (folder / "events" / "metric").mkdir(parents=True)
    (folder / "outputs" / "boards").mkdir(parents=True)
    (folder / "outputs" / "boards" / "events.out.tfevents.1.a").write_bytes(b"")
    told = {
        "uuid": folder.name,
        "name": f"run {uuid}",
        "status": status,
        "tags": ["demo", "plain"],
        "inputs": {"epochs": 5, "dropout": loss},
        "outputs": {"loss": loss, "accuracy": 1 - loss},
    }
    (folder / "run.plx.json").write_text(json.dumps(told))
    board = {"name": "tensorboard", "kind": "tensorboard", "path": f"{folder.name}/outputs/boards"}
    (folder / "lineages.plx.json").write_text(json.dumps([board]))
    lines = [f"{step}|2026-01-01T00:00:0{step}+00:00|{loss + 1 / (step + 1)}" for step in range(3)]
    for name in ("loss", "accuracy"):
        (folder / "events" / "metric" / f"{name}.plx").write_text(
            "\n".join(["step|timestamp|metric", *lines, ""])
        )


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the examples speak of: a store in `runs`, two versions of its index, an operation, requests, saved
    queries. Not to be changed."""
    folder = tmp_path_factory.mktemp("help")
    store = folder / "runs"
    write_run(store, "423d2024", 0.00005, "succeeded")
    write_run(store, "a97f6a51", 0.002, "succeeded")
    refresh = ["index", "refresh", "runs", "--index", ".pql"]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert CliRunner().invoke(app, refresh).exit_code == 0
        write_run(store, "0c5f6a51", 0.003, "failed")
        assert CliRunner().invoke(app, refresh).exit_code == 0
    (folder / "requests.jsonl").write_text('{"id": 1, "query": "metrics.loss:<0.01"}\n')
    (folder / "pql.toml").write_text(SETTINGS)
    (folder / "operation.yaml").write_text(OPERATION)
    (folder / "stub" / "tensorboard").mkdir(parents=True)
    (folder / "stub" / "tensorboard" / "__init__.py").touch()
    (folder / "stub" / "tensorboard" / "main.py").write_text(TENSORBOARD)
    return folder


@pytest.mark.parametrize(("group", "listed"), LISTED, ids=NAMES)
def test_the_examples_run(
    group: str, listed: Listed, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = project
    if listed.name in WRITING:
        folder = tmp_path / "project"
        shutil.copytree(project, folder)
    monkeypatch.chdir(folder)
    for name in ("PQL_INDEX", "PQL_STORE"):
        monkeypatch.delenv(name, raising=False)
    for example in examples(group, listed):
        words = shlex.split(example.partition(" > ")[0])[1:]
        if listed.name in UNTIL_STOPPED:
            awaited = UNTIL_STOPPED[listed.name]
            if listed.name == "watch":  # something to tell
                write_run(folder / "runs", f"{len(words)}c5f6a51", 0.5, "running")
            assert awaited in interrupted(words, awaited, folder)
            continue
        done = CliRunner().invoke(app, words, input=REQUEST)
        assert done.exit_code == 0, (example, done.output)
        assert done.output or listed.name == "check", example  # which finds nothing in the operation


def interrupted(words: list[str], awaited: str, folder: Path) -> str:
    """What a command said until that was seen, in a process that is then interrupted and ends in order."""
    process = subprocess.Popen(
        [Path(sys.executable).with_name("pql"), *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder / "stub"), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    said = b""
    until = time.monotonic() + 60
    while awaited.encode() not in said and process.poll() is None and time.monotonic() < until:
        if select.select([process.stdout], [], [], 1)[0]:
            said += os.read(process.stdout.fileno(), 4096)
    process.send_signal(signal.SIGINT)
    rest, errors = process.communicate(timeout=60)
    assert b"Traceback" not in errors, errors
    assert process.returncode in (0, 130), (words, errors)
    return (said + rest).decode()
