"""The options of `pql resolve`."""

from __future__ import annotations

from typing import Annotated

import typer

from pql.cli.options import AsOfOption, IndexOption

__all__ = ["resolve"]


def resolve(
    file: Annotated[str, typer.Argument(help="An operation file: YAML or JSON.")],
    op: Annotated[str | None, typer.Option("--op", metavar="NAME", help="Which operation of a DAG.")] = None,
    params: Annotated[
        list[str] | None,
        typer.Option("--param", "-P", metavar="NAME=VALUE", help="A param, or globals.NAME=VALUE."),
    ] = None,
    run: Annotated[
        str | None,
        typer.Option(
            "--run", metavar="UUID", help="The run that joins: left out of the matches, and recorded."
        ),
    ] = None,
    dag_run: Annotated[
        str | None, typer.Option("--dag-run", metavar="UUID", help="The DAG's run, for `ref: ops.NAME`.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show each search and how many runs match.")
    ] = False,
    lock: Annotated[
        str | None, typer.Option("--lock", metavar="FILE", help="Write the outcome (default FILE.lock).")
    ] = None,
    locked: Annotated[
        bool, typer.Option("--locked", help="Fail, saying what moved, unless all is as locked.")
    ] = False,
    update: Annotated[bool, typer.Option("--update", help="Write the lock file again.")] = False,
    fetch: Annotated[
        str | None,
        typer.Option(
            "--fetch", metavar="DIR", help="Lay out what `toInit` fetches as links in a new folder."
        ),
    ] = None,
    output: Annotated[str, typer.Option("--format", "-f", help="yaml or json.", metavar="FORMAT")] = "yaml",
    as_of: AsOfOption = None,
    index: IndexOption = None,
) -> None:
    """Resolve the joins of an operation.

    \b
    pql resolve operation.yaml
    pql resolve operation.yaml --dry-run
    """
    from pql.cli.resolve import run_resolve

    run_resolve(
        file, op, params or [], run, dag_run, dry_run, lock, locked, update, fetch, output, as_of, index
    )
