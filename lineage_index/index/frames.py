"""Rows as columns: the table that notebooks and files get."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from html import escape
from typing import Any

import pyarrow as pa

__all__ = ["arrow_table", "column_table", "history_table", "html_table"]

_LARGEST = sys.float_info.max
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
    """The first rows as an HTML table, and how many there are in all: what tells runs apart first, then the
    keyed values that most rows have; every text escaped. It takes its colours from the page."""
    flat = [dict(_flat(row)) for row in rows[:_MOST_ROWS]]
    counted = f"{total:,} found" + (f", {len(flat):,} shown" if len(flat) < total else "")
    if not flat:
        return f"<p>{counted}</p>"
    shown, left_out = _shown_names(flat)
    if left_out:
        counted += f"; {left_out:,} more columns in <code>to_arrow()</code>"
    numeric = {name for name in shown if all(_is_number(row.get(name)) for row in flat)}
    head = "".join(_html_cell("th", _html(name), name in numeric) for name in shown)
    body = "".join(
        "<tr>"
        + "".join(_html_cell("td", _html_value(name, row), name in numeric) for name in shown)
        + "</tr>"
        for row in flat
    )
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return f'<div style="overflow-x: auto">{table}</div><p>{counted}</p>'


_MOST_ROWS = 50
_MOST_COLUMNS = 20
_FIRST = ("name", "uuid", "status", "kind", "project", "created_at", "duration", "tags")
_LONGEST = 120


def _shown_names(flat: list[dict[str, Any]]) -> tuple[list[str], int]:
    """The columns to show, and how many are left out. Rows of artifacts and points are shown whole."""
    counts: dict[str, int] = {}
    for row in flat:
        for name, value in row.items():
            if value not in (None, []):
                counts[name] = counts.get(name, 0) + 1
    if "uuid" not in counts:
        return list(counts), 0
    first = [name for name in _FIRST if name in counts]
    keyed = [name for name in counts if name.partition(".")[0] in ("inputs", "outputs") and "." in name]
    common = set(sorted(keyed, key=lambda name: -counts[name])[: _MOST_COLUMNS - len(first)])
    return [*first, *(name for name in keyed if name in common)], len(keyed) - len(common)


def _is_number(value: Any) -> bool:
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))


def _html_cell(tag: str, content: str, numeric: bool) -> str:
    side = "right" if numeric else "left"
    return f'<{tag} style="text-align: {side}">{content}</{tag}>'


def _html_value(name: str, row: dict[str, Any]) -> str:
    value = row.get(name)
    if name == "uuid" and isinstance(value, str):
        return f'<code title="{_html(value)}">{_html(value[:8])}</code>'
    return _html(value)


def _html(value: Any) -> str:
    """A missing value is a dash; NaN is NaN. What could turn the text around it is made visible."""
    match value:
        case None:
            text = "–"
        case float():
            text = "NaN" if value != value else f"{value:.6g}"
        case datetime():
            text = f"{value:%Y-%m-%d %H:%M:%S}"
        case list() if all(isinstance(each, str) for each in value):
            text = ", ".join(value) or "–"
        case _:
            text = _text(value)
    text = "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text)
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
    if kinds <= {int, float} and all(abs(value) <= _LARGEST for value in present if type(value) is int):
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
