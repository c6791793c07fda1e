"""A page in the order of a value that its own condition asks for, as in `metrics.auc:>0.9` sorted by
`-metrics.auc`: the rows that hold the value are found once and joined, not looked up twice."""

from __future__ import annotations

import math
from dataclasses import dataclass

from pql.binder.bound import AllOf, AnyOf, HistoryValue, KeyValue, NumberTest, SortKey, Test, Value
from pql.plan.logical import TRUE, All, Holds, Predicate, all_of
from pql.sql.emitter import FALSE, Emitter
from pql.sql.history import history_source
from pql.sql.keys import candidates, long_rows, promoted
from pql.sql.order import number_terms
from pql.sql.rows import Row
from pql.sql.tests import Typed, passes

__all__ = ["Anchor", "anchor"]


@dataclass(frozen=True, slots=True)
class Anchor:
    """The terms of the first sort key, whose join is in the emitter, and what is left of the predicate."""

    terms: tuple[str, ...]
    rest: Predicate


def anchor(emitter: Emitter, predicate: Predicate, key: SortKey, row: Row) -> Anchor | None:
    """The join for a sort key whose value lives in rows of its own and has to pass a test on numbers; None if
    this is no such case. Every row that passes has a number, so that none is missing and none is NaN."""
    if key.path:
        return None
    items = predicate.items if isinstance(predicate, All) else (predicate,)
    tested = next(
        (
            item
            for item in items
            if isinstance(item, Holds) and item.value == key.value and _numeric(item.test)
        ),
        None,
    )
    rows = None if tested is None else _number_rows(emitter, key.value, row)
    if tested is None or rows is None:
        return None
    source, typed, columns = rows
    condition = passes(emitter, tested.test, typed)
    if condition == FALSE:
        return None
    alias = emitter.alias("s")
    letter = columns[0][0]
    emitter.joins.append(
        f"JOIN (SELECT {letter}.run_id, {', '.join(columns)} FROM {source} WHERE {condition}) AS {alias} "
        f"ON {alias}.run_id = {row.run_id}"
    )
    direction = "DESC" if key.descending else "ASC"
    names = [f"{alias}.{column[2:]}" for column in columns]
    terms = number_terms(names[0], names[1] if len(names) > 1 else None, direction, has_nan=False)
    rest = [item for item in items if item is not tested]
    return Anchor(tuple(terms), all_of(list(rest)) if rest else TRUE)


def _number_rows(emitter: Emitter, value: Value, row: Row) -> tuple[str, Typed, tuple[str, ...]] | None:
    """A FROM clause, its rows as a typed value, and the columns to sort by."""
    if isinstance(value, HistoryValue) and row.run_id is not None:
        source = history_source(emitter, value)
        return source, Typed("h.value IS NOT NULL", num="h.value", has_nan=True), ("h.value",)
    if not isinstance(value, KeyValue) or row.run_id is None:
        return None
    readings = candidates(emitter, value)
    if len(readings) != 1 or readings[0].path or promoted(row, readings[0], value) is not None:
        return None
    rows = long_rows(emitter, readings[0], value)
    return None if rows is None else (*rows, ("v.num", "v.big"))


def _numeric(test: Test) -> bool:
    """Does the test hold for numbers alone, and not for NaN?"""
    match test:
        case NumberTest(_, number):
            return not math.isnan(number)
        case AllOf(tests):
            return any(_numeric(each) for each in tests)
        case AnyOf(tests):
            return all(_numeric(each) for each in tests)
        case _:
            return False
