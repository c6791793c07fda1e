"""`--defaults` of commands that take a query, and saved queries in a batch."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pql.cli.main import app

TOML = '[queries.best]\nquery = "metrics.loss:<1"\nsort = "metrics.loss"\nlimit = 2\n'


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three runs: two live ones, and one in the archive."""
    folder = tmp_path_factory.mktemp("defaults")
    for number, live in enumerate((1, 1, 0)):
        run = folder / "runs" / (str(number) * 32)
        run.mkdir(parents=True)
        told = {
            "uuid": run.name,
            "live_state": live,
            "created_at": "2999-01-01T00:00:00Z",
            "inputs": {"lr": number},
            "outputs": {"loss": 0.3 - number / 10},
        }
        (run / "run.plx.json").write_text(json.dumps(told))
    (folder / "pql.toml").write_text(TOML)
    made = CliRunner().invoke(
        app, ["index", "refresh", str(folder / "runs"), "--index", str(folder / ".pql")]
    )
    assert made.exit_code == 0, made.output
    return folder


@pytest.fixture(autouse=True)
def inside(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(place)
    monkeypatch.delenv("PQL_INDEX", raising=False)


def said(*words: str, typed: str = "") -> str:
    return CliRunner().invoke(app, list(words), input=typed).output


@pytest.mark.parametrize(
    ("words", "every", "live"),
    [
        (["compare", "metrics.loss:<1", "--sort", "uuid"], "22222222", ""),
        (["plot", "--x", "inputs.lr", "--y", "metrics.loss"], "3 runs", "2 runs"),
        (["diff", "metrics.loss:<1", "--from", "0"], "3 of 3 runs match", "2 of 3 runs match"),
        (["stats", "--of", "metrics.loss"], "3 runs matched", "2 runs matched"),
    ],
    ids=lambda each: each[0] if isinstance(each, list) else "",
)
def test_the_archive_is_left_out(words: list[str], every: str, live: str) -> None:
    """`created_at:last_month` is named by the query, as these runs are of another time."""
    query = [] if any(":" in each for each in words) else ["created_at:>2000-01-01"]
    words = [f"{each}, created_at:>2000-01-01" if ":" in each else each for each in words]
    whole = said(words[0], *query, *words[1:])
    part = said(words[0], *query, *words[1:], "--defaults", "polyaxon")
    assert every in whole, whole
    assert every not in part
    assert live in part, part
    assert "--defaults is one of polyaxon, not 'x'" in said(words[0], *query, *words[1:], "--defaults", "x")


def test_named_runs_have_no_defaults() -> None:
    assert "--defaults adds to a query" in said("compare", "0000", "1111", "--defaults", "polyaxon")


def answers(*requests: Mapping[str, object], options: tuple[str, ...] = ()) -> list[dict[str, object]]:
    lines = "".join(json.dumps(each) + "\n" for each in requests)
    return [json.loads(line) for line in said("batch", *options, typed=lines).splitlines()]


def test_a_batch_takes_defaults_and_saved_queries() -> None:
    zero, one, two = (str(number) * 32 for number in range(3))
    query = {"query": "created_at:>2000-01-01", "sort": "uuid"}
    assert [each["uuids"] for each in answers(query)] == [[zero, one, two]]
    assert [each["uuids"] for each in answers(query, options=("--defaults", "polyaxon"))] == [[zero, one]]
    wrong = [{"query": "@bset"}, {"query": "@best, kind:job"}]
    found = answers({"query": "@best"}, {"query": "@best", "limit": 1, "sort": "uuid"}, *wrong)
    assert [each.get("uuids") for each in found] == [[two, one], [zero], None, None]
    assert found[2]["error"] == {
        "code": "PQL902",
        "message": "no saved query is called `bset`; did you mean `best`?",
        "span": [0, 0],
    }
    assert "nothing can follow `@best`" in str(found[3]["error"])


def test_a_fault_of_the_file_is_the_answer(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PQL_INDEX", str(place / ".pql"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pql.toml").write_text("[queries.best]\nlimit = 0\n")
    (found,) = answers({"id": 7, "query": "@best"})
    assert found["id"] == 7
    assert isinstance(found["error"], dict)
    assert found["error"]["code"] == "PQL401"
