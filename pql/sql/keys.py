"""Keyed values: columns of `runs` for promoted keys, rows of `values` for the rest, paths into these."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from pql.binder.bound import AnyOf, IsNil, KeyValue, SectionValue, Test
from pql.catalog.fields import Section
from pql.catalog.layout import KeyLayout
from pql.sql.emitter import FALSE, TRUE, Emitter, both, either, negate
from pql.sql.rows import Row
from pql.sql.tests import Typed, passes

__all__ = ["Candidate", "LongRows", "candidates", "key_holds", "long_rows", "promoted", "section_present"]

_INDEX = re.compile(r"(.*?)((?:\[[0-9]{1,9}\])+)\Z", re.DOTALL)
"""No list is longer; and not every text of digits can be made a number."""

_NUMBER_TEXT = (
    r"[+-]?(?:[0-9]+(?:_[0-9]+)*(?:\.(?:[0-9]+(?:_[0-9]+)*)?)?|\.[0-9]+(?:_[0-9]+)*)(?:[eE][+-]?[0-9]+)?"
    r"|(?i:[+-]?(?:inf|infinity|nan))"
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way to read a key: a flat key, and a path of object keys (text) and list indices (int) into it."""

    key: str
    path: tuple[str | int, ...]
    layout: KeyLayout


@dataclass(frozen=True, slots=True)
class LongRows:
    """Rows of (run_id, value): what stands in FROM, its alias, the columns of the value, and the condition
    that makes them these rows. It is apart because a subquery costs the engine more to plan."""

    source: str
    alias: str
    typed: Typed
    condition: str = TRUE


def candidates(emitter: Emitter, value: KeyValue) -> list[Candidate]:
    """The readings of a key that some run has, the flat key first, then ever shorter keys with a path."""
    section = value.section.value
    flat = emitter.layout.of(section, value.key)
    found = [Candidate(value.key, (), flat)] if flat.num or flat.text or flat.flag or flat.long else []
    if len(value.segments) == 1 and "[" not in value.key:  # no path can be read in it
        return found
    parts = _parts(value)
    for count in range(len(value.segments), 0, -1):
        head = parts[count - 1]
        key = ".".join([*value.segments[: count - 1], head[0]])
        path: list[str | int] = [*head[1]]
        for name, indices in parts[count:]:
            path.append(name)
            path.extend(indices)
        if path:
            layout = emitter.layout.of(section, key)
            if layout.nested:
                found.append(Candidate(key, tuple(path), layout))
    return found


def _parts(value: KeyValue) -> list[tuple[str, list[int]]]:
    """Each segment as a name and the list indices after it."""
    parts: list[tuple[str, list[int]]] = []
    for position, segment in enumerate(value.segments):
        quoted = bool(value.quoted) and value.quoted[position]
        match = None if quoted else _INDEX.match(segment)
        if match is None:
            parts.append((segment, []))
        else:
            parts.append((match[1], [int(each) for each in re.findall("[0-9]+", match[2])]))
    return parts


def promoted(row: Row, candidate: Candidate, value: KeyValue) -> Typed | None:
    """The promoted columns of a flat key on the row, or None if it has none."""
    layout = candidate.layout
    if candidate.path or not (layout.num or layout.text or layout.flag):
        return None
    num = row.column(layout.num) if layout.num else None
    text = row.column(layout.text) if layout.text else None
    flag = row.column(layout.flag) if layout.flag else None
    if value.numbers_only:
        return None if num is None else Typed(f"{num} IS NOT NULL", num=num)
    columns = [column for column in (num, text, flag) if column is not None]
    if not columns:
        return None
    present = either(f"{column} IS NOT NULL" for column in columns)
    return Typed(present, num=num, text=text, flag=flag, json_flags=True)


def long_rows(emitter: Emitter, candidate: Candidate, value: KeyValue) -> LongRows | None:
    """The rows of `values` that hold the candidate's values; None if there are none."""
    layout = candidate.layout
    if not candidate.path and not layout.long:
        return None
    section = emitter.parameter(value.section.value)
    key = emitter.parameter(candidate.key)
    where = f"v.section = {section} AND v.key = {key}"
    typed = Typed(TRUE, "v.num", "v.big", "v.str", "v.bool", nested="v.json", has_nan=True, json_flags=True)
    if value.numbers_only:
        typed = Typed("v.num IS NOT NULL", num="v.num", big="v.big", has_nan=True)
    if candidate.path:
        return LongRows(_nested_source(emitter, candidate, where), "v", typed)
    if value.section is Section.OUTPUTS and layout.history_only and not value.numbers_only:
        where += " AND NOT v.history_only"
    return LongRows('"values" AS v', "v", typed, where)


def _nested_source(emitter: Emitter, candidate: Candidate, where: str) -> str:
    """The values that a path leads to inside the nested values of a key."""
    pointer, guards = "", []
    for step in candidate.path:
        parent = emitter.parameter(pointer) if pointer else None
        kind = "ARRAY" if isinstance(step, int) else "OBJECT"
        guards.append(f"json_type(json{'' if parent is None else f', {parent}'}) = '{kind}'")
        pointer += "/" + str(step).replace("~", "~0").replace("/", "~1")
    place = emitter.parameter(pointer)
    inner = (
        f"SELECT run_id, json_type(json, {place}) AS kind, json_extract_string(json, {place}) AS raw "
        f'FROM "values" AS v WHERE {where} AND json IS NOT NULL AND {" AND ".join(guards)}'
    )
    numeric = "kind IN ('BIGINT', 'UBIGINT', 'DOUBLE', 'HUGEINT', 'UHUGEINT')"
    spelled = f"kind = 'VARCHAR' AND regexp_full_match(raw, {emitter.parameter(_NUMBER_TEXT)})"
    number = "TRY_CAST(replace(raw, '_', '') AS DOUBLE)"
    integer = "TRY_CAST(replace(raw, '_', '') AS BIGINT)"
    whole = "(kind IN ('BIGINT', 'UBIGINT') OR (kind = 'VARCHAR' AND regexp_full_match(raw, '[+-]?[0-9_]+')))"
    return (
        f"(SELECT run_id, kind, CASE WHEN {numeric} OR ({spelled}) THEN {number} END AS num, "
        f"CASE WHEN {whole} AND abs({number}) >= 9007199254740992 THEN {integer} END AS big, "
        "CASE WHEN kind = 'VARCHAR' THEN raw END AS str, "
        "CASE WHEN kind = 'BOOLEAN' THEN raw = 'true' END AS bool, "
        "CASE WHEN kind IN ('ARRAY', 'OBJECT') THEN raw END AS json "
        f"FROM ({inner}) WHERE kind <> 'NULL') AS v"
    )


def key_holds(emitter: Emitter, row: Row, value: KeyValue, test: Test) -> str:
    """The condition that the row's keyed value passes the test."""
    if row.run_id is None:
        return TRUE if _has_nil(test) else FALSE
    readings = candidates(emitter, value)
    if not _has_nil(test):
        return _first_reading(emitter, row, value, readings, lambda typed: passes(emitter, test, typed))
    absent = negate(_present(emitter, row, value, readings))
    if isinstance(test, IsNil):
        return absent
    assert isinstance(test, AnyOf)
    rest = AnyOf(tuple(each for each in test.tests if not isinstance(each, IsNil)))
    own = _first_reading(emitter, row, value, readings, lambda typed: passes(emitter, rest, typed))
    return either([absent, own])


def section_present(emitter: Emitter, row: Row, value: SectionValue) -> str:
    """The condition that some key of the section has a value in the row's run."""
    if row.run_id is None:
        return FALSE
    name = value.section.value
    columns: dict[str | None, None] = {}
    for (section, _), places in emitter.layout.keys.items():
        if section == name:
            columns |= dict.fromkeys(
                [places.num] if value.numbers_only else [places.num, places.text, places.flag]
            )
    parts = [f"{row.column(column)} IS NOT NULL" for column in columns if column is not None]
    where = f"section = {emitter.parameter(name)}"
    if value.numbers_only:
        where += " AND num IS NOT NULL"
    elif value.section is Section.OUTPUTS:
        where += " AND NOT history_only"
    return either([*parts, f'{row.run_id} IN (SELECT run_id FROM "values" WHERE {where})'])


def _has_nil(test: Test) -> bool:
    return isinstance(test, IsNil) or (
        isinstance(test, AnyOf) and any(isinstance(each, IsNil) for each in test.tests)
    )


def _present(emitter: Emitter, row: Row, value: KeyValue, readings: list[Candidate]) -> str:
    return either(_in_places(emitter, row, value, each, lambda typed: typed.present) for each in readings)


def _first_reading(
    emitter: Emitter,
    row: Row,
    value: KeyValue,
    readings: list[Candidate],
    condition: Callable[[Typed], str],
) -> str:
    """A later reading counts only where no earlier one has a value."""
    result = FALSE
    for reading in reversed(readings):
        own = _in_places(emitter, row, value, reading, condition)
        if len(readings) == 1:
            return own
        if result != FALSE:
            absent = negate(_in_places(emitter, row, value, reading, lambda typed: typed.present))
            result = both([absent, result])
        result = either([own, result])
    return result


def _in_places(
    emitter: Emitter,
    row: Row,
    value: KeyValue,
    candidate: Candidate,
    condition: Callable[[Typed], str],
) -> str:
    """The condition on whichever place holds the run's value."""
    parts: list[str] = []
    columns = promoted(row, candidate, value)
    if columns is not None:
        parts.append(condition(columns))
    rows = long_rows(emitter, candidate, value)
    if rows is not None:
        inner = both([rows.condition, condition(rows.typed)])
        if inner != FALSE:
            parts.append(f"{row.run_id} IN (SELECT v.run_id FROM {rows.source} WHERE {inner})")
    return either(parts)
