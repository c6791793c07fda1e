"""Conditions that a search adds on request, as text: so that they show wherever the query does."""

from __future__ import annotations

from pql.catalog.fields import Entity
from pql.syntax.ast import And, Call, Condition, FieldPath, Group, Node, Not, Or
from pql.syntax.parser import LONGEST, parse_query

__all__ = ["DEFAULTS", "with_defaults"]

DEFAULTS = {
    "polyaxon": {
        "created_at": "{of}created_at:last_month",
        "live_state": "({of}live_state:1 OR {of}live_state:nil)",
    }
}
"""Each kind of defaults: a condition on runs (`of` leads to the run) for each field that the query does not
mention. Polyaxon's server takes a run for live unless told otherwise; its client's files do not say it."""


def with_defaults(
    query: str | None,
    defaults: str | None,
    entity: Entity = Entity.RUN,
    *,
    max_length: int | None = LONGEST,
) -> str | None:
    """The query and the conditions that `defaults` adds to it; None for both changes nothing.

    A field is mentioned where a condition asks about it, of the run itself (of an artifact or a point: of
    its run), at any depth. Raises PqlError for a text that is no query, ValueError for unknown defaults.
    """
    if defaults is None:
        return query
    if defaults not in DEFAULTS:
        raise ValueError(f"unknown defaults {defaults!r}; there are: {', '.join(DEFAULTS)}")
    node = None if query is None else parse_query(query, max_length=max_length)
    mentioned = set() if node is None else _mentioned(node, entity)
    prefix = "" if entity is Entity.RUN else "run."
    added = [text.format(of=prefix) for field, text in DEFAULTS[defaults].items() if field not in mentioned]
    if not added or query is None:
        return ", ".join(added) or query
    return ", ".join([f"({query})" if isinstance(node, Or) else query, *added])


def _mentioned(node: Node, entity: Entity) -> set[str]:
    """The fields of the run that conditions ask about."""
    found: set[str] = set()
    stack = [node]
    while stack:
        match stack.pop():
            case And(items) | Or(items):
                stack.extend(items)
            case Not(item):
                stack.append(item)
            case Condition(FieldPath(name, segments)):
                if entity is Entity.RUN:
                    found.add(name)
                elif name == "run" and segments:
                    found.add(segments[0])
            case Condition(Call()) | Group():
                pass
    return found
