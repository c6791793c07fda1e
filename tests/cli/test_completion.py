"""Completion: what is offered for a line, and that a real bash takes it."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from lineage_index.index.refresh import refresh
from pql.cli.complete import FILES, complete_line, split_line
from pql.cli.completion import print_candidates
from pql.cli.main import COMMANDS, INDEX_COMMANDS, app


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an index of one run, and a saved query."""
    folder = tmp_path_factory.mktemp("completion")
    run = folder / "runs" / ("a" * 32)
    run.mkdir(parents=True)
    told = {
        "uuid": "a" * 32,
        "status": "succeeded",
        "inputs": {"lr": 1, "odd key": 2},
        "outputs": {"loss": 1},
        "project": "vision lab",
        "kind": "custom",
        "tags": ["baseline", "a|b"],
    }
    (run / "run.plx.json").write_text(json.dumps(told))
    refresh(folder / "runs", folder / ".pql")
    (folder / "pql.toml").write_text('[queries.best]\nquery = "metrics.loss:<1"\n')
    return folder


@pytest.fixture(autouse=True)
def inside(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(place)
    monkeypatch.delenv("PQL_INDEX", raising=False)


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("pql sea", ["search"]),
        ("pql index refr", ["refresh"]),
        ("pql search --form", ["--format"]),
        ("pql search --format pa", ["parquet"]),
        ("pql search --format=pa", ["--format=parquet"]),
        ("pql lineage --format mer", ["mermaid"]),
        ("pql search --entity art", ["artifacts"]),
        ("pql search '@b", ["@best"]),
        ("pql search metrics.lo", ["metrics.loss:", "metrics.loss:~"]),
        ("pql search 'tags:a, inputs.l", ["tags:a, inputs.lr:", "tags:a, inputs.lr:~"]),
        (
            "pql search 'tags:a AND (stat",
            ["tags:a AND (state:", "tags:a AND (state:~", "tags:a AND (status:"],
        ),
        ('pql search \'name:"a, b", tag', ['name:"a, b", tags:', 'name:"a, b", tags:~']),
        ("pql search status:succ", ["status:succeeded"]),
        ("pql search 'status:~fai", ["status:~failed"]),
        ("pql search 'status:running|fai", ["status:running|failed"]),
        ("pql search 'x:1 | kind:jo", ["x:1 | kind:job"]),
        ("pql search 'inputs.odd", []),
        ("pql search --sort -metrics.l", ["-metrics.loss"]),
        ("pql search --sort 'name, -metrics.l", ["name, -metrics.loss"]),
        ("pql search --columns name,metrics.", ["name,metrics.*", "name,metrics.loss"]),
        ("pql why abc status:succ", ["status:succeeded"]),
        ("pql search tags:ba", ["tags:baseline"]),
        ("pql search 'tags:x|ba", ["tags:x|baseline"]),
        ("pql search 'project:", ['project:"vision lab"']),
        ("pql search kind:cus", ["kind:custom"]),
        ("pql search owner:", ["owner:nil"]),
        ("pql --color ne", ["never"]),
        ("pql --color never sea", ["search"]),
        ("pql search --color al", ["always"]),
        ("pql plot --color metrics.l", ["metrics.loss"]),
        ("pql lineage --by u", ["uri"]),
        ("pql stats --by project.n", []),
        ("pql stats --by tag", ["tags"]),
        ("pql index refresh ", [FILES]),
        ("pql completion f", ["fish"]),
        ("pql nothing such ", []),
    ],
)
def test_what_is_offered(line: str, offered: list[str]) -> None:
    assert complete_line(line)[: len(offered) or None][:3] == offered[:3]


LISTED = [("", each) for each in COMMANDS] + [("index ", each) for each in INDEX_COMMANDS]
NEEDY = {"show", "compare", "lineage", "explain", "resolve", "tensorboard", "run", "refresh"}
NEEDY |= {"export", "watch"}
OPEN = {("stats", "--by"), ("plot", "--color")}
CLOSED = ("format", "entity", "emit", "report", "defaults", "by", "color")


def closed_options() -> Iterator[tuple[str, str]]:
    """Every command with an option that has a closed list, and that option."""
    for group, listed in LISTED:
        own: Any = typer.main.get_command(app)
        for word in (*group.split(), listed.name):
            own = own.commands[word]
        names = [name for each in own.params for name in each.opts if name.removeprefix("--") in CLOSED]
        yield from ((f"{group}{listed.name}", name) for name in names if (listed.name, name) not in OPEN)


@pytest.mark.parametrize(("command", "option"), sorted(closed_options()))
def test_what_is_offered_is_what_is_taken(command: str, option: str) -> None:
    """A command that refuses a value says which it takes: these are offered."""
    offered = complete_line(f"pql {command} {option} ")
    needed = {"why": ["a", "b:1"], "diff": ["--from", "0"], "complete": ["x"], "completion": ["zsh"]}
    words = needed.get(command, ["x"] if command.split()[-1] in NEEDY else [])
    said = CliRunner().invoke(app, [*command.split(), *words, option, "no such value"])
    assert said.exit_code == 2
    assert f"{option} is" in said.stderr
    told = said.stderr.partition(f"{option} is")[2].partition(", not ")[0].removeprefix(" one of")
    assert sorted(offered) == sorted(re.findall(r"\w+", told.replace(" or ", " ")))


def test_bash_gets_the_part_behind_its_own_break() -> None:
    assert complete_line("pql search status:succ", "succ") == ["succeeded"]
    behind = complete_line("pql search 'status:succ", "status:succ")
    assert behind == ["status:succeeded", "status:succeeded,"]  # two: so that bash leaves the quote open
    assert complete_line("pql search '@be", "@be") == ["@best"]
    assert complete_line("pql search inputs.lr:x,\\ sta", "sta")[0] == "started_at:"


def test_words_are_split_as_a_shell_does() -> None:
    assert [each.text for each in split_line('a \'b c\' "d\\"e" f\\ g ')] == ["a", "b c", 'd"e', "f g", ""]
    assert split_line('a "b c')[-1] == ("b c", '"')


@pytest.mark.parametrize(
    "line", ["", "pql", "pql search 'a:(((", "pql search \\", "\x00", "pql --index", "🙂 '"]
)
def test_nothing_goes_wrong_in_sight(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    print_candidates(line, None, "zsh")
    said = capsys.readouterr()
    assert said.err == ""
    assert "Traceback" not in said.out


def test_a_broken_index_and_broken_settings_are_no_matter_of_the_prompt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".pql").mkdir()
    (tmp_path / "pql.toml").write_text("[")
    assert complete_line("pql search stat")[0] == "state:"
    done = CliRunner().invoke(app, ["complete", "pql search @"])
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_there_is_a_script_for_each_shell(shell: str) -> None:
    done = CliRunner().invoke(app, ["completion", shell])
    assert done.exit_code == 0
    assert f"pql complete --shell {shell} -- " in done.stdout
    assert CliRunner().invoke(app, ["completion", "tcsh"]).exit_code == 2
    assert "  complete " not in CliRunner().invoke(app, ["--help"]).stdout


SHELLS = {
    "bash": (
        ["bash", "--norc", "-i"],
        "bind 'set enable-bracketed-paste off'; source <(pql completion bash)",
    ),
    "zsh": (["zsh", "-f", "-i"], "autoload -U compinit; compinit -u -D; source <(pql completion zsh)"),
}


class Shell:
    """A shell at a terminal, with the completion loaded."""

    def __init__(self, folder: Path, command: list[str], load: str) -> None:
        self.screen, own = pty.openpty()
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        kept = {"PATH": path, "HOME": str(folder), "TERM": "dumb", "PS1": "> ", "LC_ALL": "C.UTF-8"}
        self.process = subprocess.Popen(
            command,
            cwd=folder,
            env=kept,
            stdin=own,
            stdout=own,
            stderr=own,
            start_new_session=True,
        )
        os.close(own)
        self.said(f"{load}; echo rea''dy\n", "ready")

    def said(self, typed: str, awaited: str) -> str:
        """Everything shown from typing this until that is seen."""
        os.write(self.screen, typed.encode())
        shown = ""
        until = time.monotonic() + 60
        while awaited not in shown and time.monotonic() < until:
            if select.select([self.screen], [], [], 1)[0]:
                shown += os.read(self.screen, 4096).decode(errors="replace").replace("\x07", "")  # the bell
        return shown

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.screen)


@pytest.fixture(params=sorted(SHELLS))
def shell(place: Path, request: pytest.FixtureRequest) -> Iterator[Shell]:
    command, load = SHELLS[request.param]
    if shutil.which(command[0]) is None:
        pytest.skip(f"there is no {command[0]} here")
    opened = Shell(place, command, load)
    yield opened
    opened.close()


def test_a_real_shell_completes_behind_colons_and_in_quotes(shell: Shell) -> None:
    for typed, awaited in (
        ("pql search status:succ", "status:succeeded"),
        ('pql search "tags:a, metrics.lo', "metrics.loss:"),
        ("pql search @be", "@best"),
        ("pql search @best --sort -metrics.l", "-metrics.loss"),
        ("pql search @best --form", "--format"),
    ):
        shown = shell.said(f"{typed}\t", awaited)
        assert awaited in shown, shown
        assert "rror" not in shown
        shell.said("\x15echo do''ne\n", "done")  # the line is taken back; an interrupt may come late


@pytest.mark.skipif(shutil.which("fish") is None, reason="there is no fish here")
def test_a_real_fish_completes_in_quotes(place: Path) -> None:
    script = """pql completion fish | source; complete -C 'pql search "tags:a, metrics.lo'"""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {"PATH": path, "HOME": str(place), "LC_ALL": "C.UTF-8"}
    command = ["fish", "--no-config", "-c", script]
    done = subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, check=False)
    assert "tags:a, metrics.loss:" in done.stdout.splitlines()
