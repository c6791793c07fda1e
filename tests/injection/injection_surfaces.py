"""The table of surfaces: which command writes what texts where, and what must hold of what it wrote.

A form is held against a reader of that form that is not ours: the csv, json, html.parser, ElementTree and
yaml modules, and for graphs a grammar of their lines.
"""

from __future__ import annotations

import csv
import io
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import yaml
from injection_store import steady

__all__ = [
    "OF_INDEX",
    "OF_RUN",
    "annotations",
    "csv_rows",
    "html_tags",
    "json_lines",
    "strict_json",
    "terminal",
    "xml_texts",
]

Check = Callable[[str], object]


def terminal(text: str) -> None:
    """Nothing steers the terminal, and no line is one that the text of a run made."""
    assert steady(text)
    for line in text.split("\n"):
        assert not line.startswith(("error[", "error: none"))


def _refused(name: str) -> Any:
    raise AssertionError(f"{name} is no JSON")


def strict_json(text: str) -> Any:
    """JSON as every reader takes it, with nothing that steers a terminal."""
    assert steady(text)
    return json.loads(text, parse_constant=_refused)


def json_lines(text: str) -> list[Any]:
    """As `strict_json`, a value a line."""
    return [strict_json(line) for line in text.splitlines()]


def csv_rows(text: str) -> list[list[str]]:
    """Rows of equal length; no text among them is a formula, to any spreadsheet."""
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert len({len(row) for row in rows}) == 1
    for cell in (cell for row in rows for cell in row):
        number = re.fullmatch(r"-?[\d.]+(e[-+]?\d+)?", cell)
        assert number or not cell.startswith(tuple("=+-@\t\r\n＝＋－＠")), cell
    return rows


def _markdown(text: str) -> None:
    """Every row has as many cells as the head, and no character of Markdown or HTML is bare in it."""
    assert steady(text)
    rows = text.splitlines()
    bars = len(re.findall(r"(?<!\\)(?:\\\\)*\|", rows[0]))
    for row in [rows[0], *rows[2:]]:
        bare = re.sub(r"\\[\\|`*_\[\]~$]", "", row)
        assert bare.count("|") == bars, row
        assert not re.search(r"[`*\[\]~$<\\]", bare), row


_DOT_TEXT = r'"(?:[^"\\]|\\["\\])*"'
_DOT_LINE = re.compile(
    rf"digraph lineage {{|  rankdir=LR;|  node \[shape=box\];|}}|"
    rf'  "\w{{32}}"(?: -> "\w{{32}}")? \[label={_DOT_TEXT}(?:, (?:style=dashed|penwidth=2|color=red))*\];'
)


def _dot(text: str) -> None:
    terminal(text)
    for line in text.splitlines():
        assert _DOT_LINE.fullmatch(line), line


_SAFE = r'"(?:[^\W]|[ .\-/=()]|#\d+;)*"'
_MERMAID_LINE = re.compile(rf"flowchart LR|  n\d+\[{_SAFE}\]|  n\d+ (?:-->|-\.->)\|{_SAFE}\| n\d+")


def _mermaid(text: str) -> None:
    terminal(text)
    for line in text.splitlines():
        assert _MERMAID_LINE.fullmatch(line), line


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, tuple[str, ...]]] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, tuple(name for name, _ in attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def handle_comment(self, data: str) -> None:
        self.found.append(("!--", ()))

    def handle_pi(self, data: str) -> None:
        self.found.append(("?", ()))

    def unknown_decl(self, data: str) -> None:
        self.found.append(("!", ()))


def html_tags(text: str) -> tuple[set[tuple[str, tuple[str, ...]]], list[str]]:
    """The tags with the names of their attributes, and the texts between them."""
    reader = _Tags()
    reader.feed(text)
    reader.close()
    return set(reader.found), reader.texts


def xml_texts(text: str) -> list[str]:
    """The texts and attributes of a document that declares no entity of its own."""
    assert "<!" not in text
    return [
        each
        for element in ET.fromstring(text).iter()
        for each in (element.text or "", *element.attrib.values())
    ]


_ANNOTATION = re.compile(r"::(?:error|warning|notice) [^:\r\n]*::[^\r\n]*")


def annotations(text: str) -> None:
    """A command a line, each of a known kind."""
    for line in text.split("\n")[:-1]:
        assert _ANNOTATION.fullmatch(line), line


def _yaml(text: str) -> None:
    assert steady(text)
    yaml.safe_load(text)


_COLUMNS = ("--columns", "name,inputs.k,project,user,tags,inputs.*")
_ARTIFACTS = ("search", "--entity", "artifacts", "--all")

OF_INDEX: dict[str, tuple[tuple[str, ...], Check]] = {
    "search, table": (("search", "--all", *_COLUMNS), terminal),
    "search, wide": (("search", "--all", *_COLUMNS, "-f", "wide"), terminal),
    "search, markdown": (("search", "--all", *_COLUMNS, "-f", "markdown"), _markdown),
    "search, csv": (("search", "--all", *_COLUMNS, "-f", "csv"), csv_rows),
    "search, json": (("search", "--all", "-f", "json"), strict_json),
    "search, jsonl": (("search", "--all", "-f", "jsonl"), json_lines),
    "artifacts, table": (_ARTIFACTS, terminal),
    "artifacts, markdown": ((*_ARTIFACTS, "-f", "markdown"), _markdown),
    "artifacts, csv": ((*_ARTIFACTS, "-f", "csv"), csv_rows),
    "artifacts, jsonl": ((*_ARTIFACTS, "-f", "jsonl"), json_lines),
    "keys": (("keys",), terminal),
    "keys, json": (("keys", "-f", "json"), json_lines),
    "stats": (("stats", "--by", "project"), terminal),
    "stats, csv": (("stats", "--by", "project", "-f", "csv"), csv_rows),
    "stats, markdown": (("stats", "--by", "inputs.k", "-f", "markdown"), _markdown),
    "stats, json": (("stats", "--by", "name", "-f", "json"), strict_json),
    "plot": (("plot", "--x", "inputs.k", "--y", "metrics.loss", "--color", "project"), terminal),
    "diff": (("diff", "tags:all", "--from", "0", "--to", "0"), terminal),
    "verify": (("index", "verify"), terminal),
    "size": (("index", "stats"), terminal),
}
"""What is called on the whole index, and how its output is read."""

OF_RUN: dict[str, tuple[tuple[str, ...], Check]] = {
    "show": (("show", "RUN"), terminal),
    "show, json": (("show", "RUN", "-f", "json"), strict_json),
    "lineage": (("lineage", "RUN", "--up", "2", "--down", "2"), terminal),
    "lineage, dot": (("lineage", "RUN", "--up", "2", "--down", "2", "-f", "dot"), _dot),
    "lineage, mermaid": (("lineage", "RUN", "--up", "2", "--down", "2", "-f", "mermaid"), _mermaid),
    "lineage, json": (("lineage", "RUN", "--up", "2", "--down", "2", "-f", "json"), strict_json),
    "lineage, openlineage": (("lineage", "RUN", "--up", "2", "--down", "2", "-f", "openlineage"), json_lines),
    "compare": (("compare", "RUN", "OTHER"), terminal),
    "why": (("why", "RUN", "name:x, inputs.k:y, tags:z"), terminal),
    "why, json": (("why", "RUN", "name:x, project:y", "-f", "json"), strict_json),
}
"""What is called on one run; RUN and OTHER stand for uuids."""
