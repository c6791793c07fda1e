"""Pictures as Vega-Lite charts.

Names of runs and keys are data or titles, never names of fields and never expressions.
"""

from __future__ import annotations

from typing import Any

from lineage_index.index.plot import Curve
from pql.cli.plot_model import Lines, Parallel, Picture, Run, Scatter, Tone
from pql.cli.plot_scale import Axis, Kind, end_label, position, ticks
from pql.cli.plot_tone import FEW

__all__ = ["chart_of"]

_WIDTH, _HEIGHT = 720, 360
_LABEL = 160
"""Pixels that a label may take."""

_BLUE, _GREY = "#2a6fbb", "#999999"
_COLOURS = (
    *("#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd"),
    *("#8c564b", "#e377c2", "#17becf", "#bcbd22", "#393b79"),
    _GREY,
)
_OTHERS = "(others)"

_Line = dict[str, Any]
_Tables = dict[str, list[_Line]]


def chart_of(altair: Any, picture: Picture) -> dict[str, Any]:
    """The chart of a picture, as Vega-Lite has it."""
    tables: _Tables = {}
    match picture:
        case Lines():
            chart = _lines(altair, picture, tables)
        case Scatter():
            chart = _scatter(altair, picture, tables)
        case Parallel():
            chart = _parallel(altair, picture, tables)
    title = altair.TitleParams(text=_literal(picture.title), anchor="start", fontSize=13, limit=_WIDTH)
    chart = (
        chart.properties(title=title, background="white")
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


def _lines(altair: Any, picture: Lines, tables: _Tables) -> Any:
    tone = picture.tone or _by_run(picture.runs)
    panels = [_panel(altair, picture, place, tone, tables) for place in range(len(picture.panels))]
    return panels[0] if len(panels) == 1 else altair.vconcat(*panels)


def _by_run(runs: tuple[Run, ...]) -> Tone:
    """Without a tone: the runs themselves where they are few, else their places in the search."""
    if len(runs) <= FEW:
        return Tone("run", tuple(run.label for run in runs))
    return Tone("place in the search", tuple(float(place) for place in range(1, len(runs) + 1)))


def _panel(altair: Any, picture: Lines, number: int, tone: Tone, tables: _Tables) -> Any:
    panel = picture.panels[number]
    height = _HEIGHT if len(picture.panels) == 1 else _HEIGHT * 2 // 3
    few = len(panel.curves) <= FEW

    def over(rows: list[_Line]) -> Any:
        return (
            _with_runs(altair, tables, rows, picture.runs, tone)
            .properties(width=_WIDTH, height=height)
            .encode(
                x=_scaled(altair, altair.X, "x", picture.x, nice=False),
                y=_scaled(altair, altair.Y, "y", panel.y, nice=not panel.y.log),
                detail="r:N",
                order="n:Q",
                color=_colour(altair, tone),
                tooltip=_tooltip(altair, tone),
            )
        )

    # The first of the search is drawn last: on top of the others.
    curves = panel.curves[::-1]
    rows = [
        {"r": each.place, "n": n, "x": x, "y": y} for each in curves for n, (x, y) in enumerate(each.points)
    ]
    alone = [row for each in curves for row in _alone(each)]
    opacity = _opacity(len(curves))
    chart = over(rows).mark_line(strokeWidth=1.6 if few else 1, strokeOpacity=opacity)
    chart = _zooming(altair, chart, picture.x, panel.y, number)
    if alone:  # a line of one point is not seen
        chart = altair.layer(chart, over(alone).mark_point(filled=True, size=18, fillOpacity=opacity))
    return chart


def _alone(curve: Curve) -> list[_Line]:
    """Points without one to either side that a line could lead to."""
    drawn = [None, *(value for _, value in curve.points), None]
    return [
        {"r": curve.place, "n": n, "x": x, "y": y}
        for n, (x, y) in enumerate(curve.points)
        if y is not None and drawn[n] is None and drawn[n + 2] is None
    ]


def _opacity(count: int) -> float:
    """Less for many, but one alone is still seen."""
    return 1.0 if count <= FEW else max(0.25, round(1 - count / 300, 2))


def _scatter(altair: Any, picture: Scatter, tables: _Tables) -> Any:
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
    return _zooming(altair, chart, picture.x, picture.y)


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
        posts.mark_rule(color="#444444").encode(y2="top:Q"),
        lines,
        # White below, so that they can be read on the lines.
        of(marks)
        .mark_text(align="right", dx=-5, fontSize=10, stroke="white", strokeWidth=3, **text)
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
        return altair.value(_BLUE)
    title = _literal(tone.name + (" (log)" if tone.log else ""))
    if tone.categories:
        shown = list(tone.categories[:FEW]) + [_OTHERS] * (len(tone.categories) > FEW)
        scale = altair.Scale(domain=shown, range=_COLOURS[: len(shown)])
        colour = altair.Color("c:N", title=title, sort=shown, scale=scale)
    else:
        kind = "log" if tone.log else "linear"
        # The yellow end of it is hardly seen on white.
        ramp = altair.SchemeParams(name="viridis", extent=[0, 0.8])
        colour = altair.Color("c:Q", title=title, scale=altair.Scale(type=kind, scheme=ramp))
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
