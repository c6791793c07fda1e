"""Rows as columns: the table that notebooks and files get."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pyarrow as pa

__all__ = ["arrow_table", "column_table"]

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
