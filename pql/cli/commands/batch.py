"""The options of `pql batch`."""

from __future__ import annotations

from typing import Annotated

import typer

from pql.cli.options import AsOfOption, DefaultsOption, IndexOption

__all__ = ["batch"]


def batch(
    file: Annotated[str | None, typer.Argument(help="JSON lines; standard input if left out or -.")] = None,
    defaults: DefaultsOption = None,
    as_of: AsOfOption = None,
    index: IndexOption = None,
) -> None:
    """Answer many queries in one process: JSON lines in, JSON lines out.

    In: {"id", "query", "sort", "limit", "offset", "entity"}, all but id optional;
    "@name" is the saved query of that name. Out, in the same order:
    {"id", "uuids", "total"}, {"id", "artifacts", "total"}, {"id", "points", "total"}, or
    {"id", "error": {"code", "message", "span"}}.

    \b
    pql batch requests.jsonl
    echo '{"query": "tags:demo", "limit": 1}' | pql batch
    """
    from pql.cli.batch import run_batch

    run_batch(file, as_of, index, defaults)
