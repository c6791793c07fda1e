"""The examples that `--help` shows are run, on runs like those of the demo."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from answer_runs import make_index, pql, record, series
from typer.testing import CliRunner

from lineage_index.ingest.record import FolderRecord, RunRecord
from pql.cli.main import app

COMMANDS = ["search", "why", "keys", "stats", "show", "compare", "lineage", "plot", "diff"]


def named(uuid: str, number: int, **scalars: object) -> RunRecord:
    own = record(
        number,
        scalars=scalars,
        inputs={"dropout": 0.2, "epochs": 5},
        outputs={"loss": number / 10_000, "accuracy": 1.0},
        tags=("demo", "plain"),
    )
    whole = uuid.ljust(32, "0")
    return RunRecord(
        uuid=whole,
        folder=FolderRecord(whole, "f"),
        scalars=own.scalars,
        inputs=own.inputs,
        outputs=own.outputs,
        tags=own.tags,
        series=(series([1.0, number / 10_000]),),
    )


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("help") / "index"
    make_index(path, [named("423d2024", 0), named("a97f6a51", 1)])
    return make_index(path, [named("0c5f6a51", 2, status="failed")])  # what `diff` tells


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_two_examples_that_run(command: str, demo: Path) -> None:
    shown = CliRunner().invoke(app, [command, "--help"], env={"COLUMNS": "120"}).stdout
    examples = re.findall(rf"^\s+(pql {command} .*)$", shown, re.MULTILINE)
    assert len(examples) == 2
    for example in examples:
        said = pql(*shlex.split(example)[1:], index=demo)
        assert said.code == 0, example
        assert said.out, example
