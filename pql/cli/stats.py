"""`pql stats`: the matched runs in numbers."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Any

from lineage_index.index.aggregate import GroupStatistics, group_statistics
from lineage_index.index.index import Index
from lineage_index.index.keys import find_keys
from lineage_index.index.warn import unknown_keys
from pql.binder.bound import BoundQuery, ColumnValue, SortKey
from pql.catalog.fields import Entity, Family, find_field
from pql.cli.defaults import asked_query
from pql.cli.exits import Exit, fail, guarded, tell, warn
from pql.cli.names import option_error
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
from pql.cli.output_cells import json_text
from pql.cli.output_columns import ShownColumn
from pql.cli.output_index import open_index
from pql.cli.table import stack_table
from pql.cli.text import printable
from pql.diagnostics.diagnostic import PqlError
from pql.plan.forms import field_name

__all__ = ["run_stats"]

_MOST_METRICS = 20
_MOST_GROUPS = 50
_NUMBERS = (Family.INTEGER, Family.SCALAR, Family.DURATION, Family.CPU, Family.MEMORY)
"""What a field must hold to be described."""


def run_stats(
    query: str | None,
    by: str | None,
    of: str | None,
    output: str | None,
    file: str | None,
    as_of: str | None,
    index: str | None,
    defaults: str | None = None,
) -> None:
    """Print a row for every group and every number; ends the process with 1 if nothing matches."""
    form = chosen_format(output, file, OF_TABLES)
    query = asked_query(query, defaults)
    with guarded(), open_index(index, as_of) as opened:
        bound = opened.bind(query)
        groups = _values(opened, by, "by")
        numbers = _values(opened, of, "of") if of is not None else _metrics(opened)
        if of is not None:
            _refuse_texts(numbers)
        asked: list[SortKey | None] = [*numbers] or [None]
        found = [
            (key, group_statistics(opened, bound, [each.value for each in groups], key)) for key in asked
        ]
        if of is None:
            some = [(key, rows) for key, rows in found if any(row.count + row.nans for row in rows)]
            found = some or [(None, group_statistics(opened, bound, [each.value for each in groups], None))]
    rows = [(key, row) for key, listed in found for row in listed if row.runs]
    if not rows:
        fail("0 runs matched", Exit.NOTHING)
    if of is not None:
        _say_numberless(rows)
    columns = _columns(rows, [_name(each) for each in groups])
    _write(columns, len(groups), form, file, _matched(bound, found[0][1]))


def _refuse_texts(keys: list[SortKey]) -> None:
    """End the process for a field that holds no numbers in any run."""
    for key in keys:
        if isinstance(key.value, ColumnValue) and key.value.field.family not in _NUMBERS:
            fail(f"error: --of takes numbers, and `{_name(key)}` holds none; --by takes it", Exit.USAGE)


def _say_numberless(rows: list[tuple[SortKey | None, GroupStatistics]]) -> None:
    """Warn of a key that has no number in the runs that match."""
    found: dict[str, int] = {}
    for key, row in rows:
        name = "" if key is None else _name(key)
        found[name] = found.get(name, 0) + row.count + row.nans
    for name, count in found.items():
        if not count:
            warn(f"warning: --of: no run that matches has a number in `{name}`")


def _matched(bound: BoundQuery, rows: list[GroupStatistics]) -> str:
    total = sum(row.runs for row in rows)
    return f"{total:,} {bound.entity.value.removesuffix('s')}{'' if total == 1 else 's'} matched"


def _values(index: Index, text: str | None, option: str) -> list[SortKey]:
    """The fields and keys of an option; `-` in front of a number says that the highest is the best."""
    if text is None:
        return []
    keys: list[SortKey] = []
    for token in (each.strip() for each in text.split(",")):
        field = find_field(Entity.RUN, token)
        if field is not None and field.column:
            keys.append(SortKey((), ColumnValue(field)))
            continue
        try:
            one = index.bind(None, sort=token)
        except PqlError as error:
            told = option_error(index, error, f"--{option}")
            if told is None:
                fail(f"error: --{option} takes fields and keys that have one value a run", Exit.USAGE)
            raise told from None
        for warning in unknown_keys(one, index.snapshot.layout):
            tell(replace(warning, source=f"--{option}"), token)
        keys += one.sort
    if any(key.path for key in keys):
        fail(f"error: --{option} takes fields and keys of the run itself", Exit.USAGE)
    return keys


def _metrics(index: Index) -> list[SortKey]:
    names = [each.name for each in find_keys(index, "metrics.*")]
    return [key for name in names[:_MOST_METRICS] for key in index.bind(None, sort=name).sort]


def _name(key: SortKey) -> str:
    return field_name((), key.value)


def _columns(rows: list[tuple[SortKey | None, GroupStatistics]], by: list[str]) -> list[ShownColumn]:
    columns = [ShownColumn(name, [row.by[place] for _, row in rows]) for place, name in enumerate(by)]
    columns.append(ShownColumn("runs", [row.runs for _, row in rows]))
    if all(key is None for key, _ in rows):
        return columns
    columns.append(ShownColumn("of", [None if key is None else _name(key) for key, _ in rows]))
    quartiles = [row.quartiles or (None, None, None) for _, row in rows]
    measures: dict[str, list[Any]] = {
        "count": [row.count for _, row in rows],
        "min": [row.min for _, row in rows],
        "q1": [each[0] for each in quartiles],
        "median": [each[1] for each in quartiles],
        "mean": [row.mean for _, row in rows],
        "q3": [each[2] for each in quartiles],
        "max": [row.max for _, row in rows],
        "nan": [row.nans for _, row in rows],
    }
    if not any(measures["nan"]):
        del measures["nan"]
    columns += [ShownColumn(name, cells) for name, cells in measures.items()]
    best = [row.best for _, row in rows]
    columns.append(ShownColumn("best", best, short=lambda uuid: uuid[:8] if uuid else "-"))
    return columns


def _write(columns: list[ShownColumn], groups: int, form: str, file: str | None, matched: str) -> None:
    if form == "json":
        count = len(columns[0].cells)
        records = [{each.name: each.cells[place] for each in columns} for place in range(count)]
        write_text(json_text(records) + "\n", file, utf8=True)
        return
    if form != "table":
        content = tabulate(
            columns, form, terminal=file is None and sys.stdout.isatty(), coloured=paints(file)
        )
        if isinstance(content, bytes):
            write_bytes(content, file)
        else:
            write_text(content, file, utf8=True)
        return
    of = [each for each in columns[groups:] if each.name == "of"]
    if len({cell for each in of for cell in each.cells}) == 1:
        matched = f"{printable(of[0].cells[0])}: {matched}"
        of = []
    lead = [*columns[:groups], *of]
    rest = [each for each in columns[groups:] if each.name != "of"]
    texts = [each.text() for each in (*lead, *rest)]
    text, hidden = stack_table(texts, terminal_width(file), keys=len(lead), coloured=paints(file))
    if hidden:
        text += "\n" + folded(f"no room for: {', '.join(hidden)} (--format wide)", file)
    write_text(f"{text}\n{matched}\n", file)
