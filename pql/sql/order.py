"""Sort keys as ORDER BY terms: numbers, texts, booleans, nested values, missing, NaN; ties by identity."""

from __future__ import annotations

from typing import assert_never

from pql.binder.bound import ColumnValue, ElementId, HistoryValue, KeyValue, SectionValue, SortKey, Step
from pql.catalog.fields import Entity, Relation
from pql.sql.emitter import Emitter, both
from pql.sql.history import history_source
from pql.sql.keys import Candidate, candidates, long_rows, promoted
from pql.sql.predicates import told_row
from pql.sql.rows import Row, typed_column

__all__ = ["key_rows", "number_terms", "order_terms"]


def order_terms(emitter: Emitter, key: SortKey, row: Row) -> list[str]:
    """The terms of one sort key; joins that they need are added to the emitter."""
    if key.path:
        return _related_terms(emitter, key, row)
    direction = "DESC" if key.descending else "ASC"
    match key.value:
        case ColumnValue(field):
            typed = typed_column(row, field)
            if typed.num is not None and typed.has_nan:
                return number_terms(typed.num, None, direction, has_nan=True)
            column = typed.num or typed.text or typed.flag or typed.time
            return [] if column is None else [f"{column} {direction} NULLS LAST"]
        case HistoryValue():
            alias = emitter.alias("s")
            source = f"(SELECT h.run_id, h.value FROM {history_source(emitter, key.value)})"
            emitter.joins.append(f"LEFT JOIN {source} AS {alias} ON {alias}.run_id = {row.run_id}")
            return number_terms(f"{alias}.value", None, direction, has_nan=True)
        case KeyValue():
            return _key_terms(emitter, key.value, row, direction)
        case SectionValue():
            raise AssertionError("the binder refuses to sort by a section")
        case ElementId():
            return [f"{row.identity} {direction} NULLS LAST"]
        case _:
            assert_never(key.value)


def number_terms(num: str, big: str | None, direction: str, *, has_nan: bool) -> list[str]:
    """The terms for a number, whose exact integer is in `big` where no double holds it."""
    terms = [f"{num} {direction} NULLS LAST"]
    if has_nan:  # the engine sorts NaN as the greatest number; it belongs behind the missing values
        terms.insert(0, f"CASE WHEN {num} IS NULL THEN 1 WHEN isnan({num}) THEN 2 ELSE 0 END")
    if big is not None:
        terms.append(_exact_term(num, big, direction))
    return terms


def _exact_term(num: str, big: str, direction: str) -> str:
    """Among equal doubles beyond 2^53 the integers decide; a double there is an integer too."""
    return f"coalesce({big}, TRY_CAST({num} AS HUGEINT)) {direction} NULLS LAST"


def _key_terms(emitter: Emitter, value: KeyValue, row: Row, direction: str) -> list[str]:
    if row.run_id is None:
        return []
    readings = candidates(emitter, value)
    if not readings:
        return []
    if len(readings) == 1 and not readings[0].layout.long:
        columns = promoted(row, readings[0], value)
        if columns is not None and columns.num and not columns.text and not columns.flag:
            return [f"{columns.num} {direction} NULLS LAST"]
    alias = emitter.alias("s")
    rows = key_rows(emitter, value, readings)
    if rows is None:
        return []
    emitter.joins.append(f"LEFT JOIN ({rows}) AS {alias} ON {alias}.run_id = {row.run_id}")
    if value.numbers_only:
        return number_terms(f"{alias}.num", f"{alias}.big", direction, has_nan=True)
    rank = (
        f"CASE WHEN {alias}.num IS NOT NULL AND isnan({alias}.num) THEN 5 "
        f"WHEN {alias}.num IS NOT NULL THEN 0 "
        f"WHEN {alias}.str IS NOT NULL THEN 1 WHEN {alias}.bool IS NOT NULL THEN 2 "
        f"WHEN {alias}.json IS NOT NULL THEN 3 ELSE 4 END"
    )
    text = f"CASE WHEN {alias}.num IS NULL THEN {alias}.str END"
    return [
        rank,
        f"{alias}.num {direction} NULLS LAST",
        _exact_term(f"{alias}.num", f"{alias}.big", direction),
        f"{text} {direction} NULLS LAST",
        f"{alias}.bool {direction} NULLS LAST",
    ]


def key_rows(emitter: Emitter, value: KeyValue, readings: list[Candidate]) -> str | None:
    """A query for (run_id, num, big, str, bool, json): the first reading of each run that has a value."""
    base = Row(Entity.RUN, "r", "r.run_id", "r.uuid")
    result: str | None = None
    for reading in reversed(readings):
        parts: list[str] = []
        columns = promoted(base, reading, value)
        if columns is not None:
            parts.append(
                f"SELECT r.run_id, {columns.num or 'CAST(NULL AS DOUBLE)'} AS num, "
                f"CAST(NULL AS BIGINT) AS big, "
                f"{columns.text or 'CAST(NULL AS VARCHAR)'} AS str, "
                f"{columns.flag or 'CAST(NULL AS BOOLEAN)'} AS bool, CAST(NULL AS VARCHAR) AS json "
                f"FROM runs AS r WHERE {columns.present}"
            )
        rows = long_rows(emitter, reading, value)
        if rows is not None:
            parts.append(
                "SELECT v.run_id, v.num, v.big, v.str, v.bool, CAST(v.json AS VARCHAR) AS json "
                f"FROM {rows.source} WHERE {both([rows.condition, rows.typed.present])}"
            )
        if not parts:
            continue
        own = " UNION ALL ".join(parts)
        if result is not None:
            own += f" UNION ALL SELECT * FROM ({result}) WHERE run_id NOT IN (SELECT run_id FROM ({own}))"
        result = own
    return result


def _related_terms(emitter: Emitter, key: SortKey, row: Row) -> list[str]:
    """Follow relations to one run each, by left joins."""
    step: Step = key.path[0]
    rest = SortKey(key.path[1:], key.value, key.descending)
    if step.relation is Relation.RUN:
        alias = row.run_alias
        if alias is None:
            return []
        return order_terms(emitter, rest, Row(Entity.RUN, alias, f"{alias}.run_id", f"{alias}.uuid"))
    link = row.column(step.relation.value)
    if link is None:
        return []
    alias = emitter.alias("p")
    emitter.joins.append(f"LEFT JOIN runs AS {alias} ON {alias}.uuid = {link}")
    told = told_row(row, step.relation)
    replaced = {
        name: f"CASE WHEN {alias}.uuid IS NULL THEN {column} ELSE {alias}.{name} END"
        for name, column in (told.known or {}).items()
    }
    related = Row(Entity.RUN, alias, f"{alias}.run_id", link, replaced=replaced)
    return order_terms(emitter, rest, related)
