"""A search made ready for one snapshot: all that does not depend on the moment it is asked at."""

from __future__ import annotations

import re
from functools import cached_property

from lineage_index.index.warn import unknown_keys
from pql.binder.bound import BoundQuery
from pql.catalog.layout import Layout
from pql.diagnostics.diagnostic import Diagnostic
from pql.plan.logical import LogicalPlan
from pql.plan.scope import plan_query
from pql.sql.emitter import Statement
from pql.sql.lower import lower, lower_count

__all__ = ["Prepared", "may_mean_now"]

_MOMENT = re.compile(r"now|today|tomorrow|yesterday|last_|-[0-9]+[smhdw]")


class Prepared:
    """A bound query and what follows from it, each made when it is first asked for and then kept."""

    def __init__(self, bound: BoundQuery, layout: Layout) -> None:
        self.bound = bound
        self.layout = layout
        self._pages: dict[tuple[str, ...], Statement] = {}

    @cached_property
    def plan(self) -> LogicalPlan:
        """The logical plan."""
        return plan_query(self.bound)

    def page(self, columns: tuple[str, ...] = ("uuid",)) -> Statement:
        """The statement of the page; of one of runs, with these columns."""
        found = self._pages.get(columns)
        if found is None:
            found = self._pages[columns] = lower(self.plan, self.layout, columns)
        return found

    @cached_property
    def count(self) -> Statement:
        """The statement of the count."""
        return lower_count(self.plan, self.layout)

    @cached_property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """Findings that do not stop the search."""
        return (*self.bound.warnings, *unknown_keys(self.bound, self.layout))


def may_mean_now(query: str | None) -> bool:
    """Whether the query may hold a date that another moment gives another meaning: a word such as `today`, or
    a span such as `-7d`. Escapes and letters with other forms could hide one, so these count as well."""
    text = query or ""
    return not text.isascii() or "\\" in text or _MOMENT.search(text.lower()) is not None
