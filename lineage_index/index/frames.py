"""Rows as columns: the table that notebooks and files get."""

from __future__ import annotations

import json
from datetime import datetime
from html import escape
from typing import Any

import pyarrow as pa

__all__ = ["arrow_table", "column_table", "history_table", "html_table"]

_SECTIONS = ("inputs", "outputs", "meta_info")


def arrow_table(rows: list[dict[str, Any]]) -> pa.Table:
    """One column a field, keyed values flattened to `section.key`; columns without any value are left out,
    but for `uuid`."""
    columns: dict[str, list[Any]] = {}
    for position, row in enumerate(rows):
        for name, value in _flat(row):
            columns.setdefault(name, [None] * len(rows))[position] = value
    arrays: dict[str, pa.Array] = {}
    for name, values in columns.items():
        if name == "uuid" or any(value is not None and value != [] for value in values):
            arrays[name] = _array(values)
    if not rows:
        arrays["uuid"] = pa.array([], pa.string())
    return pa.table(arrays)


def column_table(columns: dict[str, list[Any]]) -> pa.Table:
    """The columns as they are, also those without any value, each of the type that holds all its values."""
    return pa.table({name: _array(values) for name, values in columns.items()})


def history_table(points: list[tuple[Any, ...]]) -> pa.Table:
    """Points as (uuid, step, time, value) rows."""
    types = {"uuid": pa.string(), "step": pa.int64(), "time": pa.timestamp("us"), "value": pa.float64()}
    columns = list(zip(*points, strict=True)) if points else [()] * len(types)
    return pa.table(
        {name: pa.array(column, kind) for (name, kind), column in zip(types.items(), columns, strict=True)}
    )


def html_table(rows: list[dict[str, Any]], total: int) -> str:
    """The first rows as an HTML table of the columns that have any value, and how many there are in all."""
    flat = [dict(_flat(row)) for row in rows[:_MOST_ROWS]]
    names = dict.fromkeys(name for row in flat for name, value in row.items() if value not in (None, []))
    shown = [name for name in names if name not in _HIDDEN][:_MOST_COLUMNS]
    head = "".join(f"<th>{_html(name)}</th>" for name in shown)
    body = "".join(
        "<tr>" + "".join(f"<td>{_html(row.get(name))}</td>" for name in shown) + "</tr>" for row in flat
    )
    counted = f"{total:,} found, {len(flat):,} shown"
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table><p>{counted}</p>"


_MOST_ROWS = 50
_MOST_COLUMNS = 30
_HIDDEN = frozenset({"updated_at", "schedule_at", "wait_time", "is_managed", "managed_by", "runtime"})
_LONGEST = 200


def _html(value: Any) -> str:
    """A missing value is a dash; NaN is NaN."""
    match value:
        case None:
            text = "–"
        case float():
            text = "NaN" if value != value else f"{value:.6g}"
        case datetime():
            text = f"{value:%Y-%m-%d %H:%M:%S}"
        case _:
            text = _text(value)
    return escape(text if len(text) <= _LONGEST else text[:_LONGEST] + "…")


def _flat(row: dict[str, Any]) -> list[tuple[str, Any]]:
    flat: list[tuple[str, Any]] = []
    for name, value in row.items():
        if name in _SECTIONS:
            flat.extend((f"{name}.{key}", each) for key, each in value.items())
        else:
            flat.append((name, value))
    return flat


def _array(values: list[Any]) -> pa.Array:
    present = [value for value in values if value is not None]
    kinds = {type(value) for value in present}
    if kinds <= {bool}:
        return pa.array(values, pa.bool_())
    if kinds <= {int} and all(-(2**63) <= value < 2**63 for value in present):
        return pa.array(values, pa.int64())
    if kinds <= {int, float}:
        return pa.array([None if value is None else float(value) for value in values], pa.float64())
    if kinds <= {str}:
        return pa.array([None if value is None else _text(value) for value in values], pa.string())
    if kinds <= {datetime}:
        return pa.array(values, pa.timestamp("us"))
    if kinds <= {list} and all(isinstance(each, str) for value in present for each in value):
        return pa.array(values, pa.list_(pa.string()))
    return pa.array([None if value is None else _text(value) for value in values], pa.string())


def _text(value: Any) -> str:
    """The text itself, or JSON; half a surrogate pair, which is no UTF-8, as its escape."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text.encode(errors="backslashreplace").decode()
