"""Hostile texts as arguments, in files that a user gives, and in what is made of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from injection_store import UUIDS, steady
from injection_strings import HOSTILE, IN_ARGUMENTS, some
from injection_surfaces import annotations, json_lines, terminal, xml_texts
from said import called

from pql.check.output import FORMATS
from pql.syntax.ast import Condition, Equals, FieldPath, Literal
from pql.syntax.format import format_query

CODES = {0, 1, 2, 3, 74}
"""Found, not found, wrong usage, no index, not writable: nothing internal."""

PLACES = {
    "query": ("search", "TEXT"),
    "value": ("search", "name:TEXT"),
    "key": ("search", "inputs.TEXT:1"),
    "sort": ("search", "--sort=TEXT"),
    "columns": ("search", "--columns=TEXT"),
    "format": ("search", "--format=TEXT"),
    "limit": ("search", "--limit=TEXT"),
    "page": ("search", "--page=TEXT"),
    "as of": ("search", "--as-of=TEXT"),
    "option": ("search", "--TEXT"),
    "run": ("show", "TEXT"),
    "artifact": ("lineage", "TEXT"),
    "pattern": ("keys", "TEXT"),
    "group": ("stats", "--by=TEXT"),
    "axis": ("plot", "--x=TEXT"),
    "command": ("TEXT",),
}


@pytest.mark.parametrize("place", PLACES)
def test_an_argument_is_answered_or_refused_in_plain_lines(place: str, index: Path) -> None:
    for text in some(IN_ARGUMENTS, place).values():
        arguments = [each.replace("TEXT", text) for each in PLACES[place]]
        if arguments[0].startswith("-") or place in ("run", "artifact", "pattern", "query"):
            arguments = [*PLACES[place][:-1], "--index", str(index), "--", arguments[-1]]
        elif place != "command":
            arguments += ["--index", str(index)]
        said = called(*arguments)
        assert said.code in CODES, (text, said)
        assert steady(said.out), text
        assert steady(said.err), text
        assert len(said.err) < 20_000


def test_a_literal_finds_the_run_that_has_it_and_no_other(index: Path) -> None:
    conditions = {
        name: Condition(FieldPath("name"), Equals(Literal(text, quoted=True)))
        for name, text in HOSTILE.items()
        if "\ud800" not in text
    }
    requests = [{"id": name, "query": format_query(each), "limit": 5} for name, each in conditions.items()]
    said = called("batch", "--index", str(index), stdin="\n".join(json.dumps(each) for each in requests))
    assert [each["id"] for each in json_lines(said.out)] == list(conditions)
    for each in json_lines(said.out):
        assert each["uuids"] == [UUIDS[each["id"]]]


def test_queries_are_shown_so_that_they_steer_nothing() -> None:
    for arguments in (("fmt",), *(("explain", "--emit", each) for each in ("text", "ast", "plan", "sql"))):
        for text in some(IN_ARGUMENTS, arguments[-1]).values():
            query = format_query(Condition(FieldPath("name"), Equals(Literal(text, quoted=True))))
            said = called(*arguments, "--", query)
            assert said.code == 0, said
            assert said.out == query + "\n" if arguments == ("fmt",) else steady(said.out)


def operation(text: str) -> str:
    """An operation file that has the text as a name, in a query, in params, and as a key."""
    hub = {"version": 1.1, "kind": "operation", "name": text, "hubRef": "x"}
    joins = [{"query": f"stauts:{text}", "params": {"p": {"value": f"inputs.{text}", "contextOnly": True}}}]
    return yaml.safe_dump({**hub, "joins": joins, "params": {text: {"value": text}}}, allow_unicode=False)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Operation files with hostile contents and names."""
    folder = tmp_path_factory.mktemp("project")
    for place, text in enumerate(HOSTILE.values()):
        name = text.replace("/", "_").replace("\0", "").encode("utf-8", "replace").decode()[:60]
        (folder / f"{name}{place}.yaml").write_text(operation(text), encoding="utf-8")
    return folder


@pytest.mark.parametrize("form", FORMATS)
def test_findings_about_hostile_files(form: str, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    said = called("check", ".", "--format", form)
    assert said.code in (1, 2)
    assert steady(said.err)
    match form:
        case "junit":
            assert len(xml_texts(said.out)) > len(HOSTILE)
        case "github":
            annotations(said.out)
        case "json" | "sarif":
            assert steady(said.out)
            assert json.loads(said.out)
        case _:
            terminal(said.out.replace("error[", " error[").replace("\nerror: none", "\n?"))


def test_a_resolution_holds_hostile_values_as_they_are(index: Path, tmp_path: Path) -> None:
    file = tmp_path / "op.yaml"
    params = {"names": {"value": "globals.name", "contextOnly": True}, "ks": {"value": "inputs.k"}}
    joins = [{"query": "tags:all", "sort": "uuid", "params": params}]
    inputs = [{"name": each, "type": "str", "isList": True} for each in params]
    component = {"kind": "component", "inputs": inputs, "run": {"kind": "job", "container": {"image": "x"}}}
    file.write_text(yaml.safe_dump({"kind": "operation", "joins": joins, "component": component}))
    found = []
    for form in ("yaml", "json"):
        said = called("resolve", str(file), "--format", form, "--index", str(index))
        assert said.code == 0, said.err
        assert steady(said.out)
        resolved = yaml.safe_load(said.out) if form == "yaml" else json.loads(said.out)
        found.append(resolved["params"]["names"]["value"])
    wanted = [HOSTILE[name] for name, uuid in sorted(UUIDS.items(), key=lambda each: each[1])]
    for one in found:
        for got, text in zip(one, wanted, strict=True):
            assert got == text or "\ud800" in text


def test_saved_queries_with_hostile_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = []
    for text in IN_ARGUMENTS.values():
        query = format_query(Condition(FieldPath("name"), Equals(Literal(text, quoted=True))))
        lines.append(f"[queries.{json.dumps(text).replace(chr(0x7F), chr(92) + 'u007f')}]\n")
        lines.append(f"query = {json.dumps(query).replace(chr(0x7F), chr(92) + 'u007f')}\n")
        lines.append(f"about = {json.dumps(text).replace(chr(0x7F), chr(92) + 'u007f')}\n")
    (tmp_path / "pql.toml").write_text("".join(lines))
    monkeypatch.chdir(tmp_path)
    for form in ("text", "json"):
        said = called("queries", "--format", form)
        assert said.code in (0, 2), said
        assert steady(said.out)
        assert steady(said.err)
