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
from pql.catalog.layout import KeyLayout, Layout
from pql.diagnostics.diagnostic import Diagnostic
from pql.diagnostics.span import Span
from pql.diagnostics.suggest import did_you_mean, nearest
from pql.plan.forms import key_name

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
    field = key_name(shown, name)
    return [Diagnostic("PQL501", span, {"field": field}, did_you_mean(_close(shown, name, layout)), source)]


def _close(section: str, name: str, layout: Layout) -> list[str]:
    """The same key of another section, else keys of this one that look alike."""
    found = [place for place, key in layout.keys if key == name]
    if found:
        return [key_name(_asked(place, layout.of(place, name)), name) for place in found]
    stored = "outputs" if section == "metrics" else section
    known = (key for place, key in layout.keys if place == stored)
    return [key_name(section, each) for each in nearest(name, known)]


def _asked(section: str, where: KeyLayout) -> str:
    """The section as a query for such a key has it: outputs that are plain numbers are metrics."""
    return "metrics" if section == "outputs" and where == KeyLayout(num=where.num) else section


def _unindexed(key: str) -> str:
    return key.partition("[")[0] or key
