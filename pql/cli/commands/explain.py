"""The options of `pql explain`."""

from __future__ import annotations

from typing import Annotated

import typer

from pql.cli.options import AsOfOption, DefaultsOption, IndexOption, expand_saved, limit_beside_all

__all__ = ["explain"]


def explain(
    context: typer.Context,
    what: Annotated[
        str,
        typer.Argument(
            callback=expand_saved,
            is_eager=True,
            help="A query, or a code such as PQL301.",
            metavar="QUERY|CODE",
        ),
    ],
    emit: Annotated[
        str, typer.Option("--emit", metavar="STAGE", help="text, ast, bound, plan, sql or duckdb.")
    ] = "text",
    sort: Annotated[str | None, typer.Option("--sort", "-s", help="Sort keys, as for search.")] = None,
    limit: Annotated[
        str | None, typer.Option("--limit", "-n", metavar="N", help="As for search (default 20).")
    ] = None,
    offset: Annotated[str, typer.Option("--offset", metavar="N", help="As for search.")] = "0",
    every: Annotated[bool, typer.Option("--all", "-a", help="No limit.")] = False,
    entity: Annotated[str, typer.Option("--entity", help="runs, artifacts or points.")] = "runs",
    defaults: DefaultsOption = None,
    as_of: AsOfOption = None,
    index: IndexOption = None,
) -> None:
    """Say what a query asks for, or what a code means.

    \b
    pql explain "metrics.loss:<0.01" --sort metrics.loss
    pql explain PQL301
    """
    from pql.cli.explain import run_explain

    limit = limit_beside_all(context, limit, every)
    run_explain(what, emit, sort, limit, offset, every, entity, as_of, index, defaults)
