"""From a search to what its picture holds; what can't be drawn is told, never dropped in silence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NoReturn

from lineage_index.index.index import Index
from lineage_index.index.plot import Clock, Curve, Curves, metric_keys, read_curves
from lineage_index.index.result import SearchResult
from pql.binder.bound import BoundQuery, HistoryValue, KeyValue
from pql.cli.exits import Exit, fail
from pql.cli.output_cells import json_text
from pql.cli.output_columns import ShownColumn, asked_columns, split_names, spoken_values
from pql.cli.plot_model import Coordinate, Lines, Panel, Parallel, Run, Scatter, Spot, Tone
from pql.cli.plot_scale import Axis, Kind, axis_over, position
from pql.cli.plot_values import Placed, place_values, tone_values
from pql.cli.progress import progress
from pql.cli.text import clip, printable
from pql.diagnostics.suggest import nearest
from pql.plan.forms import field_name, key_name

__all__ = ["Wanted", "collect_lines", "collect_parallel", "collect_scatter"]

_MOST_PANELS = 4
_MOST_AXES = 8
_MOST_TEXTS = 20
"""A column of more texts is no axis of parallel coordinates unless it is asked for."""

_LONGEST = 40
_CELLS = 30_000
_FEWEST = 24
"""So many columns of all curves together, and of one at the least: each keeps up to five points."""

_PATIENCE = 1e-9
"""The line goes when all is read."""

_MOST_SPOTS = 5_000
_GRID = (180, 90)
"""A scatter of more points draws one in each cell of a grid: four pixels of a picture in a file."""

_WIDE_RANGE = 100
"""An axis of parallel coordinates whose positive numbers span more is logarithmic."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line asked for; names are as written there."""

    metrics: tuple[str, ...]
    x: str | None
    y: str | None
    color: str | None
    log_x: bool
    log_y: bool
    title: str
    say: Callable[[str], None]


def collect_lines(index: Index, result: SearchResult, bound: BoundQuery, wanted: Wanted) -> Lines:
    """Curves of metrics over steps, a clock, or another metric. Ends the process if there are none."""
    known = metric_keys(result)
    metrics = _metrics(index, bound, wanted, known)
    x = _over(index, wanted.x, known, wanted)
    curves = len(result) * len(metrics)
    columns = min(600, max(_FEWEST, _CELLS // max(1, curves)))
    show = progress("curves", patience=_PATIENCE)
    found: list[Curves] = []
    for metric in metrics:
        if show is not None:
            show(len(found) * len(result), curves)
        found.append(read_curves(result, metric, x, log_x=wanted.log_x, log_y=wanted.log_y, columns=columns))
    if show is not None:
        show(curves, curves)
    for each in found:
        _account(each, len(result), wanted)
    drawn = [
        each for each in found if any(value is not None for own in each.curves for _, value in own.points)
    ]
    if not drawn:
        fail("error: nothing can be drawn", Exit.NOTHING)
    at = [x for each in drawn for curve in each.curves for x, _ in curve.points]
    names = {Clock.STEP: "step", Clock.TIME: "time (UTC)", Clock.ELAPSED: "seconds since the first point"}
    name = names[x] if isinstance(x, Clock) else f"metrics.{printable(x)}"
    kind = Kind.TIME if x is Clock.TIME else Kind.NUMBER
    told = [
        (each.metric, [own for own in each.curves if any(value is not None for _, value in own.points)])
        for each in drawn
    ]
    places = sorted({curve.place for _, curves in told for curve in curves})
    tone = _tone(index, result, wanted)
    if tone is not None:
        tone = replace(tone, values=tuple(tone.values[place] for place in places))
    runs = _runs(result)
    title = wanted.title
    there = sum(each.points - each.undrawn.total for each in drawn)
    kept = sum(value is not None for each in drawn for own in each.curves for _, value in own.points)
    if kept < there:
        title += _standing(kept, there)
    return Lines(
        title,
        tuple(runs[place] for place in places),
        axis_over(name, kind, at, log=wanted.log_x),
        tuple(_panel(metric, curves, places, log=wanted.log_y) for metric, curves in told),
        tone,
    )


def _standing(drawn: int, points: int) -> str:
    """What a title says of points that were left out."""
    return f"  ·  {drawn:,} points stand for {points:,}"


def _panel(metric: str, curves: Sequence[Curve], places: Sequence[int], *, log: bool) -> Panel:
    """The curves of a metric; their places are those among the runs that are drawn."""
    values = [value for curve in curves for _, value in curve.points if value is not None]
    axis = axis_over(f"metrics.{printable(metric)}", Kind.NUMBER, values, log=log)
    return Panel(axis, tuple(replace(each, place=places.index(each.place)) for each in curves))


def _metrics(index: Index, bound: BoundQuery, wanted: Wanted, known: Sequence[str]) -> list[str]:
    if wanted.metrics:
        names = [_metric(index, each) for given in wanted.metrics for each in _split(given, known)]
        for each in names:
            if each not in known:
                _unknown(each, known)
        return list(dict.fromkeys(names))
    spoken = []
    for value in spoken_values(bound):
        match value:
            case KeyValue(numbers_only=True):
                spoken.append(value.key)
            case HistoryValue(metric=metric):
                spoken.append(metric)
            case _:
                pass
    found = [each for each in dict.fromkeys(spoken) if each in known] or list(known)
    if not found:
        fail(f"error: {_NO_POINTS}", Exit.NOTHING)
    if len(found) > _MOST_PANELS:
        rest = ", ".join(printable(each) for each in found[_MOST_PANELS:][:8])
        wanted.say(f"metrics left out (--metric NAME draws them): {rest}{', ...' if len(found) > 12 else ''}")
    return found[:_MOST_PANELS]


_NO_POINTS = "no run that matches has a history of any metric in the index (was it made with --no-history?)"


def _split(given: str, known: Sequence[str]) -> list[str]:
    """A name that there is, else names with commas between them."""
    return [given] if given in known else split_names(given, "--metric")


def _metric(index: Index, name: str) -> str:
    """The key of a metric, written `loss`, `metrics.loss` or `metrics."my loss"`."""
    if not name.startswith("metrics."):
        return name
    (value,) = (each.value for each in index.bind(None, sort=name).sort)
    return value.key if isinstance(value, KeyValue) else name


def _unknown(name: str, known: Sequence[str]) -> NoReturn:
    if not known:
        fail(f"error: {_NO_POINTS}", Exit.NOTHING)
    close = nearest(name, known)
    listed = " or ".join(f"`{printable(each)}`" for each in close)
    hint = f"did you mean {listed}?" if close else f"there are: {', '.join(map(printable, known[:8]))}"
    fail(f"error: no run that matches has a history of `{printable(name)}`; {hint}", Exit.NOTHING)


def _over(index: Index, name: str | None, known: Sequence[str], wanted: Wanted) -> Clock | str:
    """What `--x` names: a clock, or a metric."""
    if name is None:
        return Clock.STEP
    clocks = {each.value: each for each in Clock}
    if name in clocks:
        if clocks[name] is Clock.TIME and wanted.log_x:
            fail("error: --log-x has no meaning for times; --x elapsed has one", Exit.USAGE)
        return clocks[name]
    metric = _metric(index, name)
    if metric not in known:
        if "." in name and not name.startswith("metrics."):
            fail(
                f"error: curves lie over {', '.join(clocks)} or a metric; for a scatter give --y, too",
                Exit.USAGE,
            )
        _unknown(metric, [*known, *clocks])
    return metric


def _account(found: Curves, runs: int, wanted: Wanted) -> None:
    name = printable(found.metric)
    if found.without:
        wanted.say(f"{found.without:,} of {runs:,} runs have no history of {name}")
    lost = found.undrawn
    reasons = [
        (lost.nan, "NaN"),
        (lost.infinite, "infinite"),
        (lost.not_positive, "not above 0 on the log axis"),
        (lost.without_x, "without a place on the x axis"),
        (lost.x_not_positive, "at an x not above 0 on the log axis"),
    ]
    if lost.total:
        told = ", ".join(f"{count:,} {reason}" for count, reason in reasons if count)
        wanted.say(f"{lost.total:,} of {found.points:,} points of {name} can't be drawn: {told}")


def collect_scatter(index: Index, result: SearchResult, wanted: Wanted) -> Scatter:
    """A point a run. Ends the process if no run has both coordinates."""
    placed = []
    for name, option, log in ((wanted.x, "--x", wanted.log_x), (wanted.y, "--y", wanted.log_y)):
        column = _column(index, result, name or "", option)
        placed.append(place_values(column.name, column.cells, log=log))
        _tell(placed[-1], column.name, len(result), wanted)
        axis = placed[-1].axis
        if log and axis is not None and not axis.log:
            fail(f"error: --log-{option[-1]} is for numbers", Exit.USAGE)
    x, y = placed
    spots = tuple(
        Spot(place, at, value)
        for place, (at, value) in enumerate(zip(x.values, y.values, strict=True))
        if at is not None and value is not None
    )
    if not spots or x.axis is None or y.axis is None:
        fail("error: nothing can be drawn: no run has a place on both axes", Exit.NOTHING)
    drawn = _thinned(spots, x.axis, y.axis)
    title = wanted.title
    if len(drawn) < len(spots):
        title += _standing(len(drawn), len(spots))
        wanted.say(
            f"{len(spots):,} points are too many to tell apart: of those on one spot the first is drawn"
        )
    runs, tone = _runs(result), _tone(index, result, wanted)
    if tone is not None:
        tone = replace(tone, values=tuple(tone.values[each.place] for each in drawn))
    return Scatter(
        title,
        tuple(runs[each.place] for each in drawn),
        x.axis,
        y.axis,
        tuple(replace(each, place=place) for place, each in enumerate(drawn)),
        tone,
    )


def _thinned(spots: Sequence[Spot], x: Axis, y: Axis) -> Sequence[Spot]:
    """Few are all drawn; of many the first of the search in every cell of a grid, so that no cell that has
    one is empty."""
    if len(spots) <= _MOST_SPOTS:
        return spots
    cells: dict[tuple[int, int], Spot] = {}
    for each in spots:
        cell = int(position(x, each.x) * _GRID[0]), int(position(y, each.y) * _GRID[1])
        cells.setdefault(cell, each)
    return tuple(cells.values())


def collect_parallel(index: Index, result: SearchResult, bound: BoundQuery, wanted: Wanted) -> Parallel:
    """Inputs that differ (or those of `--x`), and a metric last, which gives the colour. Ends the process if
    there are not two axes."""
    target = wanted.y or next(iter(wanted.metrics), None)
    last = (
        _target(index, bound, result) if target is None else _column(index, result, _written(target), "--y")
    )
    coordinates = []
    for column in [*_parallel_columns(index, result, wanted), last]:
        placed = _own_axis(column)
        if placed.axis is None:
            wanted.say(f"{printable(column.name)} is left out: no run has a place on it")
        else:
            _tell(placed, column.name, len(result), wanted, "at the bottom")
            coordinates.append(Coordinate(placed.axis, placed.values))
    if len(coordinates) < 2:
        fail("error: parallel coordinates need two axes; --x NAMES and --y NAME name them", Exit.NOTHING)
    end = coordinates[-1]
    tone = Tone(end.axis.name, tone_values(Placed(end.axis, end.values, Counter())), end.axis.log)
    return Parallel(wanted.title, _runs(result), tuple(coordinates), tone)


def _target(index: Index, bound: BoundQuery, result: SearchResult) -> ShownColumn:
    """The first metric of the sort, else of the query, else that differs and most runs have."""
    sort = replace(bound, condition=None)
    for value in (*spoken_values(sort), *spoken_values(bound)):
        if isinstance(value, HistoryValue) or (isinstance(value, KeyValue) and value.numbers_only):
            return _column(index, result, field_name((), value), "--y")
    known = asked_columns(index, result, "metrics.*")
    if not known:
        fail("error: no run that matches has a metric; --y NAME names the last axis", Exit.NOTHING)
    known.sort(key=lambda each: (not _differs(each), sum(cell is None for cell in each.cells)))
    return known[0]


def _written(name: str) -> str:
    """A bare name stands for a metric, as in `--metric`."""
    if "." in name or "(" in name:
        return name
    return key_name("metrics", name)


def _parallel_columns(index: Index, result: SearchResult, wanted: Wanted) -> list[ShownColumn]:
    if wanted.x is not None:
        return [_column(index, result, each, "--x") for each in split_names(wanted.x, "--x")]
    differing = [each for each in asked_columns(index, result, "inputs.*") if _differs(each)]
    if len(differing) > _MOST_AXES:
        rest = ", ".join(printable(each.name) for each in differing[_MOST_AXES:][:8])
        more = ", ..." if len(differing) > _MOST_AXES + 8 else ""
        wanted.say(f"axes left out (--x NAMES draws them): {rest}{more}")
    return differing[:_MOST_AXES]


def _differs(column: ShownColumn) -> bool:
    """Whether the column tells some runs from others and not just each from all."""
    distinct = {json_text(cell) for cell in column.cells}
    axis = place_values(column.name, column.cells).axis
    texts = axis is not None and axis.kind is Kind.CATEGORY
    return len(distinct) > 1 and axis is not None and (not texts or len(distinct) <= _MOST_TEXTS)


def _own_axis(column: ShownColumn) -> Placed:
    """The axis of a column; logarithmic where positive numbers span a wide range."""
    placed = place_values(column.name, column.cells)
    axis = placed.axis
    if axis is None or axis.kind is not Kind.NUMBER or axis.low <= 0 or axis.high < _WIDE_RANGE * axis.low:
        return placed
    return place_values(column.name, column.cells, log=True)


def _column(index: Index, result: SearchResult, name: str, option: str) -> ShownColumn:
    """The one column that a name stands for."""
    columns = asked_columns(index, result, name, option)
    if len(columns) != 1:
        fail(f"error: {option} takes one name, not {printable(name)!r}", Exit.USAGE)
    return columns[0]


def _tell(placed: Placed, name: str, runs: int, wanted: Wanted, where: str = "not drawn") -> None:
    total = placed.reasons.total()
    if total:
        told = ", ".join(f"{count:,} {reason}" for reason, count in placed.reasons.items())
        wanted.say(f"{total:,} of {runs:,} runs have no place on {printable(name)} ({where}): {told}")


def _tone(index: Index, result: SearchResult, wanted: Wanted) -> Tone | None:
    if wanted.color is None:
        return None
    placed = _own_axis(_column(index, result, wanted.color, "--color"))
    log = placed.axis is not None and placed.axis.log
    return Tone(printable(wanted.color), tone_values(placed), log)


def _runs(result: SearchResult) -> tuple[Run, ...]:
    """Named by their name, and by the beginning of their uuid where a name is not theirs alone."""
    names = [clip(printable(row["name"] or "(no name)"), _LONGEST) for row in result.rows]
    counted = Counter(names)
    return tuple(
        Run(name if counted[name] == 1 else f"{name} {uuid[:8]}", uuid)
        for name, uuid in zip(names, result.uuids, strict=True)
    )
