"""Value that no run has."""

from __future__ import annotations

from collections.abc import Iterator

from pql.check.known import Known
from pql.check.meaning import equalities, keyed_values
from pql.check.model import Report
from pql.check.rule import Rule
from pql.check.search import Search

__all__ = ["RULE"]


def _check(search: Search, known: Known) -> Iterator[Report]:
    for condition in equalities(search):
        values = keyed_values(condition)
        if any(known.key(section, key) is None for section, key in values):
            continue  # no run has the key: another rule says so
        if known.runs and known.count(condition) == 0:
            clause = search.query.placed.text[slice(*condition.span)]
            yield search.query.report(condition.span, clause=clause)


RULE = Rule(
    name="value-never-seen",
    codes=("PQL763",),
    title="value that no run has",
    message="no run in the index has `{clause}`",
    doc="""\
The field or key is there, but never with this value. A value with a slip in it looks just like
this.
""",
    wrong="inputs.optimizer:adma",
    right="inputs.optimizer:adam",
    on_known=_check,
)
