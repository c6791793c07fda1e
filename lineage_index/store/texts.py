"""Texts of the tables: sets, JSON, and what UTF-8 cannot say."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from json.encoder import encode_basestring
from typing import Any

import msgspec
import pyarrow as pa

__all__ = ["clean", "json_text", "set_text", "stored_json", "text_array"]

_encode = msgspec.json.Encoder().encode
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def clean(text: str) -> str:
    """`text` with each lone surrogate replaced by U+FFFD: no file of the index can hold one."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def text_array(texts: Sequence[str | None]) -> pa.Array:
    """An Arrow array of texts, cleaned where needed."""
    try:
        return pa.array(texts, pa.string())
    except UnicodeEncodeError:
        return pa.array([None if text is None else clean(text) for text in texts], pa.string())


def set_text(elements: Iterable[str]) -> str | None:
    """A set as one text `|a|b|` (see `pql.catalog.tables`); None if it is empty."""
    parts = [each.replace("\\", "\\\\").replace("|", "\\p") for each in dict.fromkeys(elements)]
    return f"|{'|'.join(parts)}|" if parts else None


def json_text(value: Any) -> str:
    """`value` as JSON text. NaN and infinities are the tokens `NaN`, `Infinity`, `-Infinity`, as Python's
    json writes and reads them; DuckDB's JSON functions read them too."""
    try:
        return _ENCODER.encode(value)
    except RecursionError:
        return "".join(_deep(value))


def stored_json(value: Any) -> str:
    """As `json_text`, where nobody compares the text: numbers may be spelt otherwise (`1e22` for `1e+22`)."""
    try:
        text = _encode(value)
    except (TypeError, ValueError, RecursionError):
        return json_text(value)
    # What is no JSON, such as NaN, is written as null.
    return json_text(value) if b"null" in text else text.decode()


def _deep(value: Any) -> Iterable[str]:
    """The pieces of the JSON text of a value nested deeper than the stack is."""
    pending: list[tuple[bool, Any]] = [(False, value)]  # (is it text already, what)
    while pending:
        ready, each = pending.pop()
        if ready:
            yield each
        elif isinstance(each, dict):
            yield "{"
            pending.append((True, "}"))
            for place, (key, inner) in enumerate(reversed(each.items())):
                pending.append((False, inner))
                comma = "," if place < len(each) - 1 else ""
                pending.append((True, f"{comma}{encode_basestring(str(key))}:"))
        elif isinstance(each, list | tuple):
            yield "["
            pending.append((True, "]"))
            for place, inner in enumerate(reversed(each)):
                pending.append((False, inner))
                pending.append((True, "," if place < len(each) - 1 else ""))
        else:
            yield json.dumps(each, ensure_ascii=False)
