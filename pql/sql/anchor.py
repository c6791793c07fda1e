"""A page in the order of a value that its own condition asks for, as in `metrics.auc:>0.9` sorted by
`-metrics.auc`: the rows that hold the value are found once and joined, not looked up twice."""

from __future__ import annotations

import math
from dataclasses import dataclass

from pql.binder.bound import AllOf, AnyOf, HistoryValue, KeyValue, NumberTest, SortKey, Test, Value
from pql.plan.logical import TRUE, All, Holds, Predicate, all_of
from pql.sql.emitter import FALSE, Emitter, both
from pql.sql.history import history_source
from pql.sql.keys import LongRows, candidates, long_rows, promoted
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
    typed = rows.typed
    condition = both([rows.condition, passes(emitter, tested.test, typed)])
    if condition == FALSE or typed.num is None:
        return None
    emitter.joins.append(f"JOIN {rows.source} ON {rows.alias}.run_id = {row.run_id} AND {condition}")
    terms = number_terms(typed.num, typed.big, "DESC" if key.descending else "ASC", has_nan=False)
    rest = [item for item in items if item is not tested]
    return Anchor(tuple(terms), all_of(list(rest)) if rest else TRUE)


def _number_rows(emitter: Emitter, value: Value, row: Row) -> LongRows | None:
    if isinstance(value, HistoryValue) and row.run_id is not None:
        typed = Typed("h.value IS NOT NULL", num="h.value", has_nan=True)
        return LongRows(history_source(emitter, value), "h", typed)
    if not isinstance(value, KeyValue) or row.run_id is None:
        return None
    readings = candidates(emitter, value)
    if len(readings) != 1 or readings[0].path or promoted(row, readings[0], value) is not None:
        return None
    return long_rows(emitter, readings[0], value)


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
