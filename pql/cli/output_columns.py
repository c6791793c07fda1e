"""Which columns a result is shown with: those that matter, or those that were asked for."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import Any

from lineage_index.index.index import Index
from lineage_index.index.result import SearchResult
from pql.binder.bound import (
    BoundAnd,
    BoundCondition,
    BoundNot,
    BoundOr,
    BoundQuery,
    ColumnValue,
    ElementId,
    HistoryValue,
    KeyValue,
    SectionValue,
    Value,
)
from pql.catalog.fields import Entity, Section, find_field
from pql.cli.exits import Exit, fail, warn
from pql.cli.output_cells import age, is_numeric, plain
from pql.cli.table import TextColumn
from pql.diagnostics.diagnostic import PqlError
from pql.plan.forms import field_name

__all__ = ["ShownColumn", "asked_columns", "default_columns", "part_columns", "spoken_values", "wide_columns"]

_SECTIONS = {"inputs": "inputs", "outputs": "outputs", "metrics": "outputs", "meta_info": "meta_info"}
_MOMENTS = ("created_at", "updated_at")
_TOKEN = re.compile(r'(?:"(?:\\.|[^"\\])*"|\([^()]*\)|[^,"])+')
_WILD = re.compile(r"(\w+)\.(.*\*.*)\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class ShownColumn:
    """A column of a result: its name, and its values.

    `heading` and `short`, if given, are what a table for the eye has instead.
    """

    name: str
    cells: list[Any]
    heading: str = ""
    short: Callable[[Any], str] | None = None

    def text(self, *, whole: bool = False) -> TextColumn:
        """For a table; `whole` has the values instead of their short forms."""
        if whole or self.short is None:
            return self.name, [plain(cell) for cell in self.cells], is_numeric(self.cells)
        return self.heading or self.name, [self.short(cell) for cell in self.cells], self.heading == "age"


def default_columns(result: SearchResult, bound: BoundQuery) -> list[ShownColumn]:
    """What tells runs apart, then what the query and its sort speak of."""
    spoken = spoken_values(bound)
    more = [each.field.column for each in spoken if isinstance(each, ColumnValue) and each.field.column]
    fields = result.fields("name", "status", *_MOMENTS, *more)  # at once: each reading looks into a file
    columns = [
        ShownColumn("name", fields["name"]),
        ShownColumn("uuid", list(result.uuids), short=lambda uuid: str(uuid)[:8]),
        ShownColumn("status", fields["status"]),
        _age_column(result),
    ]
    for value in spoken:
        column = _column(result, value)
        if column is not None and all(column.name != each.name for each in columns):
            columns.append(column)
    return columns


def wide_columns(index: Index, result: SearchResult, bound: BoundQuery) -> list[ShownColumn]:
    """The columns that matter, then every other one in which the page has something to say."""
    columns = default_columns(result, bound)
    more = [ShownColumn(name, cells) for name, cells in result.fields("duration", "tags").items()]
    more += _wild(index, result, "inputs.*") + _wild(index, result, "metrics.*")
    names = {each.name for each in columns}
    return columns + [
        each for each in more if each.name not in names and any(cell not in (None, []) for cell in each.cells)
    ]


def part_columns(result: SearchResult, asked: str | None) -> list[ShownColumn]:
    """Of artifacts and points: the run's uuid, and what they are."""
    names = ["run", *(name for name in (result.rows[0] if len(result) else ()) if name != "run")]
    wanted = names if asked is None else split_names(asked)
    for name in wanted:
        if name not in names and len(result):
            fail(f"error: --columns: there is no column {name!r}; there are: {', '.join(names)}", Exit.USAGE)
    rows = result.rows
    return [
        ShownColumn(
            name,
            [row.get(name) for row in rows],
            short=(lambda uuid: str(uuid)[:8]) if name == "run" else None,
        )
        for name in wanted
    ]


def asked_columns(
    index: Index, result: SearchResult, asked: str, option: str = "--columns"
) -> list[ShownColumn]:
    """The columns of an option, in that order; `section.*` stands for the keys that the page's runs have.

    Raises PqlError for a field that there is not.
    """
    columns: dict[str, ShownColumn] = {}
    for token in split_names(asked, option):
        if _WILD.match(token) is not None:
            found = _wild(index, result, token, option)
            if not found and len(result):
                warn(f"warning: {option}: no run shown has a key that fits {token!r} (`pql keys`)")
        else:
            found = [_named(index, result, token, option)]
        for each in found:
            columns.setdefault(each.name, each)
    return list(columns.values())


def split_names(asked: str, option: str = "--columns") -> list[str]:
    """The names of an option, comma separated; ends the process where one is empty."""
    tokens = [each.strip() for each in _TOKEN.findall(asked)]
    if not tokens or not all(tokens):
        fail(f"error: {option} takes names, comma separated: name,inputs.lr,metrics.loss", Exit.USAGE)
    return tokens


def _named(index: Index, result: SearchResult, token: str, option: str) -> ShownColumn:
    if token == "age":
        return _age_column(result)
    if token.startswith("-"):
        fail(f"error: {option}: {token!r} is no column; `-` reverses a --sort", Exit.USAGE)
    field = find_field(Entity.RUN, token)
    if field is not None and field.column:
        column = _column(result, ColumnValue(field))
    else:
        try:
            (key,) = index.bind(None, sort=token).sort
        except PqlError as error:
            from pql.cli.names import option_error

            told = option_error(index, error, option.lstrip("-"))
            if told is not None:
                raise told from None
            column = None
        else:
            column = None if key.path else _column(result, key.value)
    if column is None:
        fail(
            f"error: {option}: {token!r} can't be a column: what a run itself has can",
            Exit.USAGE,
        )
    return replace(column, short=(lambda uuid: str(uuid)[:8]) if column.name == "uuid" else None)


def _wild(index: Index, result: SearchResult, token: str, option: str = "--columns") -> list[ShownColumn]:
    """The columns of the keys that a pattern with `*` stands for, without those that the page has not."""
    match = _WILD.match(token)
    section = "" if match is None else match[1]
    if match is None or section not in _SECTIONS:
        fail(f"error: {option}: a pattern begins with {', '.join(_SECTIONS)}, not {section!r}", Exit.USAGE)
    numbers_only = section == "metrics"
    stored = Section(_SECTIONS[section])
    names = sorted(
        row.key
        for row in index.snapshot.key_rows(stored.value)
        if fnmatchcase(row.key, match[2]) and (row.nums or not numbers_only)
    )
    values = [
        KeyValue(stored, (name,), (True,) if "[" in name else (), numbers_only=numbers_only) for name in names
    ]
    columns = [_column(result, value) for value in values]
    return [each for each in columns if each is not None and any(cell is not None for cell in each.cells)]


def _age_column(result: SearchResult) -> ShownColumn:
    now = datetime.now(UTC).replace(tzinfo=None)
    moments = [
        created or updated for created, updated in zip(*result.fields(*_MOMENTS).values(), strict=True)
    ]
    return ShownColumn("created_at", moments, heading="age", short=lambda moment: age(moment, now))


def _column(result: SearchResult, value: Value) -> ShownColumn | None:
    match value:
        case ColumnValue(field):
            cells = result.fields(field.column or "").get(field.column or "")
            return None if cells is None else ShownColumn(field.name, cells)
        case KeyValue(section, _, _, numbers_only):
            name = f"{'metrics' if numbers_only else section.value}.{value.key}"
            return ShownColumn(name, result.values(value))
        case HistoryValue():
            return ShownColumn(field_name((), value), result.values(value))
        case ElementId() | SectionValue():
            return None


def spoken_values(bound: BoundQuery) -> list[Value]:
    """The values that the query and the sort speak of, each once, in the order they are named."""
    found: dict[Value, None] = {}
    stack = [] if bound.condition is None else [bound.condition]
    while stack:
        match stack.pop():
            case BoundCondition(path=(), value=value):
                found[value] = None
            case BoundAnd(items) | BoundOr(items):
                stack.extend(reversed(items))
            case BoundNot(item):
                stack.append(item)
            case _:
                pass
    for key in bound.sort:
        if not key.path and not (isinstance(key.value, ColumnValue) and key.value.field.name == "updated_at"):
            found[key.value] = None
    if bound.entity is not Entity.RUN:
        return []
    return list(found)
