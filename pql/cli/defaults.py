"""`--defaults`: conditions that are added to a query before anything else is done with it."""

from __future__ import annotations

from pql.binder.defaults import DEFAULTS, with_defaults
from pql.catalog.fields import Entity
from pql.cli.exits import Exit, fail, guarded
from pql.syntax.parser import LONGEST

__all__ = ["asked_query"]


def asked_query(
    query: str | None,
    defaults: str | None,
    entity: Entity = Entity.RUN,
    max_length: int | None = LONGEST,
) -> str | None:
    """The query with what the option adds; ends the process for unknown defaults or a wrong query."""
    if defaults is not None and defaults not in DEFAULTS:
        fail(f"error: --defaults is one of {', '.join(DEFAULTS)}, not {defaults!r}", Exit.USAGE)
    with guarded():
        return with_defaults(query, defaults, entity, max_length=max_length)
