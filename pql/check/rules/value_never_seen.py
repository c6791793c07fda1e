"""Value that no run has."""

from __future__ import annotations

from collections.abc import Iterator

from pql.check.known import Known
from pql.check.meaning import values_asked
from pql.check.model import Report
from pql.check.rule import Rule
from pql.check.search import Search

__all__ = ["RULE"]


def _check(search: Search, known: Known) -> Iterator[Report]:
    text = search.query.placed.text
    for use in values_asked(search):
        if any(known.key(section, key) is None for section, key in use.keys):
            continue  # no run has the key: another rule says so
        if known.runs and known.count(use.condition) == 0:
            clause = f"{text[slice(*use.node.subject.span)]}:{text[slice(*use.span)].lstrip('~ ')}"
            yield search.query.report(use.span, clause=clause)


RULE = Rule(
    name="value-never-seen",
    codes=("PQL763",),
    title="value that no run has",
    message="no run in the index has `{clause}`",
    doc="""\
The field or key is there, but never with this value, or with none that the pattern fits. A value with a slip
in it looks just like this. Each value of a list is looked up by itself; one behind `~` too: what no run has
leaves nothing out. Limits and ranges are no values: that nothing lies within may change with the next run.
""",
    wrong="inputs.optimizer:adma",
    right="inputs.optimizer:adam",
    on_known=_check,
)
