"""A curve as a line of block characters."""

from __future__ import annotations

import math
from collections.abc import Sequence

__all__ = ["sparkline"]

_BLOCKS = "▁▂▃▄▅▆▇█"


def sparkline(values: Sequence[float], columns: int) -> str:
    """The values from left to right in at most so many characters, lowest to highest; each character is the
    mean of its part. Where no value is finite stands `·`; a curve without any height lies at half."""
    if not values:
        return ""
    count = min(columns, len(values))
    parts = [
        values[place * len(values) // count : (place + 1) * len(values) // count] for place in range(count)
    ]
    means = [_mean(part) for part in parts]
    finite = [each for each in means if each is not None]
    if not finite:
        return "·" * count
    low, high = min(finite), max(finite)
    return "".join("·" if each is None else _block(each, low, high) for each in means)


def _mean(part: Sequence[float]) -> float | None:
    finite = [each for each in part if math.isfinite(each)]
    # Each is divided first: the sum of great numbers may be more than a double holds.
    return sum(each / len(finite) for each in finite) if finite else None


def _block(value: float, low: float, high: float) -> str:
    if low == high:
        return _BLOCKS[3]
    share = (value / 2 - low / 2) / (high / 2 - low / 2)
    return _BLOCKS[min(len(_BLOCKS) - 1, int(share * len(_BLOCKS)))]
