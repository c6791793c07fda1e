"""The options of `pql fmt`."""

from __future__ import annotations

from typing import Annotated

import typer

from pql.cli.options import expand_saved

__all__ = ["fmt"]


def fmt(
    query: Annotated[
        str | None,
        typer.Argument(
            callback=expand_saved, is_eager=True, help="A query; standard input if left out or -."
        ),
    ] = None,
    sort: Annotated[str | None, typer.Option("--sort", "-s", help="Sort keys to write out, too.")] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Print nothing; end with 1 if it is not canonical.")
    ] = False,
) -> None:
    """Write a query in its canonical form.

    \b
    pql fmt "status : running|failed and kind:job"
    pql fmt "metrics.loss:<1e-2" --sort "-metrics.loss , name"
    """
    from pql.cli.fmt import run_fmt

    run_fmt(query, sort, check)
