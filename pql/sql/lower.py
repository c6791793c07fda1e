"""Logical plan to one SELECT of DuckDB's SQL with parameters.

The tables are referred to by their names in `pql.catalog.tables`; whoever runs the statement binds them to
the files of one snapshot.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from pql.binder.bound import ColumnValue, HistoryValue, KeyValue, TextEquals, Value
from pql.catalog.fields import Entity, Relation
from pql.catalog.layout import Layout
from pql.plan.logical import All, Exists, Holds, LogicalPlan, Predicate
from pql.sql.anchor import anchor
from pql.sql.emitter import TRUE, Emitter, Statement, quote
from pql.sql.history import history_source
from pql.sql.keys import candidates
from pql.sql.order import key_rows, order_terms
from pql.sql.predicates import holds
from pql.sql.rows import Row

__all__ = ["lower", "lower_count", "lower_values"]

_MOST_ROWS = 2**62
"""More than any table has, and within the engine's integers."""

_LISTED = 50
"""More ids than this are one parameter: a list."""

_RUN = Row(Entity.RUN, "r", "r.run_id", "r.uuid")
_ARTIFACT = Row(Entity.ARTIFACT, "a", "a.run_id", "a.state", run_alias="r")
_POINT = Row(Entity.POINT, "t", "t.run_id", "t.key", run_alias="r")


def lower(plan: LogicalPlan, layout: Layout, columns: Sequence[str] = ("uuid",)) -> Statement:
    """The page of the plan, in its order.

    For runs `columns` name columns of the table `runs`; for artifacts the result has always the columns
    run uuid, name, kind, is_input, for points run uuid, key, step, value.
    """
    emitter = Emitter(layout)
    row = _row(plan.entity)
    found = anchor(emitter, plan.predicate, plan.sort[0], row) if plan.sort else None
    terms = [] if found is None else list(found.terms)
    condition = holds(emitter, plan.predicate if found is None else found.rest, row)
    keys = plan.sort if found is None else plan.sort[1:]
    terms += [term for key in keys for term in order_terms(emitter, key, row)]
    terms += _ties(plan.entity)
    parts = ["SELECT", _selected(plan.entity, columns), "FROM", _source(plan), *emitter.joins]
    if condition != TRUE:
        parts += ["WHERE", condition]
    one = _one_run(plan)
    if not one:
        parts += ["ORDER BY", ", ".join(terms)]
    if plan.limit is not None and not (one and plan.limit):
        parts += ["LIMIT", emitter.parameter(min(plan.limit, _MOST_ROWS))]
    if plan.offset:
        parts += ["OFFSET", emitter.parameter(min(plan.offset, _MOST_ROWS))]
    return emitter.statement(" ".join(parts))


def lower_count(plan: LogicalPlan, layout: Layout) -> Statement:
    """How many elements match in all, whatever the page."""
    emitter = Emitter(layout)
    condition = holds(emitter, plan.predicate, _row(plan.entity))
    where = "" if condition == TRUE else f" WHERE {condition}"
    return emitter.statement(f"SELECT count(*) FROM {_source(plan)}{where}")


def lower_values(value: Value, layout: Layout, run_ids: Sequence[int]) -> Statement | None:
    """One value of some runs as (run_id, num, big, str, bool, json); None if no run has any.

    Runs without a value have no row. Of the last five columns those are set that hold the value by its type.
    """
    emitter = Emitter(layout)
    if isinstance(value, HistoryValue):
        nulls = "NULL AS big, NULL AS str, NULL AS bool, NULL AS json"
        rows = f"SELECT h.run_id, h.value AS num, {nulls} FROM {history_source(emitter, value)}"
    elif isinstance(value, KeyValue):
        found = key_rows(emitter, value, candidates(emitter, value))
        if found is None:
            return None
        rows = found
    else:
        return None
    if len(run_ids) > _LISTED:
        wanted = f"SELECT unnest(CAST({emitter.parameter(tuple(run_ids))} AS BIGINT[]))"
    else:
        wanted = ", ".join(emitter.parameter(run_id) for run_id in run_ids)
    return emitter.statement(f"SELECT * FROM ({rows}) WHERE run_id IN ({wanted})")


def _row(entity: Entity) -> Row:
    match entity:
        case Entity.RUN:
            return _RUN
        case Entity.ARTIFACT:
            return _ARTIFACT
        case Entity.POINT:
            return _POINT
        case Entity.CONNECTION:
            raise ValueError("connections are no entity of a search")
        case _:
            assert_never(entity)


def _one_run(plan: LogicalPlan) -> bool:
    """Can no more than one row match, because a uuid is asked for?"""
    items = plan.predicate.items if isinstance(plan.predicate, All) else (plan.predicate,)
    return plan.entity is Entity.RUN and any(
        isinstance(item, Holds)
        and isinstance(item.test, TextEquals)
        and isinstance(item.value, ColumnValue)
        and item.value.field.column == "uuid"
        for item in items
    )


def _source(plan: LogicalPlan) -> str:
    """The tables of the rows. The engine builds its hash table on the last one, the one narrowed down."""
    entity = plan.entity
    if entity is Entity.RUN:
        return "runs AS r"
    if entity is Entity.POINT:
        return "(SELECT * FROM points WHERE section = 'metrics') AS t JOIN runs AS r ON r.run_id = t.run_id"
    if _asks_owner(plan.predicate):
        return "artifacts AS a JOIN runs AS r ON r.run_id = a.run_id"
    return "runs AS r JOIN artifacts AS a ON a.run_id = r.run_id"


def _asks_owner(predicate: Predicate) -> bool:
    """Does one of the conditions that all have to hold speak of the run that the element belongs to?"""
    items = predicate.items if isinstance(predicate, All) else (predicate,)
    return any(isinstance(item, Exists) and item.step.relation is Relation.RUN for item in items)


def _selected(entity: Entity, columns: Sequence[str]) -> str:
    if entity is Entity.ARTIFACT:
        return "r.uuid, a.name, a.kind, a.is_input"
    if entity is Entity.POINT:
        return "r.uuid, t.key, t.step, t.value"
    return ", ".join(f"r.{quote(column)}" for column in columns)


def _ties(entity: Entity) -> list[str]:
    if entity is Entity.RUN:
        return ["r.uuid"]
    if entity is Entity.POINT:
        return ["r.uuid", "t.key", "t.seq"]
    return ["r.uuid", "a.name", "a.kind", "a.is_input", "a.path"]
