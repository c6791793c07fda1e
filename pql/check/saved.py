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

from pql.catalog.fields import Entity
from pql.check.config import ConfigError
from pql.check.pqlfile import Block
from pql.diagnostics.diagnostic import PqlError
from pql.diagnostics.span import Span
from pql.diagnostics.suggest import suggestion
from pql.joins.source import Piece, Placed, Source

__all__ = [
    "SETTINGS",
    "SETTINGS_FILES",
    "SavedQuery",
    "find_saved",
    "read_all_saved",
    "read_saved",
    "toml_fault",
]

SETTINGS_FILES = ("pql.toml", "pyproject.toml")
SETTINGS = ("query", "sort", "limit", "columns", "entity", "description")
_HEADER = re.compile(r"[ \t]*(\[[^\[].*?\])[ \t]*(?:#.*)?$", re.MULTILINE)
_KEY = re.compile(r"[ \t]*([\w.\"' \t-]+?)[ \t]*=[ \t]*", re.ASCII)
_TEXT = re.compile(
    r'"""\r?\n?(?P<a>(?:\\.|[^\\])*?)"""|\'\'\'\r?\n?(?P<b>.*?)\'\'\'|"(?P<c>(?:\\.|[^"\\\n])*)"|\'(?P<d>[^\'\n]*)\'',
    re.DOTALL,
)
_END = re.compile(r"[,}\]\n#]")
_AT = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)\Z")
_ESCAPE = re.compile(r"\\(?:u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|[ \t]*\r?\n\s*|.)", re.DOTALL)

ENTITIES = tuple(each.value for each in (Entity.RUN, Entity.ARTIFACT, Entity.POINT))

_Place = tuple[tuple[str, ...], Span]
_Places = Mapping[tuple[str, ...], Span]


@dataclass(frozen=True, slots=True)
class SavedQuery:
    """One saved query: `block` has the query, its sort and its limit, with their places in the file."""

    block: Block
    columns: str | None = None
    entity: str | None = None
    description: str = ""


def find_saved(folder: Path) -> tuple[Path | None, tuple[SavedQuery, ...]]:
    """The saved queries nearest to a folder, upwards, and their file.

    Raises ConfigError for a file that can't be read, PqlError for a fault in it.
    """
    for each in (folder, *folder.parents):
        for name in SETTINGS_FILES:
            path = each / name
            if path.is_file():
                try:
                    text = path.read_bytes().decode("utf-8-sig")
                except (OSError, UnicodeDecodeError) as error:
                    raise ConfigError(f"{path}: {error}") from None
                found = read_saved(Source(name if each == folder else str(path), text))
                if found or name == "pql.toml":
                    return path, found
    return None, ()


def read_saved(source: Source) -> tuple[SavedQuery, ...]:
    """The saved queries of a file in order. Raises PqlError, a fault at its place in the file."""
    found, faults = read_all_saved(source)
    if faults:
        raise faults[0]
    return found


def read_all_saved(source: Source) -> tuple[tuple[SavedQuery, ...], tuple[PqlError, ...]]:
    """The saved queries of a file that can be used, and every fault of the others."""
    try:
        data: dict[str, Any] = tomllib.loads(source.text)
    except tomllib.TOMLDecodeError as error:
        return (), (toml_fault(source, error),)
    base: tuple[str, ...] = ("queries",)
    if Path(source.name).name == "pyproject.toml":
        tool = data.get("tool", {})
        pql = tool.get("pql", {}) if isinstance(tool, dict) else {}
        data, base = pql if isinstance(pql, dict) else {}, ("tool", "pql", "queries")
    tables = data.get("queries", {})
    places = dict(_places(source.text))
    faults: list[PqlError] = []
    if not isinstance(tables, dict):
        faults.append(_wrong(source, places.get(base), "queries", "a table of tables", tables))
        return (), tuple(faults)
    found: list[SavedQuery] = []
    for name, table in tables.items():
        own = _faults(source, name, table, base, places)
        faults += own
        if not own:
            found.append(_saved(source, name, table, base, places))
    return tuple(found), tuple(faults)


def toml_fault(source: Source, error: tomllib.TOMLDecodeError) -> PqlError:
    """What TOML's own reader says, at the place that it names."""
    said = _AT.search(str(error))
    reason = str(error)[: said.start()] if said is not None else str(error)
    offset = len(source.text.rstrip())
    if said is not None and said[1] is not None:
        lines = source.text.split("\n")
        offset = sum(len(each) + 1 for each in lines[: int(said[1]) - 1]) + int(said[2]) - 1
    offset = min(offset, len(source.text))
    return source.error("PQL633", Span(offset, min(offset + 1, len(source.text))), reason=reason)


def _faults(source: Source, name: str, table: Any, base: tuple[str, ...], places: _Places) -> list[PqlError]:
    """What is wrong with a saved query, each at its place."""
    own = (*base, name)
    header = _header(own, places)
    if not isinstance(table, dict):
        hint = f'[queries.{name}], and below it query = "…"'
        return [_wrong(source, header, name, "a table", table, hint)]
    faults: list[PqlError] = []
    for key, value in table.items():
        where = places.get((*own, key), header)
        if key not in SETTINGS:
            hint = suggestion(key, SETTINGS) or f"there are: {', '.join(SETTINGS)}"
            faults.append(source.error("PQL605", where, hint, where="a saved query", key=key))
        elif key == "limit":
            if not isinstance(value, int) or isinstance(value, bool) or value < 1:
                faults.append(source.error("PQL401", where, value=f"`{value!r}`"[:40]))
        elif not isinstance(value, str):
            faults.append(_wrong(source, where, key, "a text", value))
        elif key == "entity" and value not in ENTITIES:
            hint = suggestion(value, ENTITIES) or ""
            faults.append(_wrong(source, where, key, f"one of {', '.join(ENTITIES)}", value, hint))
    return faults


def _wrong(
    source: Source, where: Span | None, field: str, takes: str, value: Any, hint: str = ""
) -> PqlError:
    shown = "a table" if isinstance(value, dict) else f"`{value}`"[:40]
    return source.error("PQL603", where or Span(0, 0), hint, field=field, takes=takes, found=shown)


def _header(own: tuple[str, ...], places: _Places) -> Span:
    """Where a saved query begins: its header, or the first of its settings."""
    return places.get(own) or next((span for path, span in places.items() if path[:-1] == own), Span(0, 0))


def _saved(
    source: Source, name: str, table: dict[str, Any], base: tuple[str, ...], places: _Places
) -> SavedQuery:
    own = (*base, name)
    header = _header(own, places)

    def placed(key: str) -> Placed | None:
        if key not in table:
            return None
        return _placed(source, str(table[key]), places.get((*own, key), header))

    query = placed("query") or Placed("", source, header)
    block = Block(name, header, header.start, query, placed("sort"), placed("limit"))
    return SavedQuery(block, table.get("columns"), table.get("entity"), table.get("description", ""))


def _places(text: str) -> Iterator[_Place]:
    """Where the tables and the values of a TOML text stand, by their paths."""
    table: tuple[str, ...] = ()
    at = 0
    while at < len(text):
        header = _HEADER.match(text, at)
        key = None if header else _KEY.match(text, at)
        if header is not None:
            table = _path(header[1])
            yield table, Span(*header.span(1))
        elif key is not None:
            at, found = _value(text, (*table, *_path(f"{key[1]} = 0")), key.end())
            yield from found
        end = text.find("\n", at)
        at = len(text) if end < 0 else end + 1


def _value(text: str, path: tuple[str, ...], start: int) -> tuple[int, list[_Place]]:
    """The offset behind a value, its place, and those of the values in a table on one line."""
    literal = _TEXT.match(text, start)
    opening = text[start : start + 1]
    if literal is not None:
        return literal.end(), [(path, Span(start, literal.end()))]
    if opening not in ("{", "["):
        stop = _END.search(text, start)
        end = start + len(text[start : stop.start() if stop else len(text)].rstrip())
        return end, [(path, Span(start, end))]
    inside: list[_Place] = []
    at = start + 1
    while at < len(text) and text[at] not in "}]":
        key = _KEY.match(text, at) if opening == "{" else None
        if key is not None:
            at, found = _value(text, (*path, *_path(f"{key[1]} = 0")), key.end())
            inside += found
        elif text[at] == "#":
            at = text.find("\n", at) if "\n" in text[at:] else len(text)
        elif text[at] in " \t\r\n,":
            at += 1
        else:
            at = max(at + 1, _value(text, (), at)[0])
    end = min(at + 1, len(text))
    return end, [(path, Span(start, end)), *inside]


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
