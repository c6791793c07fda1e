"""Range of dates that stops at midnight."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pql.catalog.fields import Entity, Family, find_field
from pql.check.model import Report
from pql.check.rule import Rule
from pql.check.search import Search, field_of
from pql.syntax.ast import Range

__all__ = ["RULE"]

_UNITS = {4: "year", 7: "month", 10: "day"}
_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?\Z")


def _check(search: Search) -> Iterator[Report]:
    for condition, entity in search.conditions:
        operation = condition.operation
        if not isinstance(operation, Range) or operation.high is None or search.query.open(condition.span):
            continue
        path = field_of(condition)
        name = path.segments[-1] if path.segments else path.name
        field = find_field(entity, name) or find_field(Entity.RUN, name)
        end = operation.high
        if field is None or field.family is not Family.DATETIME or path.name in _SECTIONS:
            continue
        unit = _UNITS.get(len(end.text)) if _DATE.match(end.text) else _WORDS.get(end.text.lower())
        if unit:
            hint = "end it with the next one, or with `23:59:59` of its last day"
            yield search.query.report(end.span, hint, end=f"`{end.text}`", unit=unit)


_WORDS = {"today": "day", "yesterday": "day", "tomorrow": "day"}
_SECTIONS = frozenset(("inputs", "in", "params", "outputs", "out", "metrics", "meta_info", "meta_values"))


RULE = Rule(
    name="range-ends-at-midnight",
    codes=("PQL713",),
    title="range of dates that stops at midnight",
    message="the range ends at the first moment of {end}, so the rest of that {unit} is not in it",
    doc="""\
A date without a time means its first moment when it ends a range: `..2026-06-15` stops at midnight,
at the beginning of the 15th, as it does in Polyaxon. Write the next day, or `23:59:59`.
""",
    wrong="created_at:2026-06-01..2026-06-15",
    right="created_at:2026-06-01..2026-06-16 00:00:00",
    on_search=_check,
)
