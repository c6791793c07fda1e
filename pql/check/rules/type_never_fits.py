"""Comparison with another type than the key's."""

from __future__ import annotations

from collections.abc import Iterator

from pql.check.known import Known
from pql.check.meaning import ordered
from pql.check.model import Report
from pql.check.rule import Rule
from pql.check.search import Search

__all__ = ["RULE"]


def _check(search: Search, known: Known) -> Iterator[Report]:
    for use in ordered(search):
        facts = known.key(use.section, use.key)
        if facts is None or facts.numbers or facts.nested:
            continue
        found = "a text" if not facts.booleans else "true or false" if not facts.texts else "a text or a flag"
        yield use.text.report(use.span, key=use.shown, found=found)


RULE = Rule(
    name="type-never-fits",
    codes=("PQL764",),
    title="comparison with another type than the key's",
    message="`{key}` is {found} in every run, and never a number",
    doc="""\
A number is compared with a key whose values are never numbers, so that nothing matches.
""",
    wrong="inputs.optimizer:>3",
    right="inputs.optimizer:adam",
    on_known=_check,
)
