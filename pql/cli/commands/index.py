"""The options of the commands below `pql index`."""

from __future__ import annotations

from typing import Annotated

import typer

from pql.cli.options import AsOfOption, IndexOption, TextOrJson

__all__ = ["compact", "export", "history", "migrate", "refresh", "stats", "vacuum", "verify", "watch"]


def refresh(
    context: typer.Context,
    store: Annotated[str, typer.Argument(help="The folder of run folders, or its URL.")],
    index: IndexOption = None,
    history: Annotated[
        bool, typer.Option("--history/--no-history", help="Keep every point of the metrics.")
    ] = True,
    verify: Annotated[
        bool, typer.Option("--verify", help="Compare the content of every file, not only times and sizes.")
    ] = False,
    report: Annotated[str, typer.Option("--report", help="text or json.")] = "text",
) -> None:
    """Bring the index up to date with a store.

    \b
    pql index refresh runs
    pql index refresh runs --no-history --index other
    """
    if context.obj:
        from lineage_index.ingest.collector import without_numpy

        without_numpy()
    from pql.cli.refresh import run_refresh

    run_refresh(store, index, history, verify, report)


def watch(
    store: Annotated[str, typer.Argument(help="The folder of run folders, or its URL.")],
    index: IndexOption = None,
    history: Annotated[
        bool, typer.Option("--history/--no-history", help="Keep every point of the metrics.")
    ] = True,
    every: Annotated[
        float, typer.Option("--every", metavar="SECONDS", help="Take changes in at most this often.")
    ] = 1.0,
    once_idle: Annotated[bool, typer.Option("--once-idle", help="End when nothing changes.")] = False,
) -> None:
    """Follow a store until stopped.

    \b
    pql index watch runs
    pql index watch runs --every 10 --once-idle
    """
    from pql.cli.watch import run_watch

    run_watch(store, index, history, every, once_idle)


def compact(index: IndexOption = None) -> None:
    """Rewrite scattered files, drop dead rows, choose the promoted keys anew.

    \b
    pql index compact
    pql index compact --index .pql
    """
    from pql.cli.maintain import run_compact

    run_compact(index)


def vacuum(
    index: IndexOption = None,
    older_than: Annotated[
        str, typer.Option("--older-than", metavar="AGE", help="Keep versions younger than this: 12h, 7d.")
    ] = "7d",
) -> None:
    """Take away old versions and the files that only they had.

    \b
    pql index vacuum
    pql index vacuum --older-than 12h
    """
    from pql.cli.maintain import run_vacuum

    run_vacuum(index, older_than)


def migrate(index: IndexOption = None) -> None:
    """Bring an older index to the format of this program.

    \b
    pql index migrate
    pql index migrate --index .pql
    """
    from pql.cli.maintain import run_migrate

    run_migrate(index)


def history(index: IndexOption = None, output: TextOrJson = "text") -> None:
    """List the versions of the index.

    \b
    pql index history
    pql index history --format json
    """
    from pql.cli.maintain import run_history

    run_history(index, output)


def verify(
    index: IndexOption = None,
    as_of: AsOfOption = None,
    store: Annotated[
        str | None, typer.Option("--store", help="Compare with the files of this store too.")
    ] = None,
    output: TextOrJson = "text",
) -> None:
    """Check that the tables agree with each other; ends with 3 if not.

    \b
    pql index verify
    pql index verify --store runs
    """
    from pql.cli.maintain import run_verify

    run_verify(index, as_of, store, output)


def stats(index: IndexOption = None, as_of: AsOfOption = None, output: TextOrJson = "text") -> None:
    """Say how large the index is.

    \b
    pql index stats
    pql index stats --format json
    """
    from pql.cli.maintain import run_stats

    run_stats(index, as_of, output)


def export(
    target: Annotated[str, typer.Argument(help="A new folder, or a new file for duckdb.")],
    index: IndexOption = None,
    as_of: AsOfOption = None,
    output: Annotated[
        str, typer.Option("--format", "-f", metavar="FORMAT", help="parquet, csv or duckdb.")
    ] = "parquet",
) -> None:
    """Write the live rows of every table as plain files for other tools.

    \b
    pql index export tables
    pql index export runs.duckdb --format duckdb
    """
    from pql.cli.maintain import run_export

    run_export(target, index, as_of, output)
