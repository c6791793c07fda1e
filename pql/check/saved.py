"""Saved queries of a project: `[queries.NAME]` of pql.toml, `[tool.pql.queries.NAME]` of pyproject.toml.

[queries.best]
query = "metrics.loss:<0.01, status:succeeded"
sort = "metrics.loss"
limit = 10
columns = "name,inputs.lr,metrics.loss"
description = "what to beat"
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pql.check.config import ConfigError
from pql.check.pqlfile import Block
from pql.diagnostics.span import Span
from pql.diagnostics.suggest import suggestion
from pql.joins.source import Piece, Placed, Source

__all__ = ["SETTINGS", "SETTINGS_FILES", "SavedQuery", "find_saved", "read_saved"]

SETTINGS_FILES = ("pql.toml", "pyproject.toml")
SETTINGS = ("query", "sort", "limit", "columns", "entity", "description")
_HEADER = re.compile(r"[ \t]*(\[[^\[].*?\])[ \t]*(?:#.*)?$", re.MULTILINE)
_KEY = re.compile(r"[ \t]*([\w.\"' \t-]+?)[ \t]*=[ \t]*", re.ASCII)
_TEXT = re.compile(
    r'"""\r?\n?(?P<a>(?:\\.|[^\\])*?)"""|\'\'\'\r?\n?(?P<b>.*?)\'\'\'|"(?P<c>(?:\\.|[^"\\\n])*)"|\'(?P<d>[^\'\n]*)\'',
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|[ \t]*\r?\n\s*|.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class SavedQuery:
    """One saved query: `block` has the query, its sort and its limit, with their places in the file."""

    block: Block
    columns: str | None = None
    entity: str | None = None
    description: str = ""


def find_saved(folder: Path) -> tuple[Path | None, tuple[SavedQuery, ...]]:
    """The saved queries nearest to a folder, upwards, and their file. Raises ConfigError."""
    for each in (folder, *folder.parents):
        for name in SETTINGS_FILES:
            path = each / name
            if path.is_file():
                try:
                    text = path.read_bytes().decode("utf-8")
                except (OSError, UnicodeDecodeError) as error:
                    raise ConfigError(f"{path}: {error}") from None
                found = read_saved(Source(name if each == folder else str(path), text))
                if found or name == "pql.toml":
                    return path, found
    return None, ()


def read_saved(source: Source) -> tuple[SavedQuery, ...]:
    """The saved queries of a file in order. Raises ConfigError, which names file, line and column."""
    try:
        data = tomllib.loads(source.text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{source.name}: {error}") from None
    base: tuple[str, ...] = ("queries",)
    if Path(source.name).name == "pyproject.toml":
        data, base = data.get("tool", {}).get("pql", {}), ("tool", "pql", "queries")
    tables = data.get("queries", {})
    places = dict(_places(source.text))
    if not isinstance(tables, dict):
        raise _fault(source, places.get(base), "`queries` must be a table of tables")
    return tuple(_saved(source, name, table, base, places) for name, table in tables.items())


def _saved(
    source: Source, name: str, table: Any, base: tuple[str, ...], places: Mapping[tuple[str, ...], Span]
) -> SavedQuery:
    own = (*base, name)
    header = places.get(own) or next((span for path, span in places.items() if path[:-1] == own), Span(0, 0))
    if not isinstance(table, dict):
        raise _fault(source, header, f'`{name}` must be a table: [queries.{name}], and below it query = "…"')
    for key, value in table.items():
        where = places.get((*own, key), header)
        if key not in SETTINGS:
            hint = suggestion(key, SETTINGS) or f"there are: {', '.join(SETTINGS)}"
            raise _fault(source, where, f"unknown setting `{key}` of the query `{name}`; {hint}")
        if key == "limit":
            if not isinstance(value, int) or isinstance(value, bool) or value < 1:
                raise _fault(
                    source, where, f"`limit` of the query `{name}` takes a whole number of at least 1"
                )
        elif not isinstance(value, str):
            raise _fault(source, where, f"`{key}` of the query `{name}` takes a text")

    def placed(key: str) -> Placed | None:
        if key not in table:
            return None
        return _placed(source, str(table[key]), places.get((*own, key), header))

    query = placed("query") or Placed("", source, header)
    block = Block(name, header, header.start, query, placed("sort"), placed("limit"))
    return SavedQuery(block, table.get("columns"), table.get("entity"), table.get("description", ""))


def _fault(source: Source, span: Span | None, words: str) -> ConfigError:
    start = 0 if span is None else span.start
    line = source.text.count("\n", 0, start) + 1
    column = start - source.text.rfind("\n", 0, start)
    return ConfigError(f"{source.name}:{line}:{column}: {words}")


def _places(text: str) -> Iterator[tuple[tuple[str, ...], Span]]:
    """Where the tables and the values of a TOML text stand, by their paths."""
    table: tuple[str, ...] = ()
    at = 0
    while at < len(text):
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        header = _HEADER.match(text, at)
        key = None if header else _KEY.match(text, at)
        if header is not None:
            table = _path(header[1])
            yield table, Span(*header.span(1))
        elif key is not None:
            literal = _TEXT.match(text, key.end())
            stop = (
                literal.end()
                if literal
                else key.end() + len(text[key.end() : end].partition("#")[0].rstrip())
            )
            yield (*table, *_path(f"{key[1]} = 0")), Span(key.end(), stop)
            if literal is not None:
                end = text.find("\n", stop)
                end = len(text) if end < 0 else end
        at = end + 1


def _path(line: str) -> tuple[str, ...]:
    """The path that a header or a key spells; TOML's own reader knows its quotes."""
    try:
        found: Any = tomllib.loads(line)
    except tomllib.TOMLDecodeError:
        return ()
    path: list[str] = []
    while isinstance(found, dict) and found:
        ((name, found),) = found.items()
        path.append(name)
    return tuple(path)


def _placed(source: Source, value: str, span: Span) -> Placed:
    """A value of the file. Of a text with escapes, each piece between them stands where it is written."""
    literal = _TEXT.fullmatch(source.text, span.start, span.end)
    if literal is None or literal.lastgroup is None:
        exact = source.text[span.start : span.end] == value
        return Placed(value, source, span, (Piece(0, len(value), span, True),) if exact and value else ())
    start, stop = literal.span(literal.lastgroup)
    raw = source.text[start:stop]
    marks = list(_ESCAPE.finditer(raw)) if literal.lastgroup in "ac" else []
    pieces: list[Piece] = []
    at = done = 0
    for begin, end in [*(each.span() for each in marks), (len(raw), len(raw))]:
        plain = begin - at
        if plain:
            pieces.append(Piece(done, done + plain, Span(start + at, start + begin), True))
            done += plain
        if end > begin:
            length = len(tomllib.loads(f'x = """{raw[begin:end]}"""')["x"])
            if length:
                pieces.append(Piece(done, done + length, Span(start + begin, start + end), False))
            done += length
        at = end
    return Placed(value, source, Span(start, stop), tuple(pieces) if done == len(value) else ())
