"""`@name` in the place of a query: what pql.toml has under that name."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pql.cli.exits import Exit, fail, guarded
from pql.cli.text import printable

if TYPE_CHECKING:
    from pql.check.saved import SavedQuery

__all__ = ["find_named", "refuse_entity", "saved_query", "settings_of", "with_more"]


def saved_query(name: str) -> SavedQuery:
    """The saved query of that name.

    Ends the process if there is none, or if the file can't be used; tells a fault of the query or its sort at
    its place in the file.
    """
    wanted, _ = find_named(name)
    with guarded():
        _checked(wanted)
    return wanted


def find_named(name: str) -> tuple[SavedQuery, Path]:
    """The saved query of that name, whatever its query says, and its file. Ends the process if there is none,
    or if the file can't be used."""
    from pql.check.config import ConfigError
    from pql.check.saved import find_saved
    from pql.diagnostics.suggest import suggestion

    try:
        with guarded():
            path, found = find_saved(Path.cwd())
    except ConfigError as error:
        fail(f"error: {printable(str(error))}", Exit.USAGE)
    wanted = next((each for each in found if each.block.name == name), None)
    if wanted is None or path is None:
        if (more := with_more(name)) is not None:
            fail(f"error: {more}", Exit.USAGE)
        where = "there is no pql.toml here or above" if path is None else f"it is not in {path}"
        hint = suggestion(name, (each.block.name for each in found))
        more = f"; {hint}" if hint else "; `pql queries` lists them" if found else ""
        fail(f"error: no saved query is called {name!r}: {where}{more}", Exit.USAGE)
    return wanted, path


def with_more(name: str) -> str | None:
    """What is wrong with a name that goes on like a query (`good, name:x`); None of any other."""
    alone = re.split(r"[\s,()|]", name, maxsplit=1)[0]
    if alone == name:
        return None
    return (
        f"a saved query stands alone: nothing can follow `@{alone}`; write its conditions out "
        "(`pql queries` shows them), or save the whole under a name of its own"
    )


def refuse_entity(saved: SavedQuery, command: str) -> None:
    """End the process for a query of artifacts or points, which the command does not take."""
    from pql.catalog.fields import Entity

    if saved.entity in (None, Entity.RUN.value):
        return
    block = saved.block
    line = block.query.source.text.count("\n", 0, block.name_span.start) + 1
    fail(
        f"error: {printable(block.query.source.name)}:{line}: the saved query {block.name!r} asks for "
        f"{saved.entity}, and `pql {command}` takes runs alone; "
        f"search, explain and batch take {saved.entity}",
        Exit.USAGE,
    )


def settings_of(saved: SavedQuery) -> dict[str, str]:
    """What it says of the options of a command, by their names."""
    block = saved.block
    told = {
        "sort": None if block.sort is None else block.sort.text,
        "limit": None if block.limit is None else block.limit.text,
        "columns": saved.columns,
        "entity": saved.entity,
    }
    return {name: value for name, value in told.items() if value is not None}


def _checked(saved: SavedQuery) -> None:
    """A fault is told where it is written."""
    from pql.binder.binder import Clock, bind
    from pql.catalog.fields import Entity
    from pql.diagnostics.diagnostic import PqlError
    from pql.syntax.parser import parse_query, parse_sort

    block = saved.block
    text = block.query.text
    sort = None if block.sort is None else block.sort.text
    entity = Entity(saved.entity or Entity.RUN.value)
    try:
        bind(
            parse_query(text) if text.strip() else None,
            parse_sort(sort) if sort else (),
            clock=Clock(datetime.now(UTC), UTC),
            text=text,
            sort_text=sort or "",
            entity=entity,
        )
    except PqlError as error:
        of_sort = block.sort is not None and error.text == sort and sort != text
        raise (block.sort if of_sort and block.sort else block.query).blame(error) from None
