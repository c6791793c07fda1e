"""`pql queries`: what pql.toml has under names."""

from __future__ import annotations

import json
from pathlib import Path

from pql.check.config import ConfigError
from pql.check.saved import SavedQuery, find_saved
from pql.cli.exits import Exit, fail, guarded
from pql.cli.output import paints, terminal_width
from pql.cli.saved import settings_of
from pql.cli.streams import speak_utf8
from pql.cli.table import render_table
from pql.cli.text import inert_json, printable

__all__ = ["run_queries"]


def run_queries(output: str) -> None:
    """List them; ends the process with 1 if there are none."""
    if output not in ("text", "json"):
        fail(f"error: --format is text or json, not {output!r}", Exit.USAGE)
    try:
        with guarded():
            path, found = find_saved(Path.cwd())
    except ConfigError as error:
        fail(f"error: {printable(str(error))}", Exit.USAGE)
    if output == "json":
        speak_utf8()
        told = [{"name": each.block.name, **_told(each), "description": each.description} for each in found]
        print(inert_json(json.dumps(told, ensure_ascii=False, indent=2)))
    elif found:
        columns = {
            "name": [f"@{each.block.name}" for each in found],
            "query": [" ".join(_words(each)) for each in found],
            "description": [each.description for each in found],
        }
        table = [
            (name, [printable(cell) for cell in cells], False)
            for name, cells in columns.items()
            if any(cells)
        ]
        print(render_table(table, terminal_width(None), coloured=paints()))
    if not found:
        where = "there is no pql.toml here or above" if path is None else f"{path} has none"
        fail(f"no saved queries: {where}", Exit.NOTHING)


def _told(saved: SavedQuery) -> dict[str, str]:
    return {"query": saved.block.query.text, **settings_of(saved)}


def _words(saved: SavedQuery) -> list[str]:
    """The query on one line, and the options that stand for the rest."""
    more = [part for name, value in settings_of(saved).items() for part in (f"--{name}", value)]
    return [*saved.block.query.text.split(), *more]
