"""`pql plot`: pictures of what a search finds, in the terminal or as a file."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pql.cli.defaults import asked_query
from pql.cli.exits import Exit, fail, guarded, say, tell
from pql.cli.output import write_bytes, write_text
from pql.cli.output_index import open_index
from pql.cli.plot_collect import Wanted, collect_lines, collect_parallel, collect_scatter
from pql.cli.plot_model import Lines, Picture
from pql.cli.plot_raster import load_plotext
from pql.cli.progress import doing
from pql.cli.search import say_why_nothing, whole
from pql.cli.streams import in_colour
from pql.cli.text import printable

__all__ = ["PlotOptions", "run_plot"]

_DEFAULT_LIMIT = 500
_ENDINGS = (".html", ".svg", ".png")
_IN_A_PIPE = (100, 28)
"""Columns and lines where no terminal says how many it has."""

_AROUND = 5
"""The lines of a panel besides its raster: name, frame, ticks, name of the x axis."""


@dataclass(frozen=True, slots=True)
class PlotOptions:
    """What the command line said, as text."""

    query: str | None
    sort: str | None = None
    limit: str | None = None
    every: bool = False
    metrics: Sequence[str] = ()
    x: str | None = None
    y: str | None = None
    parallel: bool = False
    color: str | None = None
    log_x: bool = False
    log_y: bool = False
    file: str | None = None
    as_of: str | None = None
    index: str | None = None
    defaults: str | None = None


def run_plot(options: PlotOptions) -> None:
    """Draw; ends the process with 1 if nothing is found or nothing of it can be drawn."""
    _check(options)
    options = replace(options, query=asked_query(options.query, options.defaults))
    limit = _DEFAULT_LIMIT if options.limit is None else whole(options.limit, "--limit", 1)
    with guarded(), open_index(options.index, options.as_of) as opened:
        result = opened.search(options.query, sort=options.sort, limit=None if options.every else limit)
        bound = opened.bind(options.query, sort=options.sort)
        for warning in result.warnings:
            text = options.sort if warning.source == "sort" else options.query
            tell(warning, text or "")
        if not len(result):
            say("0 runs matched")
            say_why_nothing(opened, bound, options.query)
            raise SystemExit(int(Exit.NOTHING))
        if len(result) < result.total:
            say(f"{result.total:,} runs matched, {len(result):,} drawn (--all or --limit for more)")
        runs = f"{len(result):,} {'run' if len(result) == 1 else 'runs'}"
        wanted = Wanted(
            tuple(options.metrics),
            options.x,
            options.y,
            options.color,
            options.log_x,
            options.log_y,
            f"{printable(' '.join((options.query or 'every run').split()))}  ·  {runs}",
            say,
        )
        picture: Picture
        if options.parallel:
            picture = collect_parallel(opened, result, bound, wanted)
        elif options.y is not None:
            picture = collect_scatter(opened, result, wanted)
        else:
            picture = collect_lines(opened, result, bound, wanted)
    _write(picture, options.file)


def _check(options: PlotOptions) -> None:
    """Ends the process for options that say nothing together."""
    if options.file is None:
        load_plotext()
    elif Path(options.file).suffix.lower() not in _ENDINGS:
        fail(f"error: -o takes a name that ends in {', '.join(_ENDINGS)}, not {options.file!r}", Exit.USAGE)
    else:
        from pql.cli.plot_file import load_libraries

        load_libraries()
    if options.every and options.limit is not None:
        fail("error: --all and --limit exclude each other", Exit.USAGE)
    if options.parallel and (options.log_x or options.log_y):
        fail("error: --parallel chooses the scale of each axis by its values", Exit.USAGE)
    if options.parallel and options.color is not None:
        fail("error: with --parallel the last axis gives the colour: --y NAME", Exit.USAGE)
    if options.y is not None and not options.parallel:
        if options.x is None:
            fail("error: a scatter needs --x beside --y", Exit.USAGE)
        if options.metrics:
            fail("error: --metric is of curves, --y of a scatter", Exit.USAGE)
    if options.y is not None and options.parallel and options.metrics:
        fail("error: --metric and --y name the same axis", Exit.USAGE)


def _write(picture: Picture, file: str | None) -> None:
    if file is not None:
        from pql.cli.plot_file import encode_picture

        with doing(f"drawing {printable(file)}"):
            content = encode_picture(picture, Path(file).suffix.lower())
        write_bytes(content, file)
        return
    from pql.cli.plot_terminal import draw

    columns, lines = shutil.get_terminal_size(_IN_A_PIPE)
    panels = len(picture.panels) if isinstance(picture, Lines) else 1
    rows = min(24, max(5, (lines - 4) // panels - _AROUND))
    drawn = draw(picture, columns, rows, colours=_colours())
    write_text("".join(f"{line}\n" for line in drawn), None)


def _colours() -> bool:
    return in_colour(sys.stdout)
