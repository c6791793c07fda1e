"""Pictures in a terminal: a frame with ticks around a raster, and a legend below."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from lineage_index.index.plot import Curve
from pql.cli.plot_model import Coordinate, Lines, Parallel, Picture, Scatter
from pql.cli.plot_raster import Stroke, raster
from pql.cli.plot_scale import Axis, end_label, position, ticks
from pql.cli.plot_tone import FAINT, MEDIAN, Shades, painted
from pql.cli.text import clip, width

__all__ = ["draw"]

_NARROWEST = 30
_LABEL = 14
"""The columns that the labels of the y axis may take."""

_MANY_SPOTS = 300
"""More are drawn as dots, eight a cell."""

_Letter = tuple[float, float, str]


def draw(picture: Picture, columns: int, rows: int, *, colours: bool) -> list[str]:
    """The picture as lines of at most so many columns; each panel has about so many rows."""
    columns = max(_NARROWEST, columns)
    match picture:
        case Lines():
            lines = _lines(picture, columns, rows, colours)
        case Scatter():
            lines = _scatter(picture, columns, rows, colours)
        case Parallel():
            lines = _parallel(picture, columns, rows, colours)
    return [clip(picture.title, columns), *lines]


def _lines(picture: Lines, columns: int, rows: int, colours: bool) -> list[str]:
    lines: list[str] = []
    shades = Shades(picture.runs, picture.tone)
    told_apart = shades.by_run or picture.tone is not None
    for panel in picture.panels:
        curves = [_unit(curve, picture.x, panel.y) for curve in panel.curves]
        strokes = [
            Stroke(points, shades.colour(curve.place))
            for points, curve in zip(curves, panel.curves, strict=True)
        ]
        strokes.reverse()  # the first of the search comes on top
        letters: list[_Letter] = []
        if not told_apart:
            strokes = strokes if colours else []
            strokes += [Stroke(points, MEDIAN) for points in _spans(curves)]
        elif not colours:
            ends = [next(each for each in reversed(points) if each is not None) for points in curves]
            letters = [
                (*end, shades.sign(curve.place)) for end, curve in zip(ends, panel.curves, strict=True)
            ]
            letters.reverse()
        lines += _framed(strokes, letters, picture.x, panel.y, columns, rows, colours)
    if told_apart:
        return lines + shades.legend(columns, colours=colours)
    most = max(len(panel.curves) for panel in picture.panels)
    of = f"lowest, quartiles, median and highest of {most:,} curves"
    return [*lines, painted(clip(of, columns), MEDIAN, colours)]


def _unit(curve: Curve, x: Axis, y: Axis) -> list[tuple[float, float] | None]:
    return [None if value is None else (position(x, at), position(y, value)) for at, value in curve.points]


_BINS = 60


def _spans(
    curves: Sequence[Sequence[tuple[float, float] | None]],
) -> list[list[tuple[float, float] | None]]:
    """Lowest, quartiles, highest of what the curves have in each part of the x axis. For the quartiles each
    curve counts once a part, by its middle."""
    middles: list[list[float]] = [[] for _ in range(_BINS)]
    values: list[list[float]] = [[] for _ in range(_BINS)]
    for curve in curves:
        own: list[list[float]] = [[] for _ in range(_BINS)]
        for point in curve:
            if point is not None:
                own[min(_BINS - 1, int(point[0] * _BINS))].append(point[1])
        for place, found in enumerate(own):
            if found:
                values[place] += found
                middles[place].append(median(found))
    at = [(place + 0.5) / _BINS for place in range(_BINS)]
    ordered = [sorted(each) for each in middles]
    quartiles = [
        [each[round(share * (len(each) - 1))] if each else None for each in ordered]
        for share in (0.25, 0.5, 0.75)
    ]
    ends = [[end(each, default=None) for each in values] for end in (min, max)]
    return [[(x, y) for x, y in zip(at, line, strict=True) if y is not None] for line in (*quartiles, *ends)]


def _scatter(picture: Scatter, columns: int, rows: int, colours: bool) -> list[str]:
    shades = Shades((), picture.tone)
    coloured = picture.tone is not None
    many = len(picture.spots) > _MANY_SPOTS
    by_look: dict[tuple[int, str], list[tuple[float, float] | None]] = {}
    for spot in reversed(picture.spots):
        colour = shades.colour(spot.place) if coloured else MEDIAN
        sign = shades.sign(spot.place) if coloured and not colours else "●"
        look = (colour, "braille" if many and (colours or not coloured) else sign)
        points = by_look.setdefault(look, [])
        points.append((position(picture.x, spot.x), position(picture.y, spot.y)))
    strokes = [
        Stroke(points, colour, joined=False, marker=sign) for (colour, sign), points in by_look.items()
    ]
    lines = _framed(strokes, [], picture.x, picture.y, columns, rows, colours)
    return lines + (shades.legend(columns, colours=colours) if coloured else [])


def _named(axis: Axis) -> str:
    return axis.name + (" (log)" if axis.log else "")


def _framed(
    strokes: Sequence[Stroke],
    letters: Sequence[_Letter],
    x: Axis,
    y: Axis,
    columns: int,
    rows: int,
    colours: bool,
) -> list[str]:
    """The raster in a frame: names of the axes above and below, ticks to the left and below."""
    marks = [(at, clip(label, _LABEL)) for at, label in ticks(y, max(2, rows // 4))]
    left = max(width(label) for _, label in marks)
    wide = columns - left - 2
    told = {round((1 - at) * (rows - 1)): label for at, label in marks}
    drawn = raster(strokes, wide, rows, colours=colours)
    if letters:
        drawn = _lettered(drawn, letters, wide)
    lines = [clip(_named(y), columns), f"{' ' * left}┌{'─' * wide}┐"]
    for row, line in enumerate(drawn):
        label = told.get(row, "")
        lines.append(f"{' ' * (left - width(label))}{label}{'┤' if label else '│'}{line}│")
    bottom, labels = _x_ticks(x, wide)
    name = clip(_named(x), wide)
    middle = " " * (left + 1 + max(0, (wide - width(name)) // 2))
    return [*lines, f"{' ' * left}└{bottom}┘", f"{' ' * (left + 1)}{labels}".rstrip(), middle + name]


def _lettered(lines: Sequence[str], letters: Sequence[_Letter], columns: int) -> list[str]:
    cells = [list(line.ljust(columns)) for line in lines]
    for x, y, letter in letters:
        cells[round((1 - y) * (len(cells) - 1))][round(x * (columns - 1))] = letter
    return ["".join(row) for row in cells]


def _x_ticks(axis: Axis, columns: int) -> tuple[str, str]:
    """The lower edge with its ticks, and their labels; where two would touch, the second is left out."""
    most = max(2, columns // 10)
    edge = ["─"] * columns
    labels, end = "", -2
    for at, label in ticks(axis, most):
        place = round(at * (columns - 1))
        text = clip(label, _LABEL)
        start = min(max(0, place - width(text) // 2), columns - width(text))
        if start <= end + 1:
            continue
        edge[place] = "┬"
        labels += " " * (start - max(end, 0)) + text
        end = start + width(text)
    return "".join(edge), labels


_MISSING = 0.14
"""The part of the height, at the bottom, that is for runs without a value there."""


def _parallel(picture: Parallel, columns: int, rows: int, colours: bool) -> list[str]:
    shades = Shades((), picture.tone)
    lacking = any(value is None for each in picture.coordinates for value in each.values)
    last = len(picture.coordinates) - 1
    strokes = [
        Stroke(
            [(place / last, _height(each, run, lacking)) for place, each in enumerate(picture.coordinates)],
            shades.colour(run),
        )
        for run in reversed(range(len(picture.runs)))
    ]
    posts = [Stroke([(place / last, 0.0), (place / last, 1.0)], FAINT) for place in range(last + 1)]
    drawn = raster([*posts, *strokes], columns, rows, colours=colours)
    most = columns // (last + 1) - 1
    top = _spread([clip(end_label(each.axis, 1), most) for each in picture.coordinates], columns)
    bottom = _spread([clip(end_label(each.axis, 0), most) for each in picture.coordinates], columns)
    names = [
        clip(_named(each.axis).partition(".")[2] or _named(each.axis), most) for each in picture.coordinates
    ]
    lines = [_spread(names, columns), top, *drawn, bottom]
    if lacking:
        lines.append(clip("at the very bottom: no value there", columns))
    return lines + shades.legend(columns, colours=colours)


def _height(coordinate: Coordinate, run: int, lacking: bool) -> float:
    value = coordinate.values[run]
    if value is None:
        return 0.0
    own = position(coordinate.axis, value)
    return _MISSING + own * (1 - _MISSING) if lacking else own


def _spread(texts: Sequence[str], columns: int) -> str:
    """The texts over the posts: the first at the left edge, the last at the right one."""
    line = ""
    for place, text in enumerate(texts):
        middle = place * (columns - 1) / (len(texts) - 1)
        start = min(max(0, round(middle - width(text) / 2)), columns - width(text))
        line += " " * max(start - width(line), 1 if place else 0) + text
    return line
