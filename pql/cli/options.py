"""Options that several commands have."""

from __future__ import annotations

from typing import Annotated

import typer

__all__ = [
    "AsOfOption",
    "DefaultsOption",
    "FileOption",
    "IndexOption",
    "TableFormat",
    "TextOrJson",
    "expand_saved",
    "expand_saved_list",
    "limit_beside_all",
]

IndexOption = Annotated[
    str | None,
    typer.Option(
        "--index", metavar="DIR|URL", help="The index; else $PQL_INDEX, else the nearest .pql upwards."
    ),
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
        help="`polyaxon` asks for live runs of the last month, but for what the query mentions.",
    ),
]

FileOption = Annotated[str | None, typer.Option("--output", "-o", metavar="FILE", help="Write to a file.")]

TableFormat = Annotated[
    str | None, typer.Option("--format", "-f", metavar="FORMAT", help="As for search, but for uuid.")
]

TextOrJson = Annotated[str, typer.Option("--format", "-f", metavar="FORMAT", help="text or json.")]


_OF_ANY_ENTITY = ("search", "explain", "fmt")
"""Commands that take queries of artifacts and points; the others would run them on runs."""


def expand_saved(context: typer.Context, query: str | None) -> str | None:
    """The callback of an argument that is a query: `@name` becomes that query, and what it says of
    sort, limit, columns and entity the defaults of these options. The argument has to be eager.
    Ends the process for a query of another entity than runs where the command has no other."""
    if query is None or not query.startswith("@") or context.resilient_parsing:
        return query
    from pql.cli.saved import refuse_entity, saved_query, settings_of

    saved = saved_query(query[1:])
    if context.command.name not in _OF_ANY_ENTITY:
        refuse_entity(saved, context.command.name or "")
    context.default_map = settings_of(saved)
    return saved.block.query.text


def expand_saved_list(context: typer.Context, queries: list[str]) -> list[str]:
    """The same for an argument that is one query, or something else such as runs."""
    return [expand_saved(context, each) or "" for each in queries] if len(queries) == 1 else queries


def limit_beside_all(context: typer.Context, limit: str | None, every: bool) -> str | None:
    """The limit that was typed; that of a saved query gives way to --all."""
    source = context.get_parameter_source("limit")
    return None if every and source is not None and source.name == "DEFAULT_MAP" else limit
