"""A compiler for the Polyaxon Query Language: text → AST → bound query → logical plan → SQL with parameters.

`compile` goes all the way; `parse`, `parse_sort`, `bind`, `plan_query` and `lower` are its stages. Every
fault in a query is a `PqlError` with a `Diagnostic`. The compiler is pure: it opens no file of an index and
knows no engine. Everything is imported when it is first used.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, tzinfo
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

    from pql.binder.binder import Clock, bind
    from pql.binder.bound import BoundQuery
    from pql.catalog.fields import Entity
    from pql.catalog.layout import KeyLayout, Layout
    from pql.diagnostics.diagnostic import Diagnostic, PqlError, Severity
    from pql.diagnostics.registry import CODES
    from pql.diagnostics.render import render
    from pql.diagnostics.span import Span
    from pql.plan.logical import LogicalPlan
    from pql.plan.scope import plan_query
    from pql.sql.emitter import Statement
    from pql.sql.lower import lower
    from pql.syntax.format import format_query, format_sort
    from pql.syntax.parser import parse_query as parse
    from pql.syntax.parser import parse_sort

__all__ = [
    "CODES",
    "BoundQuery",
    "Clock",
    "Diagnostic",
    "Entity",
    "KeyLayout",
    "Layout",
    "LogicalPlan",
    "PqlError",
    "Severity",
    "Span",
    "Statement",
    "bind",
    "compile",
    "format_query",
    "format_sort",
    "lower",
    "parse",
    "parse_sort",
    "plan_query",
    "render",
]

_PLACES = {
    "CODES": "pql.diagnostics.registry",
    "BoundQuery": "pql.binder.bound",
    "Clock": "pql.binder.binder",
    "Diagnostic": "pql.diagnostics.diagnostic",
    "Entity": "pql.catalog.fields",
    "KeyLayout": "pql.catalog.layout",
    "Layout": "pql.catalog.layout",
    "LogicalPlan": "pql.plan.logical",
    "PqlError": "pql.diagnostics.diagnostic",
    "Severity": "pql.diagnostics.diagnostic",
    "Span": "pql.diagnostics.span",
    "Statement": "pql.sql.emitter",
    "bind": "pql.binder.binder",
    "format_query": "pql.syntax.format",
    "format_sort": "pql.syntax.format",
    "lower": "pql.sql.lower",
    "parse": "pql.syntax.parser",
    "parse_sort": "pql.syntax.parser",
    "plan_query": "pql.plan.scope",
    "render": "pql.diagnostics.render",
}
_OTHER_NAMES = {"parse": "parse_query"}


def compile(  # noqa: A001 - as `re.compile`
    query: str | None,
    *,
    sort: str | None = None,
    limit: int | None = None,
    offset: int = 0,
    entity: str = "runs",
    now: datetime | None = None,
    tz: tzinfo = UTC,
    layout: Layout | None = None,
    columns: Sequence[str] = ("uuid",),
    max_length: int | None = 65_536,
    defaults: str | None = None,
) -> Statement:
    """One SELECT of DuckDB's SQL, with its parameters, over tables named as in `pql.catalog.tables`.

    `query` None means all; `entity` is "runs", "artifacts" or "points"; `columns` are columns of `runs`.
    `now` (aware; default: the present) and `tz` give date words their meaning. `layout` says where keys
    live, as a snapshot knows it; without one every key is taken to have rows of `values` only. `defaults`
    "polyaxon" adds the conditions that Polyaxon adds of its own.

    Raises PqlError for a fault in the query, sort, limit or offset, ValueError for an unknown entity or
    unknown defaults.
    """
    from pql.sql.compile import compile_query  # one import: each costs as much as a stage of the compiler

    return compile_query(query, sort, limit, offset, entity, now, tz, layout, columns, max_length, defaults)


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name in _PLACES:
        return getattr(import_module(_PLACES[name]), _OTHER_NAMES.get(name, name))
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
