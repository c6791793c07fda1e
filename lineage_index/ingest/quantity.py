"""Amounts of CPU and memory as specifications write them: `500m`, `4Gi`, `129e6`, `129M`."""

from __future__ import annotations

import math
import re

__all__ = ["cores", "memory_bytes", "plain_number"]

_NUMBER = r"([0-9]+\.?[0-9]*(?:[eE][+-]?[0-9]+)?|\.[0-9]+(?:[eE][+-]?[0-9]+)?)"
_PLAIN = re.compile(_NUMBER + r"\Z")
_CPU = re.compile(_NUMBER + r"(m?)\Z")
_MEMORY = re.compile(_NUMBER + r"([kKMGTPE]?)(i?)(B?)\Z")
_POWER = {"": 0, "k": 1, "K": 1, "M": 2, "G": 3, "T": 4, "P": 5, "E": 6}


def cores(value: object) -> float | None:
    """CPU cores: a number, or a text such as `0.5` or `500m` (thousandths); None if it is neither."""
    if isinstance(value, str):
        found = _CPU.match(value.strip())
        if found is None:
            return None
        number = float(found[1])
        return _finite(number / 1000 if found[2] else number)
    return plain_number(value)


def memory_bytes(value: object) -> float | None:
    """Bytes: a number, or a text with a decimal (`129M`, `1GB`) or binary (`4Gi`, `4GiB`) unit; None if it
    is neither."""
    if isinstance(value, str):
        found = _MEMORY.match(value.strip())
        if found is None or (found[3] and not found[2]):
            return None
        return _finite(float(found[1]) * (1024 if found[3] else 1000) ** _POWER[found[2]])
    return plain_number(value)


def plain_number(value: object) -> float | None:
    """A number or a text that spells one; None for all else, NaN, infinities and negative numbers too."""
    if isinstance(value, str):
        return _finite(float(value)) if _PLAIN.match(value) else None
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            number = float(value)
        except OverflowError:
            return None
        return _finite(number) if number >= 0 else None
    return None


def _finite(number: float) -> float | None:
    return number if math.isfinite(number) else None
