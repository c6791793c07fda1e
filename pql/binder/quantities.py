"""Literals with units: sizes of memory, cores, durations; and booleans."""

from __future__ import annotations

import re

from pql.catalog.numbers import spelt_number

__all__ = ["parse_bool", "parse_cores", "parse_duration", "parse_memory"]

_SIZE = re.compile(r"(?P<number>[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(?P<unit>[A-Za-z]+)\Z", re.ASCII)
_BINARY = {"ki": 1, "mi": 2, "gi": 3, "ti": 4, "pi": 5, "ei": 6}
_DECIMAL = {"k": 1, "m": 2, "g": 3, "t": 4, "p": 5, "e": 6}
_CORES = {"m": 10**3, "u": 10**6, "n": 10**9}
_PART = re.compile(r"(\d+\.?\d*|\.\d+)\s*(ms|s|m|h|d|w)", re.ASCII)
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_TRUE = frozenset({"true", "t", "1", "1.0", "yes", "y", "on"})
_FALSE = frozenset({"false", "f", "0", "0.0", "no", "n", "off"})


def parse_memory(text: str) -> int | float | None:
    """Bytes: `128Mi`, `4GiB`, `129M`, `1GB`, `129e6`, or None."""
    plain = spelt_number(text)
    if plain is not None:
        return plain
    match = _SIZE.match(text)
    if match is None:
        return None
    unit = match["unit"].lower()
    unit = unit.removesuffix("b") or unit
    number = float(match["number"])
    if unit == "b":
        return number
    if unit in _BINARY:
        return number * float(1024 ** _BINARY[unit])
    if unit in _DECIMAL:
        return number * float(1000 ** _DECIMAL[unit])
    return None


def parse_cores(text: str) -> int | float | None:
    """Cores: `0.5`, `500m` (also u and n), or None."""
    plain = spelt_number(text)
    if plain is not None:
        return plain
    part = spelt_number(text[:-1].rstrip())
    scale = _CORES.get(text[-1:].lower())
    return None if part is None or scale is None else part / scale


def parse_duration(text: str) -> int | float | None:
    """Seconds: a number, or parts with units such as `1h30m`, or None."""
    plain = spelt_number(text)
    if plain is not None:
        return plain
    total, position = 0.0, 0
    while position < len(text):
        part = _PART.match(text, position)
        if part is None:
            return None
        total += float(part[1]) * _SECONDS[part[2]]
        position = part.end()
    return total if position else None


def parse_bool(text: str) -> bool | None:
    """A boolean spelt in one of the accepted ways, or None."""
    folded = text.lower()
    if folded in _TRUE:
        return True
    return False if folded in _FALSE else None
