"""The whole way from the text of a query to its statement."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo

from pql.binder.binder import Clock, bind
from pql.catalog.fields import Entity
from pql.catalog.layout import UNSEEN, Layout
from pql.plan.scope import plan_query
from pql.sql.emitter import Statement
from pql.sql.lower import lower
from pql.syntax.parser import parse_query, parse_sort

__all__ = ["compile_query"]


def compile_query(
    query: str | None,
    sort: str | None,
    limit: int | None,
    offset: int,
    entity: str,
    now: datetime | None,
    tz: tzinfo,
    layout: Layout | None,
    columns: Sequence[str],
    max_length: int | None,
    defaults: str | None,
) -> Statement:
    """What `pql.compile` is documented to do."""
    if defaults is not None:
        from pql.binder.defaults import with_defaults

        query = with_defaults(query, defaults, Entity(entity), max_length=max_length)
    bound = bind(
        None if query is None else parse_query(query, max_length=max_length),
        parse_sort(sort, max_length=max_length) if sort else (),
        clock=Clock(now or datetime.now(UTC), tz),
        text=query or "",
        sort_text=sort or "",
        limit=limit,
        offset=offset,
        entity=Entity(entity),
    )
    return lower(plan_query(bound), UNSEEN if layout is None else layout, columns)
