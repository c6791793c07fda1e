"""`pql compare`: runs side by side, what differs first."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from lineage_index.index.index import Index
from lineage_index.index.why import find_runs
from pql.cli.defaults import asked_query
from pql.cli.exits import Exit, fail, guarded
from pql.cli.output import (
    OF_TABLES,
    chosen_format,
    folded,
    paints,
    tabulate,
    terminal_width,
    write_bytes,
    write_text,
)
from pql.cli.output_cells import json_text, plain
from pql.cli.output_columns import ShownColumn
from pql.cli.output_index import open_index
from pql.cli.search import whole
from pql.cli.show_run import one_run
from pql.cli.table import TextColumn, stack_table
from pql.cli.text import clip, printable, width
from pql.diagnostics.diagnostic import PqlError

__all__ = ["run_compare"]

_FIELDS = ("name", "status", "project", "kind", "framework", "created_at", "duration", "tags")
_DEFAULT_LIMIT = 8
_LONGEST = 30

_Line = tuple[str, list[Any]]
"""(what it is, a value a run)"""


def run_compare(
    what: Sequence[str],
    sort: str | None,
    limit: str | None,
    output: str | None,
    file: str | None,
    as_of: str | None,
    index: str | None,
    defaults: str | None = None,
) -> None:
    """Print the runs beside each other; ends the process with 1 if there are fewer than two."""
    form = chosen_format(output, file, OF_TABLES)
    if defaults is not None and len(what) > 1:
        fail("error: --defaults adds to a query, not to runs that are named", Exit.USAGE)
    if len(what) == 1:
        what = [asked_query(what[0], defaults) or ""]
    most = _DEFAULT_LIMIT if limit is None else whole(limit, "--limit", 2)
    with guarded(), open_index(index, as_of) as opened:
        rows, total = _rows(opened, what, sort, most)
    if len(rows) < 2:
        fail(
            f"{len(rows)} run{'' if len(rows) == 1 else 's'} matched; two are needed to compare", Exit.NOTHING
        )
    sections = _sections(rows)
    if form == "table":
        write_text(_table(rows, sections, total, file), file)
        return
    lines = [(title, *line) for title, listed in sections for line in listed]
    if form == "json":
        uuids = [row["uuid"] for row in rows]
        told = [
            {"section": title, "name": name, "values": dict(zip(uuids, values, strict=True))}
            for title, name, values in lines
        ]
        write_text(json_text(told) + "\n", file, utf8=True)
        return
    columns = [
        ShownColumn("section", [title for title, _, _ in lines]),
        ShownColumn("name", [name for _, name, _ in lines]),
        *(
            ShownColumn(row["uuid"], [values[place] for _, _, values in lines])
            for place, row in enumerate(rows)
        ),
    ]
    content = tabulate(columns, form, terminal=file is None and sys.stdout.isatty(), coloured=paints(file))
    if isinstance(content, bytes):
        write_bytes(content, file)
    else:
        write_text(content, file, utf8=True)


def _rows(index: Index, what: Sequence[str], sort: str | None, most: int) -> tuple[list[dict[str, Any]], int]:
    """The runs of a query, or those that are named, in that order."""
    if len(what) == 1:
        try:
            found = index.search(what[0], sort=sort, limit=most)
        except PqlError:
            if not find_runs(index, what[0]):
                raise
            named = printable(clip(what[0], _LONGEST))
            fail(f"error: `{named}` is a run alone; give two runs or more, or a query", Exit.USAGE)
        return found.rows, found.total
    uuids = list(dict.fromkeys(one_run(index, each) for each in what))
    by_uuid = {row["uuid"]: row for row in index.search(f"uuid:{'|'.join(uuids)}").rows}
    rows = [by_uuid[uuid] for uuid in uuids]
    return rows, len(rows)


def _sections(rows: list[dict[str, Any]]) -> list[tuple[str, list[_Line]]]:
    """Differing inputs, metrics, other differing outputs, differing fields, and inputs that are the same."""
    inputs, outputs = _keyed(rows, "inputs"), _keyed(rows, "outputs")
    fields = [(name, [row[name] for row in rows]) for name in _FIELDS]
    parts = [
        ("inputs that differ", [each for each in inputs if _differs(each)]),
        ("metrics", [each for each in outputs if _is_metric(each)]),
        ("outputs that differ", [each for each in outputs if not _is_metric(each) and _differs(each)]),
        ("fields that differ", [each for each in fields if _differs(each)]),
        ("inputs that are the same", [each for each in inputs if not _differs(each)]),
    ]
    return [(title, listed) for title, listed in parts if listed]


def _keyed(rows: list[dict[str, Any]], section: str) -> list[_Line]:
    names = sorted({name for row in rows for name in row[section]})
    return [(name, [row[section].get(name) for row in rows]) for name in names]


def _differs(line: _Line) -> bool:
    """Whether two runs have different values; NaN is like NaN, and 1 is not true."""
    return len({json_text(_number(each)) for each in line[1]}) > 1


def _number(value: Any) -> Any:
    """1.0 is 1."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _is_metric(line: _Line) -> bool:
    present = [each for each in line[1] if each is not None]
    return bool(present) and all(
        isinstance(each, int | float) and not isinstance(each, bool) for each in present
    )


_EMPTY = '""'
_SHORTEST = 12


def _room(names: int, runs: int, columns: int | None) -> int:
    """The columns that a text may take, so that runs are seen side by side; a number takes what it has."""
    if columns is None:
        return _LONGEST
    return min(_LONGEST, max(_SHORTEST, (columns - names) // runs - 2))


def _cell(value: Any, longest: int) -> str:
    text = printable(_EMPTY if value == "" else plain(value))
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return text if is_number else clip(text, longest)


def _table(
    rows: list[dict[str, Any]], sections: list[tuple[str, list[_Line]]], total: int, file: str | None
) -> str:
    lines: list[_Line] = []
    alike: list[str] = []
    for title, listed in sections:
        if title == "inputs that are the same":
            alike = [
                f"{printable(name)}={clip(printable(plain(values[0])), _LONGEST)}" for name, values in listed
            ]
            continue
        lines += [(title, []), *((f"  {name or _EMPTY}", values) for name, values in listed)]
    columns: list[TextColumn] = [("", [name for name, _ in lines], False)]
    names = max((width(printable(name)) for name, values in lines if values), default=0)
    longest = _room(names, len(rows), terminal_width(file))
    for place, row in enumerate(rows):
        cells = [_cell(values[place], longest) if values else "" for _, values in lines]
        columns.append((row["uuid"][:8], cells, True))
    text, hidden = stack_table(columns, terminal_width(file), titles=True, coloured=paints(file))
    said = []
    if hidden:
        said.append(f"no room for: {', '.join(hidden)} (--format wide)")
    if alike:
        said.append(f"the same in all: {', '.join(alike)}")
    if len(rows) < total:
        said.append(f"{total:,} runs matched, {len(rows)} compared (--limit for more)")
    return "\n".join([text, *(folded(each, file) for each in said)]) + "\n"
