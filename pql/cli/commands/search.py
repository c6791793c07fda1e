"""The options of `pql search`."""

from __future__ import annotations

from typing import Annotated

import typer

from pql.cli.options import (
    AsOfOption,
    DefaultsOption,
    FileOption,
    IndexOption,
    expand_saved,
    limit_beside_all,
)

__all__ = ["search"]


def search(
    context: typer.Context,
    query: Annotated[
        str | None,
        typer.Argument(
            callback=expand_saved, is_eager=True, help="What to look for; nothing means every run."
        ),
    ] = None,
    sort: Annotated[
        str | None, typer.Option("--sort", "-s", help="Sort keys, comma separated; `-` in front reverses.")
    ] = None,
    limit: Annotated[
        str | None, typer.Option("--limit", "-n", metavar="N", help="At most N rows (default 20).")
    ] = None,
    offset: Annotated[
        str, typer.Option("--offset", metavar="N", help="Pass over the first N matches.")
    ] = "0",
    every: Annotated[bool, typer.Option("--all", "-a", help="No limit.")] = False,
    entity: Annotated[str, typer.Option("--entity", help="runs, artifacts or points.")] = "runs",
    columns: Annotated[
        str | None,
        typer.Option("--columns", "-c", metavar="NAMES", help="Fields and keys: name,inputs.lr,metrics.*"),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option(
            "--format",
            "-f",
            help="table, wide, json, jsonl, csv, parquet, arrow, markdown or uuid.",
            metavar="FORMAT",
        ),
    ] = None,
    file: FileOption = None,
    after: Annotated[
        str | None,
        typer.Option("--after", metavar="TOKEN", help="The page after this one; `start` is the first."),
    ] = None,
    query_file: Annotated[
        str | None,
        typer.Option("--query-file", metavar="FILE", help="Read the query, of any length; `-` for a pipe."),
    ] = None,
    defaults: DefaultsOption = None,
    as_of: AsOfOption = None,
    index: IndexOption = None,
) -> None:
    """Find runs.

    \b
    pql search "metrics.loss:<0.01" --sort metrics.loss
    pql search "tags:demo" --columns "name,inputs.*,metrics.loss" --format csv
    """
    from pql.cli.search import SearchOptions, run_search

    run_search(
        SearchOptions(
            query,
            sort,
            limit_beside_all(context, limit, every),
            offset,
            every,
            entity,
            columns,
            output,
            file,
            after,
            as_of,
            index,
            defaults,
            query_file,
        )
    )
