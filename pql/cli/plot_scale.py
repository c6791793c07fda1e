"""Axes: where a value lies between the ends of one, and the ticks that tell where it is."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum

__all__ = ["Axis", "Kind", "axis_over", "end_label", "position", "ticks"]


class Kind(Enum):
    """What stands on an axis."""

    NUMBER = "number"
    TIME = "time"
    CATEGORY = "category"


@dataclass(frozen=True, slots=True)
class Axis:
    """An axis from `low` to `high`: numbers, milliseconds since 1970 (UTC), or the places of categories.

    A logarithmic axis has positive ends.
    """

    name: str
    kind: Kind
    low: float
    high: float
    log: bool = False
    categories: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low <= self.high):
            raise ValueError("an axis has finite ends, in order")
        if self.log and (self.low <= 0 or self.kind is not Kind.NUMBER):
            raise ValueError("a logarithmic axis has positive numbers")


def axis_over(name: str, kind: Kind, values: Iterable[float], *, log: bool = False) -> Axis:
    """The axis that just holds the values, all finite; of a single value it is an axis around it."""
    known = list(values)
    return Axis(name, kind, min(known), max(known), log)


def position(axis: Axis, value: float) -> float:
    """Where the value lies, 0 at the low end and 1 at the high one; in the middle if there is one value."""
    if axis.low == axis.high:
        return 0.5
    if axis.log:
        low, high, at = math.log10(axis.low), math.log10(axis.high), math.log10(value)
        return (at - low) / (high - low) if high > low else 0.5
    # Halved first: the difference of great numbers may be more than a double holds.
    return (value / 2 - axis.low / 2) / (axis.high / 2 - axis.low / 2)


def ticks(axis: Axis, most: int) -> list[tuple[float, str]]:
    """At most so many (position, label) pairs; at least one."""
    if axis.kind is Kind.CATEGORY:
        every = max(1, math.ceil(len(axis.categories) / most))
        return [(position(axis, place), axis.categories[place]) for place in range(len(axis.categories))][
            ::every
        ]
    if axis.low == axis.high:
        return [(0.5, _label(axis, axis.low))]
    found = _instants(axis, most) if axis.kind is Kind.TIME else _numbers(axis, most)
    if not found:  # a range within which no round number lies
        found = [axis.low, axis.high][:most]
    return [(position(axis, each), _label(axis, each)) for each in found]


def end_label(axis: Axis, at: float) -> str:
    """The label of the end at position 0 or 1."""
    if axis.categories:
        return axis.categories[-1 if at else 0]
    return _label(axis, axis.high if at else axis.low)


def _numbers(axis: Axis, most: int) -> list[float]:
    if axis.log:
        low, high = math.log10(axis.low), math.log10(axis.high)
        every = max(1, math.ceil((math.floor(high) - math.ceil(low) + 1) / most))
        decades = range(math.ceil(low), math.floor(high) + 1)
        powers = [10.0**each for each in decades if each % every == 0]
        if len(powers) > 1 or most < 2:
            return powers
        fine = [
            part * 10.0**each for each in range(math.floor(low), math.ceil(high) + 1) for part in (1, 2, 5)
        ]
        inside = [each for each in fine if axis.low <= each <= axis.high]
        if 1 < len(inside) <= most:
            return inside
    return _round(axis.low, axis.high, most)


def _round(low: float, high: float, most: int) -> list[float]:
    """Multiples of 1, 2 or 5 times a power of ten."""
    span = high / most - low / most
    if not math.isfinite(span) or span <= 0:
        return [low, high][:most]
    power = 10.0 ** math.floor(math.log10(span))
    if not power:
        return [low, high][:most]
    for part in (1, 2, 5, 10, 20):
        step = part * power
        first, last = math.ceil(low / step), math.floor(high / step)
        if last - first < most:
            return [each * step for each in range(first, last + 1)]
    return [low, high][:most]


_SECOND, _DAY = 1_000, 86_400_000
_STEPS = (
    *(_SECOND * each for each in (1, 2, 5, 10, 30, 60, 120, 300, 600, 1800)),
    *(3_600_000 * each for each in (1, 2, 3, 6, 12)),
    *(_DAY * each for each in (1, 2, 7, 14, 30, 91, 182, 365, 730, 1825, 3650, 18250)),
)


def _instants(axis: Axis, most: int) -> list[float]:
    for step in _STEPS:
        first, last = math.ceil(axis.low / step), math.floor(axis.high / step)
        if last - first < most:
            return [float(each * step) for each in range(first, last + 1)]
    return [axis.low, axis.high][:most]


def _label(axis: Axis, value: float) -> str:
    if axis.kind is Kind.TIME:
        return _time_label(value, axis.high - axis.low)
    if value and (abs(value) >= 1e6 or abs(value) < 1e-3):
        return f"{value:.4g}".replace("e+0", "e").replace("e+", "e").replace("e-0", "e-")
    return f"{value:.6g}"


def _time_label(value: float, span: float) -> str:
    try:
        moment = datetime.fromtimestamp(value / 1000, UTC)
    except (OverflowError, ValueError, OSError):
        return f"{value:.6g}"
    if span < 5 * _SECOND:
        return f"{moment:%H:%M:%S}.{moment.microsecond // 1000:03}"
    if span < _DAY:
        return f"{moment:%H:%M:%S}" if span < 600 * _SECOND else f"{moment:%H:%M}"
    return f"{moment:%m-%d %H:%M}" if span < 3 * _DAY else f"{moment:%Y-%m-%d}"
