"""The options of `pql keys`."""

from __future__ import annotations

from typing import Annotated

import typer

from pql.cli.options import AsOfOption, IndexOption, TextOrJson

__all__ = ["keys"]


def keys(
    pattern: Annotated[
        str | None, typer.Argument(help="A part of the name, or a pattern with `*`; nothing means every key.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", "-a", help="No limit.")] = False,
    output: TextOrJson = "text",
    as_of: AsOfOption = None,
    index: IndexOption = None,
) -> None:
    """List the keys that runs have: types, how many runs, range, examples.

    \b
    pql keys loss
    pql keys "inputs.*" --format json
    """
    from pql.cli.keys import run_keys

    run_keys(pattern, every, output, as_of, index)
