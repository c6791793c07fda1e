"""`pql diff`: its options."""

from __future__ import annotations

from typing import Annotated

import typer

from pql.cli.options import DefaultsOption, IndexOption, TextOrJson, expand_saved

__all__ = ["diff"]


def diff(
    since: Annotated[
        str, typer.Option("--from", metavar="VERSION|DATE", help="The earlier version, or a time (UTC).")
    ],
    query: Annotated[
        str | None,
        typer.Argument(
            callback=expand_saved, is_eager=True, help="What to look for; nothing means every run."
        ),
    ] = None,
    until: Annotated[
        str | None,
        typer.Option("--to", metavar="VERSION|DATE", help="The later version, or a time (default: newest)."),
    ] = None,
    sort: Annotated[str | None, typer.Option("--sort", "-s", help="Sort keys, as for search.")] = None,
    limit: Annotated[
        str | None, typer.Option("--limit", "-n", metavar="N", help="Only the first N of each version.")
    ] = None,
    output: TextOrJson = "text",
    defaults: DefaultsOption = None,
    index: IndexOption = None,
) -> None:
    """Say what entered, left and moved between two versions, and why.

    \b
    pql diff "metrics.loss:<0.01" --from 0 --sort metrics.loss
    pql diff "status:failed" --from 0 --to 2999-01-01 --format json
    """
    from pql.cli.diff import DiffOptions, run_diff

    run_diff(DiffOptions(query, since, until, sort, limit, output, index, defaults))
