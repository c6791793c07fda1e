"""What an index knows of its keys and runs, as the rules of a check ask for it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from lineage_index.index.index import Index
from pql.binder.bound import (
    Bound,
    BoundCondition,
    BoundOr,
    BoundQuery,
    ColumnValue,
    IsNil,
    KeyValue,
    Operator,
    SortKey,
    TimeTest,
)
from pql.catalog.fields import Entity, Section, find_field
from pql.check.known import KeyFacts

__all__ = ["IndexKnown"]


class IndexKnown:
    """One snapshot as the rules see it; every answer is looked up once. A `pql.check.known.Known`."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._counts: dict[Bound | None, int] = {}
        self._newer: dict[tuple[str, str], int] = {}

    @property
    def runs(self) -> int:
        """How many runs there are."""
        return self._index.snapshot.runs

    @cached_property
    def _facts(self) -> dict[tuple[str, str], KeyFacts]:
        return {
            (row.section, row.key): KeyFacts(
                row.runs, row.nums, row.texts, row.bools, row.nested, row.min, row.max
            )
            for row in self._index.snapshot.keys
        }

    def key(self, section: str, key: str) -> KeyFacts | None:
        """The facts of a key; None if no run has it."""
        return self._facts.get((section, key))

    def keys(self, section: str) -> Sequence[str]:
        """Every key of a section, sorted."""
        return [key for place, key in self._facts if place == section]

    def newer_without(self, section: str, key: str) -> int:
        """How many runs were made after the last one that has the key."""
        found = self._newer.get((section, key))
        if found is None:
            found = self._newer[section, key] = self._count_newer(Section(section), key)
        return found

    def count(self, condition: Bound | None) -> int:
        """How many runs match."""
        if condition not in self._counts:
            bound = BoundQuery(Entity.RUN, condition, (_newest(),), limit=1)
            self._counts[condition] = self._index.run(bound).total
        return self._counts[condition]

    def _count_newer(self, section: Section, key: str) -> int:
        plain = KeyValue(section, (key,), (True,))
        there: Bound = BoundCondition((), plain, IsNil(), negated=True)
        if section is Section.OUTPUTS:  # a metric may live in its history alone
            metric = KeyValue(section, (key,), (True,), numbers_only=True)
            there = BoundOr((there, BoundCondition((), metric, IsNil(), negated=True)))
        rows = self._index.run(BoundQuery(Entity.RUN, there, (_newest(),), limit=1)).rows
        last = rows[0].get("created_at") if rows else None
        if last is None:
            return 0
        return self.count(BoundCondition((), _newest().value, TimeTest(Operator.GT, last)))


def _newest() -> SortKey:
    created = find_field(Entity.RUN, "created_at")
    assert created is not None
    return SortKey((), ColumnValue(created), descending=True)
