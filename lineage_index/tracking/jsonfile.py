"""JSON as the run's files hold it: any value made plain, files replaced whole or not at all."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any

from lineage_index.tracking.replacing import replacing

__all__ = ["BrokenFileError", "compact", "plain", "read_json", "write_json"]

_MAX_DEPTH = 100
_MAX_BITS = 10_000
"""Of a whole number; readers and writers of JSON refuse little more."""


class BrokenFileError(OSError, ValueError):
    """A file of the run that is not what it should be."""


def plain(value: Any, depth: int = 0) -> Any:
    """A copy of `value` made of what JSON has: None, bool, int, float, str, list, dict with text keys.

    NaN and infinities stay floats. Arrays and tensors become numbers or lists, sets sorted lists, dates ISO
    texts, enums their values, data classes mappings; any other object becomes its text (`str`).
    Raises ValueError for a value nested deeper than 100 levels, or a whole number of thousands of digits.
    """
    if depth > _MAX_DEPTH:
        raise ValueError(f"a value is nested deeper than {_MAX_DEPTH} levels, or holds itself")
    match value:
        case Enum():
            return plain(value.value, depth + 1)
        case None | bool():
            return value
        case int():
            if value.bit_length() > _MAX_BITS:
                raise ValueError(f"a whole number of {value.bit_length():,} bits is too long for a file")
            return int(value)
        case float():
            return float(value)
        case str():
            return str(value)
        case Mapping():
            return {str(key): plain(item, depth + 1) for key, item in value.items()}
        case list() | tuple() | range():
            return [plain(item, depth + 1) for item in value]
        case set() | frozenset():
            return sorted((plain(item, depth + 1) for item in value), key=repr)
        case datetime() | date():
            return value.isoformat()
        case _:
            return _plain_object(value, depth)


def _plain_object(value: Any, depth: int) -> Any:
    if isinstance(value, type):
        return str(value)
    if fields := getattr(value, "__dataclass_fields__", None):
        return {name: plain(getattr(value, name), depth + 1) for name in fields}
    # Arrays and tensors of every library have `tolist`; of a zero-dimensional one it gives a number.
    if callable(convert := getattr(value, "tolist", None)):
        return plain(convert(), depth + 1)
    return str(value)


def compact(value: Any) -> str:
    """`value`, already plain, on one line; NaN and infinities as `NaN`, `Infinity`, `-Infinity`."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    try:
        text.encode()
    except UnicodeEncodeError:  # half a surrogate pair: only an escape can keep it
        return json.dumps(value, separators=(",", ":"))
    return text


def read_json(path: str) -> Any:
    """What the file holds, or None if there is none. Raises BrokenFileError if it is no JSON, OSError."""
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise BrokenFileError(f"{path} is no JSON: {error}") from error


def write_json(path: str, value: Any) -> None:
    """Replace the file at once: a reader, also after a crash, sees the old one or the new one."""
    data = compact(value).encode()
    with replacing(path) as temporary, open(temporary, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
