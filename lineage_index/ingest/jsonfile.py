"""Read a JSON file that may be anything."""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec

from lineage_index.ingest.problems import Reporter

__all__ = ["MAX_DEPTH", "MISSING", "load_json"]

MAX_DEPTH = 200
"""How deeply a value may be nested: what is read must also be written again, by readers with own limits."""

_LONGEST_INTEGER = 4000
_decode_plain = msgspec.json.Decoder().decode
_encode_plain = msgspec.json.Encoder().encode
_SURROGATE = re.compile("[\ud800-\udfff]")
_ESCAPED_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


class _Missing:
    """The type of `MISSING`."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING = _Missing()
"""What a file that can't be read holds."""


def load_json(data: bytes, report: Reporter) -> Any:
    """The value of a JSON text, or MISSING when there is none; every loss is reported.

    NaN and infinities are read as floats, integers exactly as far as they have at most 4000 digits. Of a key
    that stands twice the last one counts. Bytes that are not UTF-8 and lone surrogates become U+FFFD. A
    value nested more than 200 levels deep leaves the mapping or list at the top that holds it.
    """
    value = _plain(data)
    if value is not MISSING:
        return value
    text = _decode(data, report)
    value = _parsed(text, report)
    if value is MISSING:
        return MISSING
    if _ESCAPED_SURROGATE.search(text):
        value = _without_surrogates(value, report)
    return _shallow(value, text, report)


def _plain(data: bytes) -> Any:
    """The value of a text about which there is nothing to say, as nearly all are; MISSING of any other.

    The fast parser refuses what is not JSON and keeps the last of a key that stands twice. What it then
    writes lacks the colon of the first, and has all others of the text, unless some were escaped.
    """
    if b"\\u" in data:
        return MISSING
    try:
        value = _decode_plain(data)
    except (ValueError, RecursionError):
        return MISSING
    if data.count(b"[") + data.count(b"{") > MAX_DEPTH and _is_deep(value):
        return MISSING
    return value if _encode_plain(value).count(b":") == data.count(b":") else MISSING


def _parsed(text: str, report: Reporter) -> Any:
    """The value of any text, or MISSING; reports what is wrong with it."""
    twice: list[str] = []

    def mapping(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) != len(pairs):
            seen: set[str] = set()
            for key, _ in pairs:
                if key in seen:
                    twice.append(key)
                seen.add(key)
        return made

    try:
        try:
            value = json.loads(text, object_pairs_hook=mapping)
        except ValueError as error:
            if isinstance(error, json.JSONDecodeError):
                raise
            value = json.loads(text, object_pairs_hook=mapping, parse_int=_integer(report))
    except json.JSONDecodeError as error:
        what = "cut off" if error.pos >= len(text.rstrip()) - 1 else "not JSON"
        message = f"{what}: {error.msg} at line {error.lineno}, column {error.colno}"
        report("bad-json", message, lost="everything this file says", line=error.lineno)
        return MISSING
    except RecursionError:
        report("too-deep", "nested too deeply to be read", lost="everything this file says")
        return MISSING
    for key in dict.fromkeys(twice):
        report("duplicate-key", f"the key {key!r} stands twice", lost="all but its last value")
    return value


def _decode(data: bytes, report: Reporter) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        report("bad-encoding", "bytes that are not UTF-8", lost="these bytes, now U+FFFD", line=line)
        return data.decode("utf-8-sig", "replace")


def _integer(report: Reporter) -> Any:
    def parse(digits: str) -> int | float:
        if len(digits) <= _LONGEST_INTEGER:
            return int(digits)
        report("huge-number", f"an integer of {len(digits)} digits", lost="its value: it counts as infinite")
        return float(digits)

    return parse


def _without_surrogates(value: Any, report: Reporter) -> Any:
    """The value with every lone half of a character replaced; pairs were joined by the parser."""
    count = 0

    def mend(text: str) -> str:
        nonlocal count
        mended, changes = _SURROGATE.subn("\ufffd", text)
        count += changes
        return mended

    def walk(part: Any) -> Any:
        match part:
            case str():
                return mend(part)
            case dict():
                return {mend(key): walk(each) for key, each in part.items()}
            case list():
                return [walk(each) for each in part]
            case _:
                return part

    mended = walk(value)
    if count:
        report("bad-encoding", f"{count} halves of characters", lost="these characters, now U+FFFD")
    return mended


def _shallow(value: Any, text: str, report: Reporter) -> Any:
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return value
    match value:
        case dict():
            deep: list[Any] = [key for key, each in value.items() if _is_deep(each)]
            for key in deep:
                report("too-deep", f"the value of {key!r} is nested too deeply", lost=f"the key {key!r}")
                del value[key]
        case list():
            deep = [place for place, each in enumerate(value) if _is_deep(each)]
            for place in reversed(deep):
                report("too-deep", f"entry {place + 1} is nested too deeply", lost="the entry")
                del value[place]
    return value


def _is_deep(value: Any) -> bool:
    """Whether it is nested deeper than `MAX_DEPTH`: level by level, so that depth costs no stack."""
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [each for part in level for each in _children(part) if isinstance(each, dict | list)]
        if not level:
            return False
    return True


def _children(value: Any) -> Any:
    match value:
        case dict():
            return value.values()
        case list():
            return value
        case _:
            return ()
