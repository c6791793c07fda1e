"""Saved queries: `@name`, what their options do, and faults at their place in the file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pql.check.saved import read_saved
from pql.cli.main import app
from pql.diagnostics.diagnostic import PqlError
from pql.diagnostics.span import Span
from pql.joins.source import Source

TOML = """\
# what we look at
[queries.best]
query = "metrics.loss:<0.01, tags:demo"
sort = "metrics.loss"
limit = 3
description = "what to beat"

[queries.escaped]
query = "name:\\"a\\u0062\\" , kindd:job"

[queries."odd name"]
query = '''
  status:failed |
  kindd:job
'''
sort = 'metrcs.loss'
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "pql.toml").write_text(TOML)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PQL_INDEX", raising=False)
    return tmp_path


def said(*arguments: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, list(arguments))
    return done.exit_code, done.stdout, done.stderr


def test_every_part_of_a_saved_text_is_found_in_the_file() -> None:
    found = {each.block.name: each.block for each in read_saved(Source("pql.toml", TOML))}
    for name, word in (("best", "tags"), ("escaped", "kindd"), ("odd name", "kindd")):
        query = found[name].query
        start = query.text.index(word)
        where = query.locate(Span(start, start + len(word)))
        assert TOML[where.start : where.end] == word
    sort = found["odd name"].sort
    assert sort is not None
    assert TOML[sort.whole.start : sort.whole.end] == "metrcs.loss"


def test_a_saved_query_brings_its_options_and_gives_way_to_typed_ones(project: Path) -> None:
    assert "at most 3 shown" in said("explain", "@best")[1]
    assert "at most 7 shown" in said("explain", "@best", "--limit", "7")[1]
    assert "at most" not in said("explain", "@best", "--all")[1]
    assert "`name` descending" in said("explain", "@best", "--sort=-name")[1]
    assert said("explain", "@best", "--all", "--limit", "7")[0] == 2
    assert said("fmt", "@best")[1] == "metrics.loss:<0.01, tags:demo\nmetrics.loss\n"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("bset", ["'bset'", "pql.toml", "did you mean `best`?"]),
        ("best, kind:job", ["nothing can follow `@best`"]),
        ("bset AND kind:job", ["nothing can follow `@bset`"]),
        ("escaped", ["PQL201", "pql.toml:9:29", "kindd"]),
        ("odd name", ["PQL201", "pql.toml:14:3", "kindd"]),
    ],
)
def test_a_fault_is_told_where_it_is_written(project: Path, name: str, told: list[str]) -> None:
    code, _, words = said("explain", f"@{name}")
    assert code == 2
    assert all(each in words for each in told), words


def test_a_file_above_is_found_and_named_in_full(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    below = project / "a" / "b"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    assert said("fmt", "@best")[0] == 0
    assert f"{project / 'pql.toml'}:9:29" in said("explain", "@escaped")[2]


def test_the_mark_in_front_of_a_file_is_no_part_of_it(project: Path) -> None:
    (project / "pql.toml").write_text("\ufeff" + TOML, encoding="utf-8")
    assert "at most 3 shown" in said("explain", "@best")[1]
    assert "pql.toml:9:29" in said("explain", "@escaped")[2]


def test_without_a_file_that_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert "no pql.toml" in said("explain", "@best")[2]
    assert said("queries")[0] == 1


def test_queries_are_listed(project: Path) -> None:
    code, out, _ = said("queries")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()] == ["name", "@best", "@escaped", "@odd"]
    first = json.loads(said("queries", "--format", "json")[1])[0]
    assert first == {
        "name": "best",
        "query": "metrics.loss:<0.01, tags:demo",
        "sort": "metrics.loss",
        "limit": "3",
        "description": "what to beat",
    }


def test_check_reads_them_in_a_folder(project: Path) -> None:
    code, out, _ = said("check", "--format", "concise")
    assert code == 1
    assert [line.split(" ")[:2] for line in out.splitlines()] == [
        ["pql.toml:9:29:", "PQL201"],
        ["pql.toml:14:3:", "PQL201"],
        ["pql.toml:16:9:", "PQL204"],
    ]


def test_a_fix_never_breaks_the_file(project: Path) -> None:
    """Quotes that a fix adds would end the text of the file early."""
    text = (
        '[queries.a]\nquery = "name:a b c AND (status:failed)"\n[queries.b]\nquery = "name:= x, name:x y/z"\n'
    )
    (project / "pql.toml").write_text(text)
    assert said("check", "pql.toml", "--fix")[0] in (0, 1)
    assert len(read_saved(Source("pql.toml", (project / "pql.toml").read_text()))) == 2


def test_pyproject_has_them_below_tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").write_text('[tool.pql.queries.mine]\nquery = "kindd:job"\n')
    assert "pyproject.toml:2:10" in said("explain", "@mine")[2]


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ('[queries.a]\nquery = "x:1"\nlimit = «"3"»\n', "PQL401", "3:9"),
        ('[queries.a]\nquery = "x:1"\nlimit = «0»\n', "PQL401", "3:9"),
        ('[queries.a]\nqeury = «"x:1"»\n', "PQL605", "2:9"),
        ("[queries.a]\nsort = «3» # and more\n", "PQL603", "2:8"),
        ('[queries.a]\nentity = «"run"»\n', "PQL603", "2:10"),
        ('[queries]\na = «"x:1"»\n', "PQL603", "2:5"),
        ("queries = «3»\n", "PQL603", "1:11"),
        ('[queries]\na = {query = "x:1", limit = «0» , sort="y"}\n', "PQL401", "2:29"),
        ('[queries]\na = {columns = [«"x}"», {b = 1}], query = "x"}\n', "PQL603", "2:16"),
        ('queries = {a = {query = "x:1", srt = «"}"»}}\n', "PQL605", "1:38"),
        ('[queries]\na.query = "x"\na.limit = «-1»\n', "PQL401", "3:11"),
        ("[queries.a«\n»", "PQL633", "1:11"),
        ('[queries.a]\nquery = «"x»\n', "PQL633", "2:11"),
    ],
)
def test_what_cannot_be_used_is_a_finding_at_its_place(
    text: str, code: str, place: str, project: Path
) -> None:
    plain = text.replace("«", "").replace("»", "")
    with pytest.raises(PqlError) as caught:
        read_saved(Source("pql.toml", plain))
    assert caught.value.diagnostic.code == code
    if code != "PQL633" and "[«" not in text:  # those point at one character, and at the whole list
        start = text.index("«")
        assert caught.value.diagnostic.span == Span(start, text.index("»") - 1)
    (project / "pql.toml").write_text(plain)
    code_of_check, found, errors = said("check", "--format", "concise")
    assert (code_of_check, errors) == (1, "")
    assert f"pql.toml:{place}: {code}" in found
    used, _, words = said("explain", "@a")
    assert used == 2
    assert f"pql.toml:{place}" in words
    assert "^" in words


def test_every_fault_of_a_file_is_told(project: Path) -> None:
    (project / "pql.toml").write_text(
        '[queries]\na = {query = "kindd:job"}\nb = {limit = 0, srt = "x"}\nc = 1\n'
    )
    found = said("check", "--format", "concise")[1].splitlines()
    assert [line.split()[:2] for line in found] == [
        ["pql.toml:2:15:", "PQL201"],
        ["pql.toml:3:14:", "PQL401"],
        ["pql.toml:3:23:", "PQL605"],
        ["pql.toml:4:5:", "PQL603"],
    ]


def test_settings_that_are_no_toml_stop_a_check_that_does_not_look_at_them(project: Path) -> None:
    (project / "pql.toml").write_text("[check\n")
    (project / "x.pql").write_text("status:failed\n")
    code, out, words = said("check", "x.pql")
    assert (code, out) == (2, "")
    assert "error[PQL633]" in words
    assert said("check")[0] == 1


def test_a_name_is_kept_as_it_is_where_no_query_stands(project: Path) -> None:
    assert said("explain", "name:@best")[0] == 0


@pytest.mark.parametrize(
    "line",
    ["stats @a", "why x @a", "diff @a", "plot @a", "compare @a", "tensorboard @a"],
)
def test_a_query_of_artifacts_is_not_held_against_runs(project: Path, line: str) -> None:
    (project / "pql.toml").write_text('\n[queries.a]\nquery = "name:x"\nentity = "artifacts"\n')
    code, out, words = said(*line.split())
    assert (code, out) == (2, "")
    assert words == (
        "error: pql.toml:2: the saved query 'a' asks for artifacts, and "
        f"`pql {line.split()[0]}` takes runs alone; search, explain and batch take artifacts\n"
    )


def test_commands_with_entities_take_one_of_artifacts(project: Path) -> None:
    (project / "pql.toml").write_text('[queries.a]\nquery = "name:x"\nentity = "artifacts"\n')
    assert said("explain", "@a")[0] == said("fmt", "@a")[0] == 0
    (project / "pql.toml").write_text('[queries.a]\nquery = "name:x"\nentity = "runs"\n')
    assert "takes runs alone" not in said("stats", "@a")[2]


def test_check_takes_one_at_its_place_in_the_file(project: Path) -> None:
    assert said("check", "-q", "@best")[0] == 0
    code, out, _ = said("check", "-q", "@escaped", "--format", "concise")
    assert (code, [line.split(" ")[:2] for line in out.splitlines()]) == (1, [["pql.toml:9:29:", "PQL201"]])
    both = said("check", "-q", "@odd name", "-q", "statuss:x", "-q", "@escaped", "--format", "concise")[1]
    assert [line.split(" ")[:2] for line in both.splitlines()] == [
        ["query", "2:1:1:"],
        ["pql.toml:9:29:", "PQL201"],
        ["pql.toml:14:3:", "PQL201"],
        ["pql.toml:16:9:", "PQL204"],
    ]
    assert "did you mean `best`" in said("check", "-q", "@bset")[2]
    whole_file = said("check", "pql.toml", "-q", "@best", "--format", "concise")
    assert len(whole_file[1].splitlines()) == 3


def test_check_of_one_shows_no_changes_of_the_whole_file(project: Path) -> None:
    code, out, words = said("check", "-q", "@best", "--diff")
    assert (code, out) == (2, "")
    assert "name the file" in words
