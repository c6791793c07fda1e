"""Predicates of the logical plan as SQL conditions on a row."""

from __future__ import annotations

from typing import assert_never

from pql.binder.bound import (
    AnyOf,
    ColumnValue,
    ElementId,
    FieldTest,
    HistoryValue,
    IsNil,
    KeyValue,
    SectionValue,
    Step,
    Test,
    TextEquals,
    Value,
)
from pql.catalog.fields import Entity, Relation
from pql.plan.logical import All, Any, Complement, Constant, Exists, Holds, Predicate
from pql.sql.emitter import FALSE, TRUE, Emitter, both, either, negate
from pql.sql.gather import gathered, none_of
from pql.sql.history import history_source
from pql.sql.keys import candidates, key_holds, long_rows, promoted, section_present
from pql.sql.numeric import compare_columns
from pql.sql.rows import Row, typed_column
from pql.sql.tests import Typed, passes

__all__ = ["holds"]


def holds(emitter: Emitter, predicate: Predicate, row: Row) -> str:
    """The condition that the predicate holds for the row. NULL counts as false."""
    match predicate:
        case Constant(value):
            return TRUE if value else FALSE
        case Holds(value, test):
            return _value_passes(emitter, value, test, row)
        case Complement(item):
            return negate(holds(emitter, item, row))
        case All(items):
            return both(holds(emitter, item, row) for item in none_of(items))
        case Any(items):
            return either(holds(emitter, item, row) for item in gathered(items))
        case Exists(step, item):
            return _exists(emitter, step, item, row)
        case _:
            assert_never(predicate)


def _value_passes(emitter: Emitter, value: Value, test: Test, row: Row) -> str:
    if isinstance(test, FieldTest):
        return _compare_fields(emitter, value, test, row)
    match value:
        case ColumnValue(field):
            return passes(emitter, test, typed_column(row, field))
        case KeyValue():
            return key_holds(emitter, row, value, test)
        case SectionValue():
            return passes(emitter, test, Typed(section_present(emitter, row, value)))
        case HistoryValue():
            if row.run_id is None:
                return passes(emitter, test, Typed(FALSE))
            source = history_source(emitter, value)
            typed = Typed("h.value IS NOT NULL", num="h.value", has_nan=True)
            if isinstance(test, IsNil):
                return negate(f"{row.run_id} IN (SELECT h.run_id FROM {source} WHERE h.value IS NOT NULL)")
            inner = passes(emitter, test, typed)
            return (
                FALSE if inner == FALSE else f"{row.run_id} IN (SELECT h.run_id FROM {source} WHERE {inner})"
            )
        case ElementId():
            return passes(emitter, test, Typed(f"{row.identity} IS NOT NULL", text=row.identity))
        case _:
            assert_never(value)


def _compare_fields(emitter: Emitter, value: Value, test: FieldTest, row: Row) -> str:
    """Both sides as rows of (run_id, num, big), joined; two promoted columns need no join."""
    if row.run_id is None:
        return FALSE
    if isinstance(value, KeyValue):
        left, right = _only_column(emitter, row, value), _only_column(emitter, row, test.other)
        if left is not None and right is not None:
            return f"({left} {test.operator.value} {right})"
    first, second = _number_rows(emitter, value), _number_rows(emitter, test.other)
    if first is None or second is None:
        return FALSE
    condition = compare_columns(test.operator, ("a.num", "a.big"), ("b.num", "b.big"))
    return (
        f"{row.run_id} IN (SELECT a.run_id FROM ({first}) AS a JOIN ({second}) AS b "
        f"ON a.run_id = b.run_id WHERE {condition})"
    )


def _only_column(emitter: Emitter, row: Row, value: KeyValue) -> str | None:
    """The one promoted column that holds all numbers of the key, if that is so."""
    readings = candidates(emitter, value)
    if len(readings) != 1 or readings[0].layout.long or readings[0].path or readings[0].layout.num is None:
        return None
    return row.column(readings[0].layout.num)


def _number_rows(emitter: Emitter, value: Value) -> str | None:
    """A query for (run_id, num, big) over all runs that have a number there, or None if none has."""
    base = Row(Entity.RUN, "r", "r.run_id", "r.uuid")
    if isinstance(value, ColumnValue):
        column = typed_column(base, value.field).num
        return (
            None
            if column is None
            else (
                f"SELECT r.run_id, {column} AS num, CAST(NULL AS BIGINT) AS big FROM runs AS r "
                f"WHERE {column} IS NOT NULL"
            )
        )
    if isinstance(value, HistoryValue):
        source = history_source(emitter, value)
        return (
            f"SELECT h.run_id, h.value AS num, CAST(NULL AS BIGINT) AS big FROM {source} "
            "WHERE h.value IS NOT NULL"
        )
    if not isinstance(value, KeyValue):
        return None
    result: str | None = None
    for reading in reversed(candidates(emitter, value)):
        parts: list[str] = []
        columns = promoted(base, reading, value)
        present: list[str] = []
        if columns is not None and columns.num is not None:
            parts.append(
                f"SELECT r.run_id, {columns.num} AS num, CAST(NULL AS BIGINT) AS big FROM runs AS r "
                f"WHERE {columns.num} IS NOT NULL"
            )
        if columns is not None:
            present.append(f"SELECT r.run_id FROM runs AS r WHERE {columns.present}")
        rows = long_rows(emitter, reading, value)
        if rows is not None:
            numbers = both([rows.condition, "v.num IS NOT NULL"])
            any_value = both([rows.condition, rows.typed.present])
            parts.append(f"SELECT v.run_id, v.num, v.big FROM {rows.source} WHERE {numbers}")
            present.append(f"SELECT v.run_id FROM {rows.source} WHERE {any_value}")
        if result is not None and present:
            earlier = " UNION ALL ".join(present)
            parts.append(f"SELECT run_id, num, big FROM ({result}) WHERE run_id NOT IN ({earlier})")
        elif result is not None:
            parts.append(result)
        if parts:
            result = " UNION ALL ".join(parts)
    return result


def _exists(emitter: Emitter, step: Step, item: Predicate, row: Row) -> str:
    if step.transitive:
        return _exists_transitive(emitter, step, item, row)
    match step.relation:
        case Relation.ARTIFACTS | Relation.CONNECTIONS:
            return _exists_part(emitter, step.relation, item, row)
        case Relation.UPSTREAM:
            return _exists_upstream(emitter, item, row)
        case Relation.DOWNSTREAM:
            return _exists_downstream(emitter, item, row)
        case Relation.RUN:
            return _exists_owner(emitter, item, row)
        case Relation.PIPELINE | Relation.CONTROLLER | Relation.ORIGINAL:
            return _exists_single(emitter, step.relation, item, row)
        case _:
            assert_never(step.relation)


def _exists_part(emitter: Emitter, relation: Relation, item: Predicate, row: Row) -> str:
    if row.run_id is None:
        return FALSE
    artifacts = relation is Relation.ARTIFACTS
    if artifacts:
        known = _by_kinds(emitter, item, row)
        if known is not None:
            return known
    alias = emitter.alias("a")
    entity = Entity.ARTIFACT if artifacts else Entity.CONNECTION
    identity = f"{alias}.state" if artifacts else f"{alias}.name"
    part = Row(entity, alias, f"{alias}.run_id", identity)
    condition = holds(emitter, item, part)
    return _semi(row.run_id, f"{alias}.run_id", f"{relation.value} AS {alias}", condition)


def _by_kinds(emitter: Emitter, item: Predicate, row: Row) -> str | None:
    """A question about nothing but the kind of an artifact: the run's own row holds the sets of kinds."""
    kinds = [row.column("in_artifact_kind"), row.column("out_artifact_kind")]
    if item == Constant(True):
        return either(f"{column} IS NOT NULL" for column in kinds if column is not None)
    match item:
        case Holds(ColumnValue(field), TextEquals() | AnyOf() as test) if field.column == "kind":
            tests = test.tests if isinstance(test, AnyOf) else (test,)
            if all(isinstance(each, TextEquals) for each in tests):
                sets = [
                    Typed(f"{column} IS NOT NULL", elements=column) for column in kinds if column is not None
                ]
                return either(passes(emitter, each, kept) for each in tests for kept in sets)
    return None


def _semi(key: str, column: str, source: str, condition: str) -> str:
    """`key IN (SELECT column FROM source WHERE condition)`."""
    if condition == FALSE:
        return FALSE
    where = "" if condition == TRUE else f" WHERE {condition}"
    return f"{key} IN (SELECT {column} FROM {source}{where})"


def _run_row(alias: str, identity: str | None = None) -> Row:
    replaced = None if identity is None else {"uuid": identity}
    return Row(Entity.RUN, alias, f"{alias}.run_id", identity or f"{alias}.uuid", replaced=replaced)


def _exists_upstream(emitter: Emitter, item: Predicate, row: Row) -> str:
    """An upstream run need not be in the index: then its uuid is known and nothing else."""
    if row.run_id is None:
        return FALSE
    edge = emitter.alias("e")
    identity = f"{edge}.upstream"
    if _identity_only(item):
        known = Row(Entity.RUN, edge, None, identity, known={"uuid": identity})
        return _semi(row.run_id, f"{edge}.run_id", f"edges AS {edge}", holds(emitter, item, known))
    run = emitter.alias("u")
    condition = holds(emitter, item, _run_row(run, identity))
    source = f"edges AS {edge} LEFT JOIN runs AS {run} ON {run}.uuid = {identity}"
    return _semi(row.run_id, f"{edge}.run_id", source, condition)


def _exists_downstream(emitter: Emitter, item: Predicate, row: Row) -> str:
    own = row.column("uuid")
    if own is None:
        return FALSE
    edge, run = emitter.alias("e"), emitter.alias("d")
    condition = holds(emitter, item, _run_row(run))
    source = f"edges AS {edge} JOIN runs AS {run} ON {run}.run_id = {edge}.run_id"
    return _semi(own, f"{edge}.upstream", source, condition)


def _identity_only(item: Predicate) -> bool:
    match item:
        case Constant():
            return True
        case Holds(value, _):
            return isinstance(value, ElementId) or (
                isinstance(value, ColumnValue) and value.field.column == "uuid"
            )
        case Complement(inner):
            return _identity_only(inner)
        case All(items) | Any(items):
            return all(_identity_only(each) for each in items)
        case _:
            return False


def _exists_owner(emitter: Emitter, item: Predicate, row: Row) -> str:
    if row.run_alias is not None:  # the statement has joined the run already
        return holds(emitter, item, _run_row(row.run_alias))
    if row.run_id is None:
        return FALSE
    alias = emitter.alias("r")
    condition = holds(emitter, item, _run_row(alias))
    return _semi(row.run_id, f"{alias}.run_id", f"runs AS {alias}", condition)


_TOLD = {
    Relation.PIPELINE: {
        "uuid": "pipeline",
        "name": "pipeline_name",
        "kind": "pipeline_kind",
        "runtime": "pipeline_runtime",
    },
    Relation.ORIGINAL: {"uuid": "original", "name": "original_name"},
    Relation.CONTROLLER: {"uuid": "controller"},
}
"""What a run's own row tells of a related run that is not in the index."""


def _exists_single(emitter: Emitter, relation: Relation, item: Predicate, row: Row) -> str:
    link = row.column(relation.value)
    if link is None:
        return FALSE
    if item == Constant(True):
        return f"{link} IS NOT NULL"
    alias = emitter.alias("p")
    found = _semi(link, f"{alias}.uuid", f"runs AS {alias}", holds(emitter, item, _run_row(alias)))
    told = told_row(row, relation)
    from_file = holds(emitter, item, told)
    if from_file != FALSE:
        other = emitter.alias("p")
        missing = f"NOT ({link} IN (SELECT {other}.uuid FROM runs AS {other}))"
        from_file = both([f"{link} IS NOT NULL", missing, from_file])
    return either([found, from_file])


def told_row(row: Row, relation: Relation) -> Row:
    """The related run as the run's own row tells it."""
    columns = {name: row.column(column) for name, column in _TOLD[relation].items()}
    known = {name: column for name, column in columns.items() if column is not None}
    return Row(Entity.RUN, row.alias, None, known.get("uuid", "NULL"), known=known)


def _exists_transitive(emitter: Emitter, step: Step, item: Predicate, row: Row) -> str:
    """The runs that satisfy the item are the seed; the edges are walked from there towards the row."""
    own = row.column("uuid")
    if own is None:
        return FALSE
    reach, kept, edge, run = (emitter.alias(letter) for letter in "wkeu")
    live = f"edges AS {edge}"
    if not emitter.layout.settled:  # an edge of a run that has left the index leads nowhere
        live += f" JOIN runs AS {emitter.alias('l')} USING (run_id)"
    upwards = step.relation is Relation.UPSTREAM
    start, arrive = ("upstream", "downstream") if upwards else ("downstream", "upstream")
    if _identity_only(item):
        known = Row(Entity.RUN, edge, None, f"{edge}.{start}", known={"uuid": f"{edge}.{start}"})
        condition = holds(emitter, item, known)
        seed = f"SELECT {edge}.{arrive} FROM {kept} AS {edge} WHERE {condition}"
    else:
        identity = f"{edge}.{start}"
        condition = holds(emitter, item, _run_row(run, identity))
        joined = f"{kept} AS {edge} LEFT JOIN runs AS {run} ON {run}.uuid = {identity}"
        seed = f"SELECT {edge}.{arrive} FROM {joined} WHERE {condition}"
    if condition == FALSE:
        return FALSE
    walk = f"SELECT {edge}.{arrive} FROM {kept} AS {edge} JOIN {reach} ON {edge}.{start} = {reach}.uuid"
    # Read once and held, for every step of the walk goes over all of them.
    edges = f"{kept} AS MATERIALIZED (SELECT {edge}.{start}, {edge}.{arrive} FROM {live})"
    walked = f"{edges}, {reach}(uuid) AS ({seed} UNION {walk})"
    return f"{own} IN (WITH RECURSIVE {walked} SELECT uuid FROM {reach})"
