"""Key that stopped being logged."""

from __future__ import annotations

from collections.abc import Iterator

from pql.check.known import Known
from pql.check.meaning import keyed
from pql.check.model import Report
from pql.check.rule import Rule
from pql.check.search import Search

__all__ = ["RULE"]

_LEAST = 20


def _check(search: Search, known: Known) -> Iterator[Report]:
    for use in keyed(search):
        key = use.found(known)
        if key is None:
            continue
        count = known.newer_without(use.section, key)
        if count >= max(_LEAST, known.runs / 10):
            yield use.text.report(use.span, count=f"{count:,}", key=use.shown)


RULE = Rule(
    name="key-no-longer-logged",
    codes=("PQL762",),
    title="key that stopped being logged",
    message="the last {count} runs have no `{key}`",
    doc="""\
The key is in older runs only: at least twenty runs, and a tenth of all, were made after the last
one that has it. It may have been renamed.
""",
    wrong="metrics.old_loss:<0.1",
    right="metrics.loss:<0.1",
    on_known=_check,
)
