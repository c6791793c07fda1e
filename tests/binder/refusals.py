"""Queries bound, or what is said of one that is refused."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pql.binder.binder import Clock, bind
from pql.binder.bound import BoundQuery
from pql.catalog.fields import Entity
from pql.diagnostics.diagnostic import Diagnostic, PqlError
from pql.syntax.parser import parse_query, parse_sort

__all__ = ["CLOCK", "compiled", "refused"]

CLOCK = Clock(datetime(2024, 7, 1, 12, tzinfo=UTC))


def compiled(query: str, sort: str = "", entity: Entity = Entity.RUN) -> BoundQuery:
    node = parse_query(query) if query else None
    return bind(node, parse_sort(sort), clock=CLOCK, text=query, sort_text=sort, entity=entity)


def refused(query: str, sort: str = "", entity: Entity = Entity.RUN) -> Diagnostic:
    with pytest.raises(PqlError) as caught:
        compiled(query, sort, entity)
    assert caught.value.text == (sort or query)
    return caught.value.diagnostic
