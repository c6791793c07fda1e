"""The options of `pql why`."""

from __future__ import annotations

from typing import Annotated

import typer

from pql.cli.options import AsOfOption, IndexOption, TextOrJson, expand_saved

__all__ = ["why"]


def why(
    run: Annotated[str, typer.Argument(help="A uuid, the beginning of one, or a name.", metavar="RUN")],
    query: Annotated[
        str, typer.Argument(callback=expand_saved, is_eager=True, help="The query that it is held against.")
    ],
    output: TextOrJson = "text",
    as_of: AsOfOption = None,
    index: IndexOption = None,
) -> None:
    """Say why a run matches a query, or why not.

    \b
    pql why 423d2024 "metrics.loss:<0.01, tags:plain"
    pql why 423d2024 "status:failed | metrics.loss:<0.0001" --format json
    """
    from pql.cli.why import run_why

    run_why(run, query, output, as_of, index)
