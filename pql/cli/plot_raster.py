"""Lines and points in the cells of a terminal, eight dots a cell; plotext draws them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from pql.cli.exits import Exit, fail

__all__ = ["Stroke", "load_plotext", "raster"]


@dataclass(frozen=True, slots=True)
class Stroke:
    """Points in the order they are joined, each in 0..1 from the lower left; None is a gap.

    `colour` is one of the terminal's 256. Without `joined` the points stand alone.
    """

    points: Sequence[tuple[float, float] | None]
    colour: int
    joined: bool = True
    marker: str = "braille"


def load_plotext() -> Any:
    """The library; ends the process where it is not installed, or too old."""
    try:
        plotext = import_module("plotext")
    except ImportError:
        fail("error: `plot` needs plotext: pip install 'pql-lineage[plot]'", Exit.USAGE)
    if not hasattr(plotext, "figure"):
        fail("error: `plot` needs plotext 6 or newer: pip install -U plotext", Exit.USAGE)
    return plotext


def raster(strokes: Sequence[Stroke], columns: int, rows: int, *, colours: bool) -> list[str]:
    """The strokes as so many lines of so many columns, later ones on top of earlier ones."""
    figure = load_plotext().figure
    figure.clear()
    figure.plot_size(columns, rows)
    figure.axes(False)
    figure.canvas("default")
    for axis in ("x", "y"):
        ruler = figure.ruler(axis)
        ruler.ticks([])
        ruler.lim(0, 1)
        ruler.alignment("center")
    for stroke in strokes:
        _draw(figure, stroke)
    if not strokes:  # a figure without a signal has no canvas
        return [" " * columns] * rows
    lines: list[str] = figure.build().string(not colours).splitlines()
    figure.clear()
    return (lines + [" " * columns] * rows)[:rows]


def _draw(figure: Any, stroke: Stroke) -> None:
    kept: list[tuple[float, float]] = []
    breaks: list[int] = []
    gap = False
    for point in stroke.points:
        if point is None:
            gap = True
            continue
        if gap and kept:
            breaks.append(len(kept))
        gap = False
        kept.append((min(1.0, max(0.0, point[0])), min(1.0, max(0.0, point[1]))))
    if not kept:
        return
    plotext = load_plotext()
    marker = plotext.marker(stroke.marker, plotext.pixel(stroke.colour))
    signal = figure.signal([x for x, _ in kept], [y for _, y in kept], marker=marker)
    if stroke.joined:
        signal.lines()
        signal.density("full")
        for place in breaks:
            signal.line(place, False)
    figure.draw(signal)
