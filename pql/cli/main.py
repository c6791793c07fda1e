"""The command `pql`: what there is to call. Each command is imported when it is called.

To add one:

1. `pql/cli/commands/NAME.py`: a function NAME with its options, whose docstring begins with one sentence and
   holds two examples. It imports what does the work (`pql/cli/NAME.py`) inside its body.
2. A line in COMMANDS or INDEX_COMMANDS below: name, module, that sentence. `--help` shows it in this order.
"""

from __future__ import annotations

import gc
import os
import sys
from typing import Annotated

import typer

from pql.cli.exits import CHECK_EPILOG, EPILOG, RUN_EPILOG, Exit, warn
from pql.cli.lazy import LazyGroup, Listed, take_colour
from pql.cli.streams import open_missing

__all__ = ["COMMANDS", "INDEX_COMMANDS", "app", "main", "run"]

_ALL = "pql.cli.commands"

COMMANDS = (
    Listed("search", f"{_ALL}.search", "Find runs."),
    Listed("why", f"{_ALL}.why", "Say why a run matches a query, or why not."),
    Listed("keys", f"{_ALL}.keys", "List the keys that runs have: types, how many runs, range, examples."),
    Listed("stats", f"{_ALL}.stats", "Count the runs that match and describe their numbers."),
    Listed("show", f"{_ALL}.show", "Show one run: fields, inputs, outputs, curves, artifacts."),
    Listed("lineage", f"{_ALL}.lineage", "Show what a run comes from and what comes of it."),
    Listed("compare", f"{_ALL}.compare", "Put runs side by side: inputs that differ first, then metrics."),
    Listed("plot", f"{_ALL}.plot", "Draw the runs that match: curves, a scatter, or parallel coordinates."),
    Listed("diff", f"{_ALL}.diff", "Say what entered, left and moved between two versions, and why."),
    Listed("batch", f"{_ALL}.batch", "Answer many queries in one process: JSON lines in, JSON lines out."),
    Listed("explain", f"{_ALL}.explain", "Say what a query asks for, or what a code means."),
    Listed("resolve", f"{_ALL}.resolve", "Resolve the joins of an operation."),
    Listed("run", f"{_ALL}.run", "Run an operation as processes of this machine.", RUN_EPILOG),
    Listed("tensorboard", f"{_ALL}.tensorboard", "Start TensorBoard over the runs that match."),
    Listed(
        "queries", f"{_ALL}.queries", "List the saved queries of the project: `[queries.NAME]` of pql.toml."
    ),
    Listed("fmt", f"{_ALL}.fmt", "Write a query in its canonical form."),
    Listed(
        "check", f"{_ALL}.check", "Find what is wrong in operation files and saved queries.", CHECK_EPILOG
    ),
    Listed(
        "completion",
        f"{_ALL}.completion",
        "Print the script that completes commands, options, fields, keys and values in a shell.",
    ),
    Listed(
        "complete", f"{_ALL}.completion", "Say what the last word of a command line can become.", hidden=True
    ),
)

INDEX_COMMANDS = (
    Listed("refresh", f"{_ALL}.index", "Bring the index up to date with a store."),
    Listed("watch", f"{_ALL}.index", "Follow a store until stopped."),
    Listed(
        "compact", f"{_ALL}.index", "Rewrite scattered files, drop dead rows, choose the promoted keys anew."
    ),
    Listed("vacuum", f"{_ALL}.index", "Take away old versions and the files that only they had."),
    Listed("migrate", f"{_ALL}.index", "Bring an older index to the format of this program."),
    Listed("history", f"{_ALL}.index", "List the versions of the index."),
    Listed("verify", f"{_ALL}.index", "Check that the tables agree with each other; ends with 3 if not."),
    Listed("stats", f"{_ALL}.index", "Say how large the index is."),
    Listed("export", f"{_ALL}.index", "Write the live rows of every table as plain files for other tools."),
)


class _Commands(LazyGroup):
    table = COMMANDS


class _IndexCommands(LazyGroup):
    table = INDEX_COMMANDS


app = typer.Typer(
    name="pql",
    cls=_Commands,
    help="Find machine-learning runs with the Polyaxon Query Language.",
    epilog=EPILOG,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(
    typer.Typer(
        cls=_IndexCommands, help="Make and keep the index.", no_args_is_help=True, rich_markup_mode=None
    ),
    name="index",
)


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
    color: Annotated[
        str,
        typer.Option(
            "--color",
            metavar="WHEN",
            callback=take_colour,
            is_eager=True,
            help="auto, always or never; else as NO_COLOR, FORCE_COLOR and the terminal say.",
        ),
    ] = "auto",
) -> None:
    pass


def main(*, alone: bool = False) -> None:
    """Entry point: no traceback ever reaches a user, unless PQL_TRACEBACK is set. `alone`: nothing else ever
    runs in this process; commands find it as the object of their context."""
    gc.set_threshold(50_000)  # what a start makes is kept: looking for garbage in it finds none
    open_missing()
    try:
        app(obj=alone)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        raise SystemExit(int(Exit.INTERRUPTED)) from None
    except Exception as error:
        if os.environ.get("PQL_TRACEBACK"):
            raise
        warn(f"internal error: {type(error).__name__}: {error}")
        print("set PQL_TRACEBACK=1 for the traceback, and please report it", file=sys.stderr)
        raise SystemExit(int(Exit.INTERNAL)) from None


def run() -> None:
    """The process `pql`: as `main`, and then its end."""
    try:
        main(alone=True)
    except SystemExit as ended:
        from pql.cli.ending import end_at_once

        end_at_once(ended)
        raise
