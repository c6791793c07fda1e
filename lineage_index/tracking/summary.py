"""What the lineage says of an event file: how many steps, which times, the distribution of a metric."""

from __future__ import annotations

import json
import math
from array import array
from typing import Any

__all__ = ["distribution", "summary_of_file"]


def summary_of_file(path: str, *, numeric: bool, json_lines: bool) -> dict[str, Any]:
    """The summary of the event file at `path`, as the lineage entry holds it. Raises OSError.

    Rows that cannot be read, such as one cut off by a full disk, are left out.
    """
    steps, times, values = _Extent(), _Extent(), array("d")
    steps_seen = 0
    with open(path, encoding="utf-8", errors="replace", newline="\n") as file:
        if not json_lines:
            next(file, None)
        for line in file:
            row = _json_row(line) if json_lines else _text_row(line)
            if row is None:
                continue
            step, moment, value = row
            if numeric:
                try:
                    values.append(float(value))
                except ValueError:
                    continue
            if step is not None:
                steps_seen += 1
                steps.add(step)
            times.add(moment)
    summary: dict[str, Any] = {"is_event": True}
    if steps_seen:
        summary["step"] = {"count": steps_seen, "min": steps.least, "max": steps.most}
    if times.least is not None:
        summary["timestamp"] = {"min": _iso(times.least), "max": _iso(times.most)}
    if numeric and values:
        summary["metric"] = distribution(values)
    return summary


class _Extent:
    __slots__ = ("least", "most")

    def __init__(self) -> None:
        self.least: Any = None
        self.most: Any = None

    def add(self, value: Any) -> None:
        if self.least is None:
            self.least = self.most = value
        elif value < self.least:
            self.least = value
        elif value > self.most:
            self.most = value


def _text_row(line: str) -> tuple[int | None, str, str] | None:
    parts = line.split("|", 2)
    if len(parts) != 3 or not parts[1]:
        return None
    try:
        return (int(parts[0]) if parts[0] else None), parts[1], parts[2]
    except ValueError:
        return None


def _json_row(line: str) -> tuple[int | None, str, str] | None:
    try:
        row = json.loads(line)
        step, moment = row["step"], row["timestamp"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return (step, moment, "") if isinstance(step, int | None) and isinstance(moment, str) else None


def _iso(event_time: str) -> str:
    return event_time.replace(" ", "T", 1)


def distribution(values: array[float]) -> dict[str, float | None]:
    """Count, mean, sample standard deviation, least, quartiles (interpolated), greatest and last value.

    NaN counts for `last` only. What has no value, such as the deviation of one number, is None.
    """
    known = sorted(value for value in values if value == value)
    count = len(known)
    mean = _mean(known) if known else None
    return {
        "count": float(count),
        "mean": mean,
        "std": _deviation(known, mean) if mean is not None and count > 1 else None,
        "min": known[0] if known else None,
        "25%": _quantile(known, 0.25),
        "50%": _quantile(known, 0.5),
        "75%": _quantile(known, 0.75),
        "max": known[-1] if known else None,
        "last": values[-1],
    }


def _mean(known: list[float]) -> float:
    if not (math.isfinite(known[0]) and math.isfinite(known[-1])):
        return sum(known)
    try:
        return math.fsum(known) / len(known)
    except OverflowError:
        return math.fsum(value / len(known) for value in known)


def _deviation(known: list[float], mean: float) -> float:
    if not math.isfinite(mean):
        return math.nan
    try:
        return math.sqrt(math.fsum((value - mean) ** 2 for value in known) / (len(known) - 1))
    except OverflowError:
        return math.inf


def _quantile(known: list[float], share: float) -> float | None:
    if not known:
        return None
    place = share * (len(known) - 1)
    below = math.floor(place)
    rest = place - below
    if rest == 0 or known[below] == known[below + 1]:
        return known[below]
    low, high = known[below], known[below + 1]
    if not math.isfinite(high - low):
        return low * (1 - rest) + high * rest
    # From the nearer end, as numpy does: then both give the same last digit.
    return low + (high - low) * rest if rest < 0.5 else high - (high - low) * (1 - rest)
