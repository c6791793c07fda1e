"""The options of `pql stats`."""

from __future__ import annotations

from typing import Annotated

import typer

from pql.cli.options import AsOfOption, DefaultsOption, FileOption, IndexOption, TableFormat, expand_saved

__all__ = ["stats"]


def stats(
    query: Annotated[
        str | None,
        typer.Argument(callback=expand_saved, is_eager=True, help="Which runs; nothing means every run."),
    ] = None,
    by: Annotated[
        str | None, typer.Option("--by", metavar="NAMES", help="Fields and keys to group by.")
    ] = None,
    of: Annotated[
        str | None,
        typer.Option(
            "--of",
            metavar="NAMES",
            help="Which numbers (default: every metric); the best is the lowest, after `-` the highest.",
        ),
    ] = None,
    output: TableFormat = None,
    file: FileOption = None,
    defaults: DefaultsOption = None,
    as_of: AsOfOption = None,
    index: IndexOption = None,
) -> None:
    """Count the runs that match and describe their numbers.

    \b
    pql stats "tags:demo" --by inputs.dropout --of metrics.loss
    pql stats --by inputs.epochs --of "-metrics.accuracy" --format csv
    """
    from pql.cli.stats import run_stats

    run_stats(query, by, of, output, file, as_of, index, defaults)
