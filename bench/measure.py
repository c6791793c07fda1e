"""Interleaved timing: A B A B in one process, medians and how far the samples spread."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Samples", "interleaved", "quantile"]


@dataclass(frozen=True, slots=True)
class Samples:
    """Seconds of each repetition by the clock, and of the processor (all threads of this process)."""

    seconds: tuple[float, ...]
    busy: tuple[float, ...] = ()

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    @property
    def spread(self) -> float:
        """Interquartile range over the median."""
        return (quantile(self.seconds, 0.75) - quantile(self.seconds, 0.25)) / self.median

    @property
    def cpu(self) -> float:
        """Median processor seconds: what other work on the machine hardly touches."""
        return statistics.median(self.busy)

    def to_dict(self) -> dict[str, float | int]:
        """Milliseconds, for the report."""
        return {
            "median_ms": round(self.median * 1e3, 4),
            "iqr_ms": round(self.spread * self.median * 1e3, 4),
            "least_ms": round(min(self.seconds) * 1e3, 4),
            "cpu_ms": round(self.cpu * 1e3, 4),
            "samples": len(self.seconds),
        }


def quantile(values: tuple[float, ...], share: float) -> float:
    """A quantile by linear interpolation."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def interleaved(
    sides: Mapping[str, Callable[[], Any]], *, rounds: int, seconds: float, warmups: int = 2
) -> dict[str, Samples]:
    """Calls every side once a round, each round in the other direction, for so many rounds or, if that takes
    longer, so many seconds (at least five rounds)."""
    for _ in range(warmups):
        for call in sides.values():
            call()
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in sides}
    order = list(sides.items())
    began = time.perf_counter()
    gc.collect()
    gc.disable()
    try:
        for number in range(rounds):
            for name, call in order if number % 2 == 0 else reversed(order):
                start, start_cpu = time.perf_counter(), time.process_time()
                call()
                cpu = time.process_time() - start_cpu
                found[name].append((time.perf_counter() - start, cpu))
            if number >= 4 and time.perf_counter() - began > seconds:
                break
    finally:
        gc.enable()
    return {name: Samples(*map(tuple, zip(*each, strict=True))) for name, each in found.items()}
