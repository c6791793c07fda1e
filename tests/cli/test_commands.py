"""The tables of commands, held against the functions that they name."""

from __future__ import annotations

import inspect
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from pql.cli.lazy import Listed
from pql.cli.main import COMMANDS, INDEX_COMMANDS, app

LISTED = [*COMMANDS, *INDEX_COMMANDS]


def function_of(listed: Listed) -> Any:
    return getattr(import_module(listed.module), listed.name.replace("-", "_"))


@pytest.mark.parametrize("listed", LISTED, ids=lambda each: f"{each.module}:{each.name}")
def test_the_line_of_the_list_is_the_first_of_the_help(listed: Listed) -> None:
    told = inspect.getdoc(function_of(listed)) or ""
    assert listed.help == told.partition("\n\n")[0].replace("\n", " ")


@pytest.mark.parametrize("arguments", [[], ["index"]], ids=["pql", "pql index"])
def test_every_command_is_listed_in_order(arguments: list[str]) -> None:
    shown = CliRunner().invoke(app, [*arguments, "--help"]).stdout
    listed = " ".join(shown.partition("Commands:\n")[2].split())
    table = INDEX_COMMANDS if arguments else COMMANDS
    assert listed.startswith(" ".join(f"{each.name} {each.help}" for each in table if not each.hidden))


@pytest.mark.parametrize("arguments", [["--help"], ["fmt", "status:failed"], ["index", "--help"]])
def test_a_command_is_built_when_it_is_called(arguments: list[str]) -> None:
    group: Any = typer.main.get_command(app)
    with pytest.raises(SystemExit):
        group(arguments)
    built = set(group.commands._built)
    assert built == {"index", *(name for name in arguments[:1] if name == "fmt")}


def test_a_misspelt_command_is_told_what_there_is() -> None:
    said = CliRunner().invoke(app, ["serch"])
    assert said.exit_code == 2
    assert "Did you mean 'search'?" in said.stderr


WRITING = {"run", "refresh", "watch", "compact", "vacuum", "migrate"}
OF_ALL_VERSIONS = {"history", "diff"}


def test_a_command_that_reads_an_index_reads_any_version_of_it() -> None:
    group: Any = typer.main.get_command(app)
    for of in (group, group.commands["index"]):
        for name, command in of.commands.items():
            options = {each for parameter in command.params for each in parameter.opts}
            reads = "--index" in options and name not in WRITING | OF_ALL_VERSIONS
            assert ("--as-of" in options) == reads, name


def test_an_index_of_a_folder_above_is_written_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs, below = tmp_path / "runs", tmp_path / "below"
    runs.mkdir()
    below.mkdir()
    monkeypatch.delenv("PQL_INDEX", raising=False)
    monkeypatch.chdir(tmp_path)
    assert CliRunner().invoke(app, ["index", "refresh", "runs"]).stderr == ""
    monkeypatch.chdir(below)
    said = CliRunner().invoke(app, ["index", "refresh", str(runs)])
    assert said.stderr.replace("\n", "").startswith(f"note: this goes to the index {tmp_path / '.pql'};")
    assert CliRunner().invoke(app, ["index", "refresh", str(runs), "--index", ".pql"]).stderr == ""
    assert (below / ".pql").is_dir()
