"""The command `pql`: a file a command, imported when it is called."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from pql.cli.exits import EPILOG, Exit

__all__ = ["app", "main"]

app = typer.Typer(
    name="pql",
    help="Find machine-learning runs with the Polyaxon Query Language.",
    epilog=EPILOG,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
index_app = typer.Typer(help="Make and keep the index.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(index_app, name="index")

IndexOption = Annotated[
    str | None,
    typer.Option("--index", metavar="DIR", help="The index; else $PQL_INDEX, else the nearest .pql upwards."),
]


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(f"pql-lineage {version('pql-lineage')}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


@app.command(epilog=EPILOG)
def search(
    query: Annotated[str | None, typer.Argument(help="What to look for; nothing means every run.")] = None,
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
    entity: Annotated[str, typer.Option("--entity", help="runs or artifacts.")] = "runs",
    output: Annotated[
        str, typer.Option("--format", "-f", help="table, jsonl or uuid.", metavar="FORMAT")
    ] = "table",
    index: IndexOption = None,
) -> None:
    """Search runs: pql search "metrics.loss:<0.01" --sort metrics.loss"""
    from pql.cli.search import run_search

    run_search(query, sort, limit, offset, every, entity, output, index)


@app.command(epilog=EPILOG)
def batch(
    file: Annotated[str | None, typer.Argument(help="JSON lines; standard input if left out or -.")] = None,
    index: IndexOption = None,
) -> None:
    """Answer many queries in one process: JSON lines in, JSON lines out, in the same order.

    In: {"id", "query", "sort", "limit", "offset", "entity"}, all but id optional. Out: {"id", "uuids",
    "total"}, {"id", "artifacts", "total"}, or {"id", "error": {"code", "message", "span"}}.
    """
    from pql.cli.batch import run_batch

    run_batch(file, index)


@index_app.command(epilog=EPILOG)
def refresh(
    store: Annotated[str, typer.Argument(help="The folder of run folders.")],
    index: IndexOption = None,
    history: Annotated[
        bool, typer.Option("--history/--no-history", help="Keep every point of the metrics.")
    ] = True,
    verify: Annotated[
        bool, typer.Option("--verify", help="Compare files by content, not by time and size.")
    ] = False,
    report: Annotated[str, typer.Option("--report", help="text or json.")] = "text",
) -> None:
    """Bring the index up to date with a store: pql index refresh runs/"""
    from pql.cli.refresh import run_refresh

    run_refresh(store, index, history, verify, report)


def main() -> None:
    """Entry point: no traceback ever reaches a user, unless PQL_TRACEBACK is set."""
    try:
        app()
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        raise SystemExit(int(Exit.INTERRUPTED)) from None
    except BrokenPipeError:
        # The reader has gone (`| head`): nothing more to say, and nothing to say it to.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        raise SystemExit(int(Exit.FOUND)) from None
    except Exception as error:
        if os.environ.get("PQL_TRACEBACK"):
            raise
        print(f"internal error: {type(error).__name__}: {error}", file=sys.stderr)
        print("set PQL_TRACEBACK=1 for the traceback, and please report it", file=sys.stderr)
        raise SystemExit(int(Exit.INTERNAL)) from None
