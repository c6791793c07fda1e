"""`--help` of every command shows two examples, and they run."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pql.cli.lazy import Listed
from pql.cli.main import COMMANDS, INDEX_COMMANDS, app

LISTED = [("", each) for each in COMMANDS] + [("index ", each) for each in INDEX_COMMANDS]
# Run by the tests of their own: on runs with the names of the examples, with programs of others.
ELSEWHERE = {"search", "why", "keys", "stats", "show", "compare", "lineage", "plot", "diff", "tensorboard"}
ELSEWHERE |= {"run", "resolve", "watch"}
QUERIES = '[queries.best]\nquery = "metrics.loss:<0.01"\nsort = "metrics.loss"\n'
OPERATION = "kind: operation\ncomponent: {run: {kind: job}}\n"


def examples(group: str, listed: Listed) -> list[str]:
    shown = CliRunner().invoke(app, [*group.split(), listed.name, "--help"]).stdout
    return re.findall(rf"^\s+(?:echo .* \| )?(pql {group}{listed.name}\b.*)$", shown, re.MULTILINE)


@pytest.mark.parametrize(("group", "listed"), LISTED, ids=[f"{group}{each.name}" for group, each in LISTED])
def test_help_has_two_examples(group: str, listed: Listed) -> None:
    assert len(examples(group, listed)) == 2


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the examples speak of: a store in `runs`, its index, an operation, requests, saved queries."""
    folder = tmp_path_factory.mktemp("help")
    run = folder / "runs" / ("a" * 32)
    run.mkdir(parents=True)
    (run / "run.plx.json").write_text(
        f'{{"uuid": "{"a" * 32}", "outputs": {{"loss": 0.001}}, "tags": ["demo"]}}'
    )
    (folder / "requests.jsonl").write_text('{"id": 1, "query": "metrics.loss:<0.01"}\n')
    (folder / "pql.toml").write_text(QUERIES)
    (folder / "operation.yaml").write_text(OPERATION)
    return folder


RUN = [(group, each) for group, each in LISTED if each.name not in ELSEWHERE]


@pytest.mark.parametrize(("group", "listed"), RUN, ids=[f"{group}{each.name}" for group, each in RUN])
def test_the_examples_run(
    group: str, listed: Listed, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "project"
    shutil.copytree(project, folder)
    monkeypatch.chdir(folder)
    monkeypatch.delenv("PQL_INDEX", raising=False)
    assert CliRunner().invoke(app, ["index", "refresh", "runs"]).exit_code == 0
    for example in examples(group, listed):
        words = shlex.split(example.partition(" > ")[0])[1:]
        done = CliRunner().invoke(app, words, input='{"query": "tags:demo", "limit": 1}')
        assert done.exit_code == 0, (example, done.stderr)
        assert done.output or listed.name == "check", example  # which finds nothing in the operation
