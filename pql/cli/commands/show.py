"""The options of `pql show`."""

from __future__ import annotations

from typing import Annotated

import typer

from pql.cli.options import AsOfOption, IndexOption, TextOrJson

__all__ = ["show"]


def show(
    run: Annotated[str, typer.Argument(help="A uuid, the beginning of one, or a name.", metavar="RUN")],
    output: TextOrJson = "text",
    as_of: AsOfOption = None,
    index: IndexOption = None,
) -> None:
    """Show one run: fields, inputs, outputs, curves, artifacts.

    \b
    pql show 423d2024
    pql show 423d2024 --format json
    """
    from pql.cli.show import run_show

    run_show(run, output, as_of, index)
