"""The options of `pql tensorboard`."""

from __future__ import annotations

from typing import Annotated

import typer

from pql.cli.options import AsOfOption, IndexOption, expand_saved

__all__ = ["tensorboard"]


def tensorboard(
    query: Annotated[
        str, typer.Argument(callback=expand_saved, is_eager=True, help="Which runs.")
    ] = "status:_any_",
    sort: Annotated[str | None, typer.Option("--sort", "-s", help="Sort keys, as for search.")] = None,
    limit: Annotated[
        int, typer.Option("--limit", "-n", min=1, metavar="N", help="At most N runs (default 20).")
    ] = 20,
    artifact: Annotated[
        str, typer.Option("--artifact", metavar="NAME", help="The name of the folder in the lineage.")
    ] = "tensorboard",
    dirs: Annotated[
        str | None,
        typer.Option("--dirs", metavar="PATH", help="A folder in each run, where the lineage has none."),
    ] = None,
    host: Annotated[
        str | None, typer.Option("--host", help="The address to listen at; else TensorBoard's: this machine.")
    ] = None,
    port: Annotated[
        int | None, typer.Option("--port", min=0, max=65535, help="The port; 0 is any; else TensorBoard's.")
    ] = None,
    as_of: AsOfOption = None,
    index: IndexOption = None,
) -> None:
    """Start TensorBoard over the runs that match.

    Each run stands under its name, the beginning of its uuid, and the value it is sorted by.

    \b
    pql tensorboard "metrics.loss:<0.01" --sort metrics.loss --limit 5
    pql tensorboard "tags:demo" --dirs outputs/boards --port 0
    """
    from pql.cli.tensorboard import run_tensorboard

    run_tensorboard(query, sort, limit, artifact, dirs, host, port, as_of, index)
