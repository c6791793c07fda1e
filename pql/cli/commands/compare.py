"""The options of `pql compare`."""

from __future__ import annotations

from typing import Annotated

import typer

from pql.cli.options import (
    AsOfOption,
    DefaultsOption,
    FileOption,
    IndexOption,
    TableFormat,
    expand_saved_list,
)

__all__ = ["compare"]


def compare(
    what: Annotated[
        list[str],
        typer.Argument(
            callback=expand_saved_list,
            is_eager=True,
            help="One query, or several runs.",
            metavar="QUERY|RUN RUN...",
        ),
    ],
    sort: Annotated[str | None, typer.Option("--sort", "-s", help="Sort keys, as for search.")] = None,
    limit: Annotated[
        str | None, typer.Option("--limit", "-n", metavar="N", help="At most N runs of a query (default 8).")
    ] = None,
    output: TableFormat = None,
    file: FileOption = None,
    defaults: DefaultsOption = None,
    as_of: AsOfOption = None,
    index: IndexOption = None,
) -> None:
    """Put runs side by side: inputs that differ first, then metrics.

    \b
    pql compare "metrics.loss:<0.01" --sort metrics.loss --limit 3
    pql compare 423d2024 a97f6a51
    """
    from pql.cli.compare import run_compare

    run_compare(what, sort, limit, output, file, as_of, index, defaults)
