"""The trials of a matrix: a pure function of the matrix and a seed.

Every draw is the inverse of a cumulative distribution at one number of `random.Random`, whose sequence Python
keeps from version to version; so a seed gives the same trials everywhere.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate, islice, product
from random import Random
from statistics import NormalDist
from typing import Any

from pql.joins.space import Axis, SearchSpace

__all__ = ["Trials", "canonical", "make_trials"]

_REPEATS = 1_000
"""Draws in a row that gave nothing new, after which the rest is listed (or given up)."""

_LISTED = 1_000_000
"""Points that are listed at most."""

_EDGE = 1e-16
"""The normal distribution is cut off where its tails weigh this much."""


@dataclass(frozen=True, slots=True)
class Trials:
    """The params of each trial, in order. `missing`: how many fewer they are than were asked for, since the
    matrix has no more distinct points (or none were found)."""

    params: tuple[Mapping[str, Any], ...]
    missing: int = 0


def canonical(params: Mapping[str, Any]) -> str:
    """A text that is the same for the same params, in whatever order."""
    return json.dumps(params, sort_keys=True, ensure_ascii=False, default=str)


def make_trials(space: SearchSpace, seed: int) -> Trials:
    """All trials of the matrix; a random search draws distinct ones with the seed, others don't use it."""
    if space.kind == "mapping":
        return Trials(space.rows)
    wanted = space.num_runs
    if space.kind == "grid":
        found = tuple(islice(_points(space), wanted))
        return Trials(found, 0 if wanted is None else wanted - len(found))
    return _drawn(space, wanted or 0, Random(seed))


def _points(space: SearchSpace) -> Iterator[dict[str, Any]]:
    """Every point; the last param varies fastest."""
    names = [axis.name for axis in space.axes]
    for values in product(*(axis.values for axis in space.axes)):
        yield dict(zip(names, values, strict=True))


def _drawn(space: SearchSpace, wanted: int, source: Random) -> Trials:
    found: dict[str, dict[str, Any]] = {}
    repeats = 0
    while len(found) < wanted and repeats < _REPEATS:
        point = {axis.name: _draw(axis, source.random()) for axis in space.axes}
        key = canonical(point)
        repeats = repeats + 1 if key in found else 0
        found.setdefault(key, point)
    if len(found) < wanted:
        _add_rest(space, wanted, source, found)
    return Trials(tuple(found.values()), wanted - len(found))


def _add_rest(space: SearchSpace, wanted: int, source: Random, found: dict[str, dict[str, Any]]) -> None:
    """Draw from the points that are left, each with its probability, as drawing on would do."""
    if not all(axis.values for axis in space.axes) or math.prod(len(a.values) for a in space.axes) > _LISTED:
        return
    rest: dict[str, tuple[dict[str, Any], float]] = {}
    shares = product(*(_shares(axis) for axis in space.axes))
    for point, parts in zip(_points(space), shares, strict=True):
        key, weight = canonical(point), math.prod(parts)
        if key not in found and weight > 0:
            rest[key] = (point, weight + rest.get(key, (point, 0.0))[1])
    while rest and len(found) < wanted:
        keys = list(rest)
        key = keys[_place([weight for _, weight in rest.values()], source.random())]
        found[key] = rest.pop(key)[0]


def _shares(axis: Axis) -> tuple[float, ...]:
    return axis.shares or (1 / len(axis.values),) * len(axis.values)


def _place(weights: list[float] | tuple[float, ...], number: float) -> int:
    """Which of the weights a number from 0 to 1 falls on."""
    sums = list(accumulate(weights))
    mark = number * sums[-1]
    return next(
        (place for place, total in enumerate(sums) if mark < total and weights[place] > 0), len(sums) - 1
    )


def _draw(axis: Axis, number: float) -> Any:
    if axis.values:
        if axis.shares:
            return axis.values[_place(axis.shares, number)]
        return axis.values[int(number * len(axis.values))]
    first, second, *step = axis.numbers
    if axis.kind.endswith("normal"):
        drawn = first + second * NormalDist().inv_cdf(min(max(number, _EDGE), 1 - _EDGE))
    else:
        drawn = first + number * (second - first)
    if "log" in axis.kind:
        drawn = math.exp(drawn)
    return _rounded(drawn, step[0]) if step else drawn


def _rounded(number: float, step: float) -> float | int:
    """The nearest multiple of the step; whole if the step is."""
    count = round(number / step)
    return count * int(step) if step.is_integer() else float(f"{count * step:.15g}")
