"""`pql plot`: its options."""

from __future__ import annotations

from typing import Annotated

import typer

from pql.cli.options import AsOfOption, DefaultsOption, IndexOption, expand_saved, limit_beside_all

__all__ = ["plot"]


def plot(
    context: typer.Context,
    query: Annotated[
        str | None,
        typer.Argument(callback=expand_saved, is_eager=True, help="Which runs; nothing means every run."),
    ] = None,
    sort: Annotated[str | None, typer.Option("--sort", "-s", help="Sort keys, as for search.")] = None,
    limit: Annotated[
        str | None, typer.Option("--limit", "-n", metavar="N", help="At most N runs (default 500).")
    ] = None,
    every: Annotated[bool, typer.Option("--all", "-a", help="No limit.")] = False,
    metric: Annotated[
        list[str] | None,
        typer.Option(
            "--metric",
            "-m",
            metavar="NAME",
            help="Whose curves (default: the metrics of the query and the sort).",
        ),
    ] = None,
    x: Annotated[
        str | None,
        typer.Option(
            "--x",
            metavar="NAME",
            help="Curves: step, time, elapsed, or a metric such as epoch. Else a field or key.",
        ),
    ] = None,
    y: Annotated[
        str | None, typer.Option("--y", metavar="NAME", help="A point a run: a scatter over --x.")
    ] = None,
    parallel: Annotated[
        bool,
        typer.Option("--parallel", help="Parallel coordinates: inputs that differ (or --x NAMES), a metric."),
    ] = False,
    color: Annotated[
        str | None, typer.Option("--color", metavar="NAME", help="Colour by a field or key.")
    ] = None,
    log_x: Annotated[bool, typer.Option("--log-x", help="A logarithmic x axis.")] = False,
    log_y: Annotated[bool, typer.Option("--log-y", help="A logarithmic y axis.")] = False,
    file: Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write FILE.html (works offline), .svg or .png."),
    ] = None,
    defaults: DefaultsOption = None,
    as_of: AsOfOption = None,
    index: IndexOption = None,
) -> None:
    """Draw the runs that match: curves, a scatter, or parallel coordinates.

    \b
    pql plot "metrics.loss:<0.01" --sort metrics.loss --limit 5
    pql plot --x inputs.epochs --y metrics.loss --log-y
    """
    from pql.cli.plot import PlotOptions, run_plot

    run_plot(
        PlotOptions(
            query,
            sort,
            limit_beside_all(context, limit, every),
            every,
            metric or (),
            x,
            y,
            parallel,
            color,
            log_x,
            log_y,
            file,
            as_of,
            index,
            defaults,
        )
    )
