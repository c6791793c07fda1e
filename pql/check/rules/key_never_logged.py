"""Key that no run has."""

from __future__ import annotations

from collections.abc import Iterator

from pql.check.known import Known
from pql.check.meaning import keyed
from pql.check.model import Report
from pql.check.rule import Rule
from pql.check.search import Search
from pql.diagnostics.suggest import did_you_mean, nearest
from pql.plan.forms import key_name

__all__ = ["RULE"]


def _check(search: Search, known: Known) -> Iterator[Report]:
    for use in keyed(search):
        if use.found(known) is None:
            section = use.shown.partition(".")[0]
            close = (key_name(section, each) for each in nearest(use.key, known.keys(use.section)))
            yield use.text.report(use.span, did_you_mean(close), key=use.shown)


RULE = Rule(
    name="key-never-logged",
    codes=("PQL761",),
    title="key that no run has",
    message="no run in the index has `{key}`",
    doc="""\
The query is right, but nothing was ever logged under this key. Often it is a slip; the nearest keys
are named.
""",
    wrong="metrics.lss:<0.1",
    right="metrics.loss:<0.1",
    on_known=_check,
)
