"""Alias of a field."""

from __future__ import annotations

from collections.abc import Iterator

from pql.catalog.fields import RELATIONS, Entity, find_field
from pql.check.model import Report
from pql.check.rule import Rule
from pql.check.search import Search, field_of
from pql.check.texts import Text
from pql.diagnostics.span import Span
from pql.syntax.ast import FieldPath

__all__ = ["RULE"]


def _check(search: Search) -> Iterator[Report]:
    for condition, entity in search.conditions:
        yield from _alias(field_of(condition.subject), entity, search.query)
    if search.sort is not None:
        for term in search.terms:
            yield from _alias(field_of(term.subject), Entity.RUN, search.sort)


def _alias(path: FieldPath, entity: Entity, text: Text) -> Iterator[Report]:
    found, right = path.name, path.name
    if path.segments and (dotted := find_field(entity, f"{path.name}.{path.segments[0]}")) is not None:
        found, right = f"{path.name}.{path.segments[0]}", dotted.name
    elif (field := find_field(entity, path.name)) is not None:
        right = field.name
    elif entity is Entity.RUN and path.name in RELATIONS:
        right = RELATIONS[path.name].value
    span = Span(path.span.start, path.span.start + len(found))
    if right != found and not text.open(span) and found not in _USUAL:
        yield text.report(span, f"write `{right}`", ((span, right),), found=found, right=right)


# The reference pages write these themselves.
_USUAL = frozenset(("project.name", "meta_values"))


RULE = Rule(
    name="alias",
    codes=("PQL732",),
    title="alias of a field",
    message="`{found}` is an alias of `{right}`",
    doc="""\
One name a field is easier to search for and to change. The fix writes the field's own name.
""",
    wrong="params.lr:0.1, id:abc",
    right="inputs.lr:0.1, uuid:abc",
    fixable=True,
    on_search=_check,
)
