"""Statistics of the matched runs, whole or by groups."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lineage_index.index.index import Index
from lineage_index.index.result import elements
from pql.binder.bound import (
    BoundQuery,
    ColumnValue,
    ElementId,
    HistoryValue,
    KeyValue,
    SectionValue,
    SortKey,
    Value,
)
from pql.catalog.fields import Entity
from pql.plan.scope import plan_query
from pql.sql.emitter import TRUE, Emitter
from pql.sql.history import history_source
from pql.sql.keys import candidates
from pql.sql.order import key_rows
from pql.sql.predicates import holds
from pql.sql.rows import Row, typed_column

__all__ = ["GroupStatistics", "group_statistics"]

_RUN = Row(Entity.RUN, "r", "r.run_id", "r.uuid")
_NOTHING = "CAST(NULL AS DOUBLE)"


@dataclass(frozen=True, slots=True)
class GroupStatistics:
    """One group of runs: the values it is grouped by (None: missing), how many runs it has.

    The rest is of one number of each run: how many runs have it (NaN counts in `nans` alone), the extremes,
    quartiles (interpolated), mean, and the uuid of the best run: the one with the lowest number, or the
    highest where that was asked for; the lowest uuid among equals. None without any number.
    """

    by: tuple[Any, ...]
    runs: int
    count: int
    nans: int
    min: float | None
    quartiles: tuple[float, float, float] | None
    mean: float | None
    max: float | None
    best: str | None


def group_statistics(
    index: Index, bound: BoundQuery, by: Sequence[Value], of: SortKey | None
) -> list[GroupStatistics]:
    """The groups of the matched runs, the largest first. `of` descending: the highest number is the best."""
    emitter = Emitter(index.snapshot.layout)
    plan = plan_query(bound)
    condition = holds(emitter, plan.predicate, _RUN)
    groups = [_typed(emitter, value) for value in by]
    number = _NOTHING if of is None else _typed(emitter, of.value)[0]
    names = [f"g{place}_{part}" for place in range(len(groups)) for part in range(4)]
    selected = [expression for group in groups for expression in group]
    columns = ", ".join(f"{expression} AS {name}" for name, expression in zip(names, selected, strict=True))
    where = "" if condition == TRUE else f" WHERE {condition}"
    source = (
        f"SELECT r.uuid, CAST({number} AS DOUBLE) AS x{', ' if columns else ''}{columns} "
        f"FROM runs AS r {' '.join(emitter.joins)}{where}"
    )
    sign = "-" if of is not None and of.descending else ""
    plain = "FILTER (WHERE NOT isnan(x))"
    grouped = f" GROUP BY {', '.join(names)}" if names else ""
    sql = (
        f"SELECT {', '.join(names)}{', ' if names else ''}count(*) AS runs, count(x), "
        f"count(*) FILTER (WHERE isnan(x)), min(x) {plain}, "
        f"quantile_cont(x, [0.25, 0.5, 0.75]) {plain}, avg(x) {plain}, max(x) {plain}, "
        f"min({{'x': {sign}x, 'uuid': uuid}}) {plain} "
        f"FROM ({source}){grouped} ORDER BY runs DESC{''.join(f', {name} NULLS LAST' for name in names)}"
    )
    rows = index._engine.rows(emitter.statement(sql))
    return [_statistics(row, by) for row in rows]


def _typed(emitter: Emitter, value: Value) -> tuple[str, str, str, str]:
    """A value of each run as number, text, boolean and JSON; the joins it needs are added."""
    match value:
        case ColumnValue(field):
            typed = typed_column(_RUN, field)
            text = typed.text or typed.elements or (typed.time and f"CAST({typed.time} AS VARCHAR)")
            return typed.num or "NULL", text or "NULL", typed.flag or "NULL", "NULL"
        case HistoryValue():
            alias = emitter.alias("s")
            source = f"(SELECT h.run_id, h.value FROM {history_source(emitter, value)})"
            emitter.joins.append(f"LEFT JOIN {source} AS {alias} ON {alias}.run_id = r.run_id")
            return f"{alias}.value", "NULL", "NULL", "NULL"
        case KeyValue():
            rows = key_rows(emitter, value, candidates(emitter, value))
            if rows is None:
                return _NOTHING, "NULL", "NULL", "NULL"
            alias = emitter.alias("s")
            emitter.joins.append(f"LEFT JOIN ({rows}) AS {alias} ON {alias}.run_id = r.run_id")
            return f"{alias}.num", f"{alias}.str", f"{alias}.bool", f"{alias}.json"
        case SectionValue():
            raise AssertionError("the binder refuses to group by a section")
        case ElementId():
            return "NULL", "r.uuid", "NULL", "NULL"


def _statistics(row: tuple[Any, ...], by: Sequence[Value]) -> GroupStatistics:
    width = 4 * len(by)
    groups = tuple(_group(row[4 * place : 4 * place + 4], value) for place, value in enumerate(by))
    runs, present, nans, low, quartiles, mean, high, best = row[width:]
    return GroupStatistics(
        groups,
        runs,
        present - nans,
        nans,
        low,
        None if quartiles is None else tuple(quartiles),
        mean,
        high,
        None if best is None else best["uuid"],
    )


def _group(parts: tuple[Any, ...], value: Value) -> Any:
    number, text, flag, nested = parts
    if text is not None:
        is_set = isinstance(value, ColumnValue) and value.field.is_set
        return elements(text) if is_set else text
    if flag is not None:
        return flag
    return number if nested is None else json.loads(nested)
