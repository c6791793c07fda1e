"""The options of `pql run`."""

from __future__ import annotations

from typing import Annotated

import typer

from pql.cli.options import IndexOption

__all__ = ["run"]


def run(
    file: Annotated[str, typer.Argument(help="An operation or component file: YAML or JSON.")],
    op: Annotated[
        str | None, typer.Option("--op", metavar="NAME", help="Only this operation of a DAG.")
    ] = None,
    dag_run: Annotated[
        str | None,
        typer.Option(
            "--dag-run", metavar="UUID", help="The DAG's run that it belongs to, for `ref: ops.NAME`."
        ),
    ] = None,
    params: Annotated[
        list[str] | None,
        typer.Option("--param", "-P", metavar="NAME=VALUE", help="A param, or globals.NAME=VALUE."),
    ] = None,
    store: Annotated[
        str | None,
        typer.Option("--store", metavar="DIR", help="The folder of all runs; else $PQL_STORE, else runs."),
    ] = None,
    concurrency: Annotated[
        int | None,
        typer.Option(
            "--concurrency",
            "-j",
            min=1,
            metavar="N",
            help="Processes at a time; else the file's, else one a core.",
        ),
    ] = None,
    project: Annotated[
        str | None, typer.Option("--project", metavar="NAME", help="The project of the runs.")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the last run of this file: only what is missing.")
    ] = False,
    index: IndexOption = None,
) -> None:
    """Run an operation as processes of this machine.

    A local convenience, no scheduler: matrix, joins and DAG of the file, one operation after another, each
    run a tracked process. No containers, no queues, no other machines.

    \b
    pql run operation.yaml -P epochs=5
    pql run operation.yaml --resume
    """
    from pql.cli.run import run_run

    run_run(file, op, dag_run, params or [], store, index, concurrency, project, resume)
