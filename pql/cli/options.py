"""Options that several commands have."""

from __future__ import annotations

from typing import Annotated

import typer

__all__ = ["AsOfOption", "DefaultsOption", "IndexOption", "TextOrJson"]

IndexOption = Annotated[
    str | None,
    typer.Option("--index", metavar="DIR", help="The index; else $PQL_INDEX, else the nearest .pql upwards."),
]

AsOfOption = Annotated[
    str | None,
    typer.Option("--as-of", metavar="VERSION|DATE", help="The index as it was: a version, or a time (UTC)."),
]

DefaultsOption = Annotated[
    str | None,
    typer.Option(
        "--defaults",
        metavar="NAME",
        help="`polyaxon` adds created_at:last_month and live_state:1, but for what the query mentions.",
    ),
]

TextOrJson = Annotated[str, typer.Option("--format", "-f", metavar="FORMAT", help="text or json.")]
