"""Why a search finds nothing: how many runs survive each clause, and what comes closest."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from lineage_index.index.index import Index
from lineage_index.index.result import elements
from lineage_index.index.why import count_each
from pql.binder.bound import (
    AllOf,
    AnyOf,
    Bound,
    BoundAnd,
    BoundCondition,
    BoundOr,
    BoundQuery,
    ColumnValue,
    ElementId,
    HistoryValue,
    KeyValue,
    NumberTest,
    Operator,
    SortKey,
    Test,
    TextEquals,
    TextLike,
    TextMatches,
    TimeInside,
    TimeTest,
    Value,
)
from pql.catalog.fields import Entity, Relation
from pql.diagnostics.suggest import nearest
from pql.sql.emitter import Emitter
from pql.sql.keys import candidates
from pql.sql.order import key_rows

__all__ = ["ClauseCount", "Emptiness", "NearMiss", "why_nothing"]

_MOST_VALUES = 1_000
_NEAR = 3
_LOOKED_AT = 50
"""Of runs with the same value only one is told."""

_OPPOSITE = {
    Operator.LT: Operator.GE,
    Operator.LE: Operator.GT,
    Operator.GT: Operator.LE,
    Operator.GE: Operator.LT,
}

_MOST_CLAUSES = 100
"""Of more nothing is told: each is counted alone and together with the others."""


@dataclass(frozen=True, slots=True)
class ClauseCount:
    """A clause of a conjunction: how many runs it holds for alone, with all before it, and how many hold
    for all the others. `alternatives` are those of a disjunction, with how many runs each holds for."""

    node: Bound
    alone: int
    together: int
    without: int
    alternatives: tuple[tuple[Bound, int], ...] = ()


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A run that fails a clause by little: its uuid, name and value."""

    uuid: str
    name: str | None
    value: Any


@dataclass(frozen=True, slots=True)
class Emptiness:
    """Why nothing was found.

    `emptied_by` is the place of the clause that removes the last run, None if the clauses are no conjunction
    that empties. `near` are the runs that come closest to that clause among those that all others hold for
    (`all_others`), or among all runs. `alike` and `common` are values that are there, with how many runs
    have them: those spelt like a value that was asked for, and the most frequent.
    """

    runs: int
    clauses: tuple[ClauseCount, ...]
    emptied_by: int | None
    near: tuple[NearMiss, ...]
    all_others: bool
    alike: tuple[tuple[str, int], ...]
    common: tuple[tuple[str, int], ...]


def why_nothing(index: Index, bound: BoundQuery) -> Emptiness:
    """What there is to say of a search for runs that finds none."""
    condition = bound.condition
    clauses = _clauses(condition)
    if not clauses or len(clauses) > _MOST_CLAUSES or not index.snapshot.runs:
        return Emptiness(index.snapshot.runs, (), None, (), False, (), ())
    alone = count_each(index, clauses)
    together = count_each(index, [_and(clauses[: count + 1]) for count in range(len(clauses))])
    others = [_and(clauses[:place] + clauses[place + 1 :]) for place in range(len(clauses))]
    without = [index.snapshot.runs] if len(clauses) == 1 else count_each(index, others)
    alternatives = [_alternatives(index, each) for each in clauses]
    counts = tuple(map(ClauseCount, clauses, alone, together, without, alternatives))
    emptied = next((place for place, each in enumerate(counts) if not each.together), None)
    if emptied is None:
        return Emptiness(index.snapshot.runs, counts, None, (), False, (), ())
    clause = clauses[emptied]
    among = others[emptied] if len(clauses) > 1 and without[emptied] else None
    near = _near(index, clause, among)
    if not near and among is not None:
        among, near = None, _near(index, clause, None)
    alike, common = _alike(index, counts, emptied)
    all_others = among is not None or len(clauses) == 1
    return Emptiness(index.snapshot.runs, counts, emptied, near, all_others, alike, common)


def _clauses(condition: Bound | None) -> list[Bound]:
    match condition:
        case None:
            return []
        case BoundAnd(items):
            return [each for item in items for each in _clauses(item)]
        case _:
            return [condition]


def _alternatives(index: Index, clause: Bound) -> tuple[tuple[Bound, int], ...]:
    if not isinstance(clause, BoundOr) or len(clause.items) > _MOST_CLAUSES:
        return ()
    return tuple(zip(clause.items, count_each(index, clause.items), strict=True))


def _and(items: list[Bound]) -> Bound:
    return items[0] if len(items) == 1 else BoundAnd(tuple(items))


# Numbers and times: the closest on either side.


def _near(index: Index, clause: Bound, among: Bound | None) -> tuple[NearMiss, ...]:
    match clause:
        case BoundCondition(path=(), value=ColumnValue() | KeyValue() | HistoryValue(), negated=False):
            found: dict[str, NearMiss] = {}
            sides = _sides(clause.test)
            for outside, descending in sides:
                near = _closest(index, clause.value, outside, descending, among)
                for each in near if len(sides) == 1 else near[:1]:
                    found.setdefault(each.uuid, each)
            return tuple(found.values())
        case _:
            return ()


def _sides(test: Test) -> list[tuple[Test, bool]]:
    """Tests of what lies outside on one side, and whether the closest there is the greatest."""
    match test:
        case NumberTest(Operator.EQ, number):
            return [(NumberTest(Operator.LT, number), True), (NumberTest(Operator.GT, number), False)]
        case NumberTest(operator, number):
            upper = operator in (Operator.LT, Operator.LE)
            return [(NumberTest(_OPPOSITE[operator], number), not upper)]
        case TimeTest(Operator.EQ, instant):
            return [(TimeTest(Operator.LT, instant), True), (TimeTest(Operator.GT, instant), False)]
        case TimeTest(operator, instant):
            upper = operator in (Operator.LT, Operator.LE)
            return [(TimeTest(_OPPOSITE[operator], instant), not upper)]
        case TimeInside(start, end, _):
            sides: list[tuple[Test, bool]] = []
            if start is not None:
                sides.append((TimeTest(Operator.LT, start), True))
            if end is not None:
                sides.append((TimeTest(Operator.GE, end), False))
            return sides
        case AllOf(tests) | AnyOf(tests):
            return [side for each in tests for side in _sides(each)]
        case _:
            return []


def _closest(
    index: Index, value: Value, outside: Test, descending: bool, among: Bound | None
) -> list[NearMiss]:
    condition: Bound = BoundCondition((), value, outside)
    if among is not None:
        condition = BoundAnd((among, condition))
    found = index.run(BoundQuery(Entity.RUN, condition, (SortKey((), value, descending),), limit=_LOOKED_AT))
    rows = found.rows
    if isinstance(value, ColumnValue):
        values = [row[value.field.column] for row in rows]
    else:
        values = found.values(value)
    near: dict[Any, NearMiss] = {}
    for row, each in zip(rows, values, strict=True):
        near.setdefault(each, NearMiss(row["uuid"], row["name"], each))
    return list(near.values())[:_NEAR]


# Texts: values that are spelt alike.


def _alike(
    index: Index, counts: tuple[ClauseCount, ...], emptied: int
) -> tuple[tuple[tuple[str, int], ...], tuple[tuple[str, int], ...]]:
    """For the clauses that no run at all satisfies: those are the ones that may be misspelt."""
    alike: dict[str, int] = {}
    common: tuple[tuple[str, int], ...] = ()
    for place, each in enumerate(counts):
        if not each.alone:
            close, frequent = _values_like(index, each.node)
            alike.update(close)
            common = frequent if place == emptied else common
    return tuple(alike.items()), common


def _values_like(
    index: Index, clause: Bound
) -> tuple[tuple[tuple[str, int], ...], tuple[tuple[str, int], ...]]:
    if isinstance(clause, BoundOr):
        several = [_values_like(index, item) for item in clause.items]
        close = dict(each for found, _ in several for each in found)
        frequent = dict(each for _, found in several for each in found)
        return tuple(close.items()), tuple(frequent.items())
    if not isinstance(clause, BoundCondition) or clause.negated:
        return (), ()
    wanted = _texts(clause.test)
    if wanted is None:
        return (), ()
    counts = _counted(index, clause)
    spelt_so = {match.lower() for text in wanted for match in nearest(text, counts)}
    alike = {each: counts[each] for each in counts if each.lower() in spelt_so and each not in wanted}
    common = counts.most_common(5)
    return tuple(alike.items()), tuple(common)


def _texts(test: Test) -> list[str] | None:
    """The texts that are asked for; None if the test asks for something else."""
    match test:
        case TextEquals(text) | TextLike(text, _, _):
            return [text]
        case TextMatches():
            return []
        case AnyOf(tests) | AllOf(tests):
            inner = [_texts(each) for each in tests]
            texts = [text for each in inner if each is not None for text in each]
            return texts if any(each is not None for each in inner) else None
        case _:
            return None


def _counted(index: Index, clause: BoundCondition) -> Counter[str]:
    """The texts that stand where the condition looks, and how many runs have them."""
    path, value = clause.path, clause.value
    counts: Counter[str] = Counter()
    engine = index._engine
    if len(path) == 1 and path[0].relation in (Relation.ARTIFACTS, Relation.CONNECTIONS):
        table = path[0].relation.value
        column = value.field.column if isinstance(value, ColumnValue) else "name"
        if isinstance(value, ElementId) and table == "artifacts":
            return counts
        rows = engine.select(
            f'SELECT own, count(*) FROM (SELECT DISTINCT CAST(p."{column}" AS VARCHAR) AS own, p.run_id '
            f"FROM {table} AS p JOIN runs AS r ON r.run_id = p.run_id) "
            f"GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {_MOST_VALUES}"
        )
    elif isinstance(value, ColumnValue) and not path:
        rows = engine.select(
            f'SELECT CAST("{value.field.column}" AS VARCHAR), count(*) FROM runs '
            f"GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {_MOST_VALUES}"
        )
        if value.field.is_set:
            for text, count in rows:
                counts.update(dict.fromkeys(elements(text), count))
            return counts
    elif isinstance(value, KeyValue) and not path:
        emitter = Emitter(index.snapshot.layout)
        source = key_rows(emitter, value, candidates(emitter, value))
        if source is None:
            return counts
        sql = (
            f"SELECT k.str, count(*) FROM ({source}) AS k JOIN runs AS own ON own.run_id = k.run_id "
            f"GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {_MOST_VALUES}"
        )
        rows = engine.rows(emitter.statement(sql))
    else:
        return counts
    counts.update({text: count for text, count in rows if text is not None})
    return counts
