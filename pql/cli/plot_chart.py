"""Pictures as Vega-Lite charts.

Names of runs and keys are data or titles, never names of fields and never expressions.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

from lineage_index.index.plot import Curve
from pql.cli.plot_model import Lines, Panel, Parallel, Picture, Run, Scatter, Tone
from pql.cli.plot_scale import Axis, Kind, end_label, position, ticks
from pql.cli.plot_tone import FAINT, FEW, PALETTE, SCALE

__all__ = ["chart_of"]

_WIDTH, _HEIGHT = 720, 360
_LABEL = 160
"""Pixels that a label may take."""


def _hex(colour: int) -> str:
    """One of a terminal's 256 colours: 6 levels of each of red, green, blue, and then greys."""
    if colour >= 232:
        return "#" + f"{8 + 10 * (colour - 232):02x}" * 3
    levels = (0, 95, 135, 175, 215, 255)
    red, rest = divmod(colour - 16, 36)
    return "#" + "".join(f"{levels[each]:02x}" for each in (red, *divmod(rest, 6)))


_GREY = _hex(FAINT)
_COLOURS = (*map(_hex, PALETTE), _GREY)
_OTHERS = "(others)"

_Line = dict[str, Any]
_Tables = dict[str, list[_Line]]


def chart_of(altair: Any, picture: Picture, *, zoom: bool) -> dict[str, Any]:
    """The chart of a picture, as Vega-Lite has it. With `zoom` a page can move along its axes; each mark is
    then clipped on its own, which takes long to draw where they are many."""
    tables: _Tables = {}
    match picture:
        case Lines():
            chart = _lines(altair, picture, tables, zoom)
        case Scatter():
            chart = _scatter(altair, picture, tables, zoom)
        case Parallel():
            chart = _parallel(altair, picture, tables)
    title = altair.TitleParams(text=_literal(picture.title), anchor="start", fontSize=13, limit=_WIDTH)
    chart = (
        chart.properties(title=title)
        .configure_axis(labelLimit=_LABEL, titleLimit=_WIDTH)
        .configure_legend(labelLimit=2 * _LABEL, symbolOpacity=1, gradientOpacity=1)
        .configure_view(stroke=None)
    )
    spec: dict[str, Any] = chart.to_dict()
    # altair would check and copy every row, again and again.
    return {**spec, "datasets": tables}


def _named(altair: Any, tables: _Tables, rows: list[_Line]) -> Any:
    """The rows as a table of the chart, by a name of our own."""
    name = f"t{len(tables)}"
    tables[name] = rows
    return altair.NamedData(name=name)


def _literal(text: str) -> str:
    """A title; an empty one would stand for none."""
    return text or " "


def _lines(altair: Any, picture: Lines, tables: _Tables, zoom: bool) -> Any:
    tone = picture.tone or _by_run(picture.runs)
    panels = []
    for number, panel in enumerate(picture.panels):
        chart = _panel(altair, picture, panel, tone, tables)
        panels.append(_zooming(altair, chart, picture.x, panel.y, number) if zoom else chart)
    return panels[0] if len(panels) == 1 else altair.vconcat(*panels)


def _by_run(runs: tuple[Run, ...]) -> Tone:
    """Without a tone: the runs themselves where they are few, else their places in the search."""
    if len(runs) <= FEW:
        return Tone("run", tuple(run.label for run in runs))
    return Tone("place in the search", tuple(float(place) for place in range(1, len(runs) + 1)))


def _panel(altair: Any, picture: Lines, panel: Panel, tone: Tone, tables: _Tables) -> Any:
    height = _HEIGHT if len(picture.panels) == 1 else _HEIGHT * 2 // 3
    x_fine, y_fine = _rounding(picture.x), _rounding(panel.y)

    def over(curves: Iterable[Curve]) -> Any:
        rows: list[_Line] = [
            {
                "r": each.place,
                "x": [x_fine(x) for x, _ in each.points],
                "y": [None if y is None else y_fine(y) for _, y in each.points],
            }
            for each in curves
        ]
        return (
            _with_runs(altair, tables, rows, picture.runs, tone)
            .transform_flatten(["x", "y"])
            .properties(width=_WIDTH, height=height)
            .encode(
                x=_scaled(altair, altair.X, "x", picture.x, nice=False),
                y=_scaled(altair, altair.Y, "y", panel.y, nice=not panel.y.log),
                detail="r:N",
                color=_colour(altair, tone),
                tooltip=_tooltip(altair, tone),
            )
        )

    # The first of the search is drawn last: on top of the others.
    curves = panel.curves[::-1]
    opacity = _opacity(len(curves))
    width = 1.6 if len(curves) <= FEW else 1 if len(curves) <= _MANY else 0.5
    # Without an order of its own a line would go along x.
    lines = over(curves).mark_line(order=False, strokeWidth=width, strokeOpacity=opacity)
    alone = [own for each in curves if (own := _alone(each)).points]
    if not alone:
        return lines
    # A line of one point is not seen.
    return altair.layer(lines, over(alone).mark_point(filled=True, size=18, fillOpacity=opacity))


def _alone(curve: Curve) -> Curve:
    """Of a curve the points without one to either side that a line could lead to."""
    drawn = [None, *(value for _, value in curve.points), None]
    lonely = (
        point
        for n, point in enumerate(curve.points)
        if point[1] is not None and drawn[n] is None and drawn[n + 2] is None
    )
    return Curve(curve.place, tuple(lonely))


_MANY = 100
"""More lines than that are hair lines: seen between each other, and drawn in half the time."""

_FINE = 6
"""Digits of the range of an axis that a picture can tell apart, zoomed in, too."""


def _rounding(axis: Axis) -> Callable[[float], float]:
    """What shortens the numbers on an axis to what can be seen of them."""
    if axis.log:
        return lambda value: float(f"{value:.{_FINE}g}")
    span = axis.high / 2 - axis.low / 2
    if span == 0:
        return float
    places = _FINE - math.floor(math.log10(span))
    return lambda value: round(value, places)


def _opacity(count: int) -> float:
    """Less for many, but one alone is still seen."""
    return 1.0 if count <= FEW else max(0.25, round(1 - count / 300, 2))


def _scatter(altair: Any, picture: Scatter, tables: _Tables, zoom: bool) -> Any:
    rows = [
        {"r": each.place, "x": _shown(picture.x, each.x), "y": _shown(picture.y, each.y)}
        for each in reversed(picture.spots)
    ]
    own = [_tip(altair, "x", picture.x), _tip(altair, "y", picture.y)]
    chart = (
        _with_runs(altair, tables, rows, picture.runs, picture.tone)
        .properties(width=_WIDTH, height=_HEIGHT)
        .mark_point(
            filled=True, size=60 if len(rows) <= 200 else 25, fillOpacity=max(0.6, _opacity(len(rows)))
        )
        .encode(
            x=_scaled(altair, altair.X, "x", picture.x, padding=_PADDING),
            y=_scaled(altair, altair.Y, "y", picture.y, padding=_PADDING),
            color=_colour(altair, picture.tone),
            tooltip=[*own, *_tooltip(altair, picture.tone)],
        )
    )
    return _zooming(altair, chart, picture.x, picture.y) if zoom else chart


def _zooming(altair: Any, chart: Any, x: Axis, y: Axis, number: int = 0) -> Any:
    """Let a page zoom and move along the axes that have a scale."""
    scaled = [name for name, axis in (("x", x), ("y", y)) if axis.kind is not Kind.CATEGORY]
    if not scaled:
        return chart
    return chart.add_params(altair.selection_interval(bind="scales", encodings=scaled, name=f"zoom{number}"))


_PADDING = 12
"""Pixels around the points of a scatter."""


def _shown(axis: Axis, value: float) -> float | str:
    return axis.categories[int(value)] if axis.kind is Kind.CATEGORY else value


_MISSING = -0.12
"""Where a run crosses an axis on which it has no value."""


def _parallel(altair: Any, picture: Parallel, tables: _Tables) -> Any:
    axes = picture.coordinates
    lacking = any(value is None for each in axes for value in each.values)
    crossings = [
        {
            "r": run,
            "n": place,
            "y": _MISSING if each.values[run] is None else position(each.axis, each.values[run] or 0.0),
        }
        for run in reversed(range(len(picture.runs)))
        for place, each in enumerate(axes)
    ]
    low = _MISSING if lacking else 0.0
    x = altair.X("n:Q", axis=None, scale=altair.Scale(domain=[0, len(axes) - 1], nice=False))
    y = altair.Y("y:Q", axis=None, scale=altair.Scale(domain=[low, 1], nice=False))

    def of(rows: list[_Line]) -> Any:
        return altair.Chart(_named(altair, tables, rows)).encode(x=x, y=y)

    posts = of([{"n": place, "y": 0.0, "top": 1.0} for place in range(len(axes))])
    names = [
        {"n": place, "y": 1.0, "t": each.axis.name + (" (log)" if each.axis.log else "")}
        for place, each in enumerate(axes)
    ]
    marks = [
        {"n": place, "y": at, "t": label}
        for place, each in enumerate(axes)
        for at, label in _with_ends(each.axis)
    ]
    if lacking:
        marks += [{"n": place, "y": _MISSING, "t": "none"} for place in range(len(axes))]
    lines = (
        _with_runs(altair, tables, crossings, picture.runs, picture.tone)
        .mark_line(strokeWidth=1.2, strokeOpacity=max(0.3, _opacity(len(picture.runs))))
        .encode(
            x=x,
            y=y,
            detail="r:N",
            order="n:Q",
            color=_colour(altair, picture.tone),
            tooltip=_tooltip(altair, picture.tone),
        )
    )
    wide = _WIDTH // (len(axes) - 1)
    text = {"limit": min(wide, _LABEL)}
    return altair.layer(
        posts.mark_rule(color=_GREY).encode(y2="top:Q"),
        lines,
        # The colour of the sheet below, so that they can be read on the lines.
        of(marks)
        .mark_text(align="right", dx=-5, fontSize=10, stroke=altair.expr("background"), strokeWidth=3, **text)
        .encode(text="t:N"),
        of(marks).mark_text(align="right", dx=-5, fontSize=10, **text).encode(text="t:N"),
        of(names).mark_text(dy=-14, fontSize=11, fontWeight="bold", **text).encode(text="t:N"),
    ).properties(width=_WIDTH, height=_HEIGHT)


_TICKS = 6


def _with_ends(axis: Axis) -> list[tuple[float, str]]:
    """The ticks, and the ends where no tick is near."""
    found = ticks(axis, _TICKS)
    if axis.kind is Kind.CATEGORY or axis.low == axis.high:
        return found
    ends = [(at, end_label(axis, at)) for at in (0.0, 1.0) if all(abs(at - each) > 0.06 for each, _ in found)]
    return [*found, *ends]


def _with_runs(
    altair: Any, tables: _Tables, rows: list[_Line], runs: tuple[Run, ...], tone: Tone | None
) -> Any:
    """A chart of rows whose `r` is a run's place; what is known of the run is looked up by it."""
    values = [None] * len(runs) if tone is None else [_toned(tone, each) for each in tone.values]
    known = [
        {"r": place, "run": run.label, "uuid": run.uuid, "c": value}
        for place, (run, value) in enumerate(zip(runs, values, strict=True))
    ]
    data = altair.LookupData(data=_named(altair, tables, known), key="r", fields=["run", "uuid", "c"])
    return altair.Chart(_named(altair, tables, rows)).transform_lookup(lookup="r", from_=data)


def _toned(tone: Tone, value: float | str | None) -> float | str | None:
    if isinstance(value, str) and value not in tone.categories[:FEW]:
        return _OTHERS
    return value


def _scaled(
    altair: Any, channel: Any, field: str, axis: Axis, *, nice: bool = False, padding: int = 0
) -> Any:
    title = _literal(axis.name + (" (log)" if axis.log else ""))
    match axis.kind:
        case Kind.CATEGORY:
            names = list(axis.categories)
            return channel(f"{field}:N", title=title, sort=names, scale=altair.Scale(domain=names))
        case Kind.TIME:
            return channel(f"{field}:T", title=title, scale=altair.Scale(type="utc", padding=padding))
        case Kind.NUMBER:
            kind = "log" if axis.log else "linear"
            linear = {} if axis.log else {"zero": False}
            scale = altair.Scale(type=kind, nice=nice, padding=padding, **linear)
            return channel(f"{field}:Q", title=title, scale=scale)


def _colour(altair: Any, tone: Tone | None) -> Any:
    """A colour for each category or a ramp of numbers; grey where there is no value."""
    if tone is None:
        return altair.value(_COLOURS[0])
    title = _literal(tone.name + (" (log)" if tone.log else ""))
    if tone.categories:
        shown = list(tone.categories[:FEW]) + [_OTHERS] * (len(tone.categories) > FEW)
        scale = altair.Scale(domain=shown, range=_COLOURS[: len(shown)])
        colour = altair.Color("c:N", title=title, sort=shown, scale=scale)
    else:
        kind = "log" if tone.log else "linear"
        colour = altair.Color("c:Q", title=title, scale=altair.Scale(type=kind, range=[*map(_hex, SCALE)]))
    return altair.condition("!isValid(datum.c)", altair.value(_GREY), colour)


def _tip(altair: Any, field: str, axis: Axis) -> Any:
    title = _literal(axis.name)
    match axis.kind:
        case Kind.CATEGORY:
            return altair.Tooltip(f"{field}:N", title=title)
        case Kind.TIME:
            return altair.Tooltip(f"{field}:T", title=title, timeUnit="utcyearmonthdatehoursminutesseconds")
        case Kind.NUMBER:
            return altair.Tooltip(f"{field}:Q", title=title)


def _tooltip(altair: Any, tone: Tone | None) -> list[Any]:
    """Name, uuid, and what the colour stands for. A title of a tooltip is `section.key` or one of our own
    words: the page takes an entry named `image` for a picture to load."""
    tips = [altair.Tooltip("run:N", title="run"), altair.Tooltip("uuid:N", title="uuid")]
    if tone is not None and tone.name != "run":
        tips.append(altair.Tooltip("c:N" if tone.categories else "c:Q", title=_literal(tone.name)))
    return tips
