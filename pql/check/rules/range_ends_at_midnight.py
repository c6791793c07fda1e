"""Range of dates that stops at midnight."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pql.binder.paths import bind_subject
from pql.catalog.fields import Entity, Family
from pql.check.model import Report
from pql.check.rule import Rule
from pql.check.search import Search
from pql.diagnostics.diagnostic import PqlError
from pql.syntax.ast import Condition, Range

__all__ = ["RULE"]

_DATE = re.compile(r"[0-9]{4}(?P<month>-[0-9]{1,2}(?P<day>-[0-9]{1,2})?)?\Z")
_WORDS = frozenset(("today", "yesterday", "tomorrow"))


def _check(search: Search) -> Iterator[Report]:
    for condition, entity in search.conditions:
        operation = condition.operation
        if not isinstance(operation, Range) or operation.high is None or search.query.open(condition.span):
            continue
        unit = _unit(operation.high.text)
        if unit and _is_time(condition, entity, search.query.masked):
            hint = "end it with the next one, or with `23:59:59` of its last day"
            end = operation.high
            yield search.query.report(end.span, hint, end=f"`{end.text}`", unit=unit)


def _unit(end: str) -> str:
    """What a date of so little precision is the beginning of; empty for a time of the day."""
    date = _DATE.match(end)
    if date is None:
        return "day" if end.lower() in _WORDS else ""
    return "day" if date["day"] else "month" if date["month"] else "year"


def _is_time(condition: Condition, entity: Entity, text: str) -> bool:
    try:
        target = bind_subject(condition.subject, entity, text)
    except PqlError:
        return False
    return target.field.family is Family.DATETIME


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
