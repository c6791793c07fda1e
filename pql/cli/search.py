"""`pql search`: the page as a table, JSON lines, or uuids."""

from __future__ import annotations

import json
import math
import sys
from datetime import UTC, datetime
from typing import Any

from lineage_index.index.index import ENTITY_NAMES, Index
from lineage_index.index.locate import locate_index
from lineage_index.index.result import SearchResult
from pql.binder.bound import (
    BoundAnd,
    BoundCondition,
    BoundGroup,
    BoundNot,
    BoundOr,
    BoundQuery,
    ColumnValue,
    HistoryValue,
    KeyValue,
    Value,
)
from pql.catalog.fields import Entity
from pql.cli.exits import Exit, fail, guarded
from pql.cli.streams import speak_utf8
from pql.cli.table import render_table
from pql.diagnostics.render import render

__all__ = ["run_search", "whole"]

_DEFAULT_LIMIT = 20
_FORMATS = ("table", "jsonl", "uuid")
_ALWAYS = ("name", "uuid", "status", "created_at")


def run_search(
    query: str | None,
    sort: str | None,
    limit: str | None,
    offset: str,
    every: bool,
    entity: str,
    output: str,
    index: str | None,
) -> None:
    """Search and print; ends the process with 1 if nothing is found."""
    if output not in _FORMATS:
        fail(f"error: --format is one of {', '.join(_FORMATS)}, not {output!r}", Exit.USAGE)
    if entity not in ENTITY_NAMES:
        fail(f"error: --entity is one of {', '.join(ENTITY_NAMES)}, not {entity!r}", Exit.USAGE)
    if every and limit is not None:
        fail("error: --all and --limit exclude each other", Exit.USAGE)
    most = None if every else whole(limit, "--limit", 1) if limit is not None else _DEFAULT_LIMIT
    skipped = whole(offset, "--offset", 0)
    with guarded(), Index.open(locate_index(index)) as opened:
        bound = opened.bind(query, sort=sort, limit=most, offset=skipped, entity=entity)
        result = opened.run(bound, query or "")
        for warning in result.warnings:
            print(render(warning, (sort if warning.source == "sort" else query) or ""), file=sys.stderr)
        _print(result, bound, output)
        if not len(result):
            raise SystemExit(int(Exit.NOTHING))


def whole(text: str, option: str, least: int) -> int:
    """The whole number that an option spells; ends the process if it spells none or one below `least`."""
    try:
        number = int(text)
    except ValueError:
        number = least - 1
    if number < least:
        fail(f"error: {option} takes a whole number of at least {least}, not {text!r}", Exit.USAGE)
    return number


def _print(result: SearchResult, bound: BoundQuery, output: str) -> None:
    if output == "uuid":
        for uuid in result.uuids:
            print(uuid)
    elif output == "jsonl":
        speak_utf8()
        for row in result.rows:
            print(json.dumps(row, ensure_ascii=False, default=_isoformat))
    else:
        _print_table(result, bound)


def _isoformat(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _print_table(result: SearchResult, bound: BoundQuery) -> None:
    total = result.total
    if len(result):
        columns = _columns(result, bound) if bound.entity is Entity.RUN else _part_columns(result)
        terminal = sys.stdout.isatty()
        print(render_table(columns, _terminal_width() if terminal else None))
    what = bound.entity.value.removesuffix("s")
    plural = "" if total == 1 else "s"
    shown = "" if len(result) == total else f", {len(result):,} shown (--all or --limit for more)"
    print(f"{total:,} {what}{plural} matched{shown}", file=sys.stdout if len(result) else sys.stderr)


def _terminal_width() -> int:
    import shutil

    return shutil.get_terminal_size().columns


def _part_columns(result: SearchResult) -> list[tuple[str, list[str], bool]]:
    """Of artifacts and points: the beginning of the run's uuid, then what they are."""
    rows = result.rows
    names = [name for name in rows[0] if name != "run"]
    own = [
        (name, [_text(row[name]) for row in rows], _numeric([row[name] for row in rows])) for name in names
    ]
    return [("run", [row["run"][:8] for row in rows], False), *own]


def _columns(result: SearchResult, bound: BoundQuery) -> list[tuple[str, list[str], bool]]:
    """Heading, cells, and whether they are numbers: what tells runs apart, then what the query speaks of."""
    rows = result.rows
    now = datetime.now(UTC).replace(tzinfo=None)
    columns = [
        ("name", [_text(row["name"]) for row in rows], False),
        ("uuid", [row["uuid"][:8] for row in rows], False),
        ("status", [_text(row["status"]) for row in rows], False),
        ("age", [_age(row["created_at"] or row["updated_at"], now) for row in rows], True),
    ]
    for value in _values(bound):
        match value:
            case ColumnValue(field):
                if field.column in rows[0] and field.column not in _ALWAYS:
                    cells = [row[field.column] for row in rows]
                    columns.append((field.name, [_text(cell) for cell in cells], _numeric(cells)))
            case KeyValue() | HistoryValue():
                cells = result.values(value)
                columns.append((_heading(value), [_text(cell) for cell in cells], _numeric(cells)))
            case _:
                pass
    return columns


def _values(bound: BoundQuery) -> list[Value]:
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
            case BoundGroup() | _:
                pass
    for key in bound.sort:
        if not key.path and not (isinstance(key.value, ColumnValue) and key.value.field.name == "updated_at"):
            found[key.value] = None
    return list(found)


def _heading(value: KeyValue | HistoryValue) -> str:
    if isinstance(value, HistoryValue):
        step = "" if value.step is None else f", {value.step}"
        return f"{value.function}(metrics.{value.metric}{step})"
    section = "metrics" if value.numbers_only else value.section.value
    return f"{section}.{value.key}"


def _numeric(cells: list[Any]) -> bool:
    return all(
        cell is None or (isinstance(cell, int | float) and not isinstance(cell, bool)) for cell in cells
    )


def _text(cell: Any) -> str:
    """A cell as text: numbers with six significant digits, a missing value as a dash."""
    match cell:
        case None:
            return "-"
        case bool():
            return "true" if cell else "false"
        case float():
            if math.isfinite(cell) and cell == int(cell) and abs(cell) < 1e15:
                return str(int(cell))
            return f"{cell:.6g}"
        case datetime():
            return cell.strftime("%Y-%m-%d %H:%M:%S")
        case list():
            return ", ".join(str(each) for each in cell) or "-"
        case dict():
            return json.dumps(cell, ensure_ascii=False)
        case _:
            return str(cell)


def _age(moment: datetime | None, now: datetime) -> str:
    if moment is None:
        return "-"
    seconds = (now - moment).total_seconds()
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if abs(seconds) >= size:
            return f"{seconds / size:.0f}{unit}"
    return f"{seconds:.0f}s"
