"""The options of `pql lineage`."""

from __future__ import annotations

from typing import Annotated

import typer

from pql.cli.options import AsOfOption, FileOption, IndexOption

__all__ = ["lineage"]


def lineage(
    what: Annotated[
        str, typer.Argument(help="A run, or an artifact by content, URI or name.", metavar="RUN|ARTIFACT")
    ],
    up: Annotated[
        str | None, typer.Option("--up", metavar="N", help="Upstream only, so many hops at most.")
    ] = None,
    down: Annotated[
        str | None, typer.Option("--down", metavar="N", help="Downstream only, so many hops at most.")
    ] = None,
    by: Annotated[
        str, typer.Option("--by", metavar="IDENTITY", help="An artifact is the same by content or by uri.")
    ] = "content",
    output: Annotated[
        str, typer.Option("--format", "-f", metavar="FORMAT", help="tree, dot, mermaid, json or openlineage.")
    ] = "tree",
    file: FileOption = None,
    as_of: AsOfOption = None,
    index: IndexOption = None,
) -> None:
    """Show what a run comes from and what comes of it.

    \b
    pql lineage 423d2024
    pql lineage 423d2024 --up 2 --format mermaid
    """
    from pql.cli.lineage import run_lineage

    run_lineage(what, up, down, by, output, file, as_of, index)
