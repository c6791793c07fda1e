"""Histories as curves that can be drawn: few enough points, and account of what has no place on the axes."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import Enum

from lineage_index.index.result import SearchResult

__all__ = ["Clock", "Curve", "Curves", "Undrawn", "metric_keys", "read_curves"]


class Clock(Enum):
    """What the points of a history lie over, where it is no other metric."""

    STEP = "step"
    TIME = "time"
    ELAPSED = "elapsed"


@dataclass(frozen=True, slots=True)
class Curve:
    """The history of one run, by x. A value of None is a gap: points were logged there that can't be drawn.

    `place` is that of the run in the search. x is a step, seconds since the run's first point, milliseconds
    since 1970 (UTC), or a value of another metric.
    """

    place: int
    points: tuple[tuple[float, float | None], ...]


@dataclass(frozen=True, slots=True)
class Undrawn:
    """How many points have no place on the axes, each counted once, by the first reason that holds."""

    without_x: int = 0
    x_not_positive: int = 0
    nan: int = 0
    infinite: int = 0
    not_positive: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return sum(getattr(self, each.name) for each in fields(self))


@dataclass(frozen=True, slots=True)
class Curves:
    """The curves of one metric, in the order of the search. `points` were read, `undrawn` of them have no
    place; `without` runs have no point at all."""

    metric: str
    curves: tuple[Curve, ...]
    points: int
    undrawn: Undrawn
    without: int


def metric_keys(result: SearchResult) -> list[str]:
    """The metrics of which the runs of the page have points: those of most runs first."""
    rows = result._engine.select(
        "SELECT key FROM points WHERE section = 'metrics' AND run_id IN (SELECT unnest($1::BIGINT[])) "
        "GROUP BY key ORDER BY count(DISTINCT run_id) DESC, key",
        [result._run_ids],
    )
    return [key for (key,) in rows]


def read_curves(
    result: SearchResult,
    metric: str,
    x: Clock | str = Clock.STEP,
    *,
    log_x: bool = False,
    log_y: bool = False,
    columns: int = 400,
) -> Curves:
    """The history of a metric of every run of the page, over `x`: a clock, or another metric's value at that
    step (the last one logged before it).

    Where many points of a run fall into one of so many `columns` of the picture, the first, the last, the
    lowest and the highest of them stay, and one that can't be drawn: so no peak and no gap is lost. Raises
    ValueError for a result that is not of runs.
    """
    if result.artifacts is not None or result.points is not None:
        raise ValueError("curves are of runs")
    if not result.uuids:
        return Curves(metric, (), 0, Undrawn(), 0)
    told = _told(x, log_x, log_y)
    parameters = [metric, result._run_ids, *([x] if isinstance(x, str) else [])]
    ((points, *undrawn),) = result._engine.select(_COUNT.format(told=told), parameters)
    places = {run_id: place for place, run_id in enumerate(result._run_ids)}
    found: dict[int, list[tuple[float, float | None]]] = {}
    scaled = "log10(x)" if log_x else "x"
    sql = _KEPT.format(told=told, scaled=scaled, columns=f"${len(parameters) + 1}")
    for run_id, at, value in result._engine.select(sql, [*parameters, columns]):
        found.setdefault(places[run_id], []).append((at, value))
    known = result._engine.select(_KNOWN, parameters[:2])
    return Curves(
        metric,
        tuple(Curve(place, tuple(found[place])) for place in sorted(found)),
        points,
        Undrawn(*undrawn),
        len(result.uuids) - len(known),
    )


_OWN = (
    "SELECT run_id, seq, step, time, value FROM points WHERE section = 'metrics' AND key = {key} "
    "AND run_id IN (SELECT unnest($2::BIGINT[]))"
)
_KNOWN = f"SELECT DISTINCT run_id FROM ({_OWN.format(key='$1')})"
_COUNT = (
    "{told} SELECT count(*), count(*) FILTER (WHERE NOT x_known), "
    "count(*) FILTER (WHERE x_known AND NOT x_fits), count(*) FILTER (WHERE x_fits AND isnan(y)), "
    "count(*) FILTER (WHERE x_fits AND isinf(y)), "
    "count(*) FILTER (WHERE x_fits AND isfinite(y) AND NOT y_fits) FROM told"
)
_KEPT = (
    "{told}, around AS (SELECT min({scaled}) AS low, max({scaled}) AS high FROM told WHERE x_fits), "
    "cells AS (SELECT t.*, CASE WHEN high > low THEN least({columns} - 1, "
    "floor(({scaled} - low) / (high - low) * {columns})) ELSE 0 END AS cell "
    "FROM told AS t, around WHERE x_fits), "
    "kept AS (SELECT run_id, unnest(list_distinct(list_filter([min(n), max(n), "
    "arg_min(n, (y, n)) FILTER (WHERE y_fits), arg_max(n, (y, -n)) FILTER (WHERE y_fits), "
    "min(n) FILTER (WHERE NOT y_fits)], lambda each: each IS NOT NULL))) AS n FROM cells "
    "GROUP BY run_id, cell) "
    "SELECT t.run_id, t.x, CASE WHEN y_fits THEN y END FROM told AS t "
    "JOIN kept AS k ON k.run_id = t.run_id AND k.n = t.n ORDER BY t.run_id, t.n"
)


def _told(x: Clock | str, log_x: bool, log_y: bool) -> str:
    """The points with their place on both axes, and whether they have one; numbered along x."""
    own = _OWN.format(key="$1")
    match x:
        case Clock.STEP:
            placed = f"SELECT run_id, seq, step::DOUBLE AS x, value AS y FROM ({own})"
        case Clock.TIME:
            placed = f"SELECT run_id, seq, epoch_us(time) / 1000 AS x, value AS y FROM ({own})"
        case Clock.ELAPSED:
            since = "epoch_us(time) - min(epoch_us(time)) OVER (PARTITION BY run_id)"
            placed = f"SELECT run_id, seq, ({since}) / 1e6 AS x, value AS y FROM ({own})"
        case str():
            # Of several values at one step the last one logged.
            other = (
                "SELECT run_id, step, arg_max(value, seq) AS value FROM "
                f"({_OWN.format(key='$3')}) WHERE step IS NOT NULL GROUP BY run_id, step"
            )
            placed = (
                f"SELECT o.run_id, o.seq, e.value AS x, o.value AS y FROM ({own}) AS o "
                f"ASOF LEFT JOIN ({other}) AS e ON o.run_id = e.run_id AND o.step >= e.step"
            )
    x_fits = "x IS NOT NULL AND isfinite(x)" + (" AND x > 0" if log_x else "")
    y_fits = "isfinite(y)" + (" AND y > 0" if log_y else "")
    return (
        f"WITH placed AS ({placed}), told AS (SELECT run_id, x, y, x IS NOT NULL AND isfinite(x) AS x_known, "
        f"{x_fits} AS x_fits, {y_fits} AS y_fits, "
        "row_number() OVER (PARTITION BY run_id ORDER BY x NULLS LAST, seq) AS n FROM placed)"
    )
