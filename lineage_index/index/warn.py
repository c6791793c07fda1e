"""Keys that no run has: right queries that can't find anything."""

from __future__ import annotations

from pql.binder.bound import (
    BoundAnd,
    BoundCondition,
    BoundGroup,
    BoundNot,
    BoundOr,
    BoundQuery,
    FieldTest,
    HistoryValue,
    KeyValue,
    SortKey,
    Value,
)
from pql.catalog.layout import Layout
from pql.diagnostics.diagnostic import Diagnostic
from pql.diagnostics.span import Span
from pql.diagnostics.suggest import suggestion

__all__ = ["unknown_keys"]


def unknown_keys(query: BoundQuery, layout: Layout) -> tuple[Diagnostic, ...]:
    """A warning for each keyed value of the query (and its sort) whose key is in no run of the index."""
    found: list[Diagnostic] = []
    stack = [] if query.condition is None else [query.condition]
    while stack:
        match stack.pop():
            case BoundCondition(value=value, test=test, span=span):
                found += _missing(value, span, layout, "query")
                if isinstance(test, FieldTest):
                    found += _missing(test.other, span, layout, "query")
            case BoundAnd(items) | BoundOr(items):
                stack.extend(items)
            case BoundNot(item) | BoundGroup(item=item):
                stack.append(item)
            case _:
                pass
    for key in query.sort:
        if isinstance(key, SortKey):
            found += _missing(key.value, key.span, layout, "sort")
    found.sort(key=lambda each: (each.source == "sort", each.span))
    return tuple(found)


def _missing(value: Value, span: Span, layout: Layout, source: str) -> list[Diagnostic]:
    match value:
        case KeyValue(section, segments, _, numbers_only):
            prefixes = (".".join(segments[:count]) for count in range(len(segments), 0, -1))
            if any((section.value, _unindexed(each)) in layout.keys for each in prefixes):
                return []
            shown = "metrics" if numbers_only else section.value
            name = value.key
        case HistoryValue(_, metric):
            if ("outputs", metric) in layout.keys:
                return []
            shown, name = "metrics", metric
        case _:
            return []
    stored = "outputs" if shown == "metrics" else shown
    known = [key for place, key in layout.keys if place == stored]
    hint = suggestion(name, known)
    return [Diagnostic("PQL501", span, {"field": f"{shown}.{name}"}, hint, source)]


def _unindexed(key: str) -> str:
    return key.partition("[")[0] or key
