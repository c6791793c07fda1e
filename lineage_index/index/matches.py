"""The runs that a join matches, with just the values that its references ask for.

A value of a promoted key is a column of the page itself; the rest comes with one query a key, for the runs of
the page only.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import repeat
from typing import Any

from lineage_index.index.engine import Engine
from pql.binder.bound import KeyValue
from pql.catalog.fields import Section
from pql.catalog.layout import KeyLayout, Layout
from pql.joins.model import MatchedArtifact, MatchedRun
from pql.joins.references import Reference, Root
from pql.plan.logical import LogicalPlan
from pql.sql.emitter import Emitter
from pql.sql.keys import candidates
from pql.sql.lower import lower
from pql.sql.order import key_rows

__all__ = ["fetch_matches"]

_SECTIONS = {Root.INPUTS: Section.INPUTS, Root.OUTPUTS: Section.OUTPUTS}
_COLUMNS = {
    "name": ("name",),
    "status": ("status",),
    "owner_name": ("owner",),
    "project_name": ("project",),
    "project_unique_name": ("owner", "project"),
    "run_info": ("owner", "project"),
    "created_at": ("created_at",),
    "schedule_at": ("schedule_at",),
    "started_at": ("started_at",),
    "finished_at": ("finished_at",),
    "duration": ("duration",),
    "cloning_kind": ("cloning_kind",),
}
_EXACT = 2**53


def fetch_matches(
    engine: Engine, layout: Layout, plan: LogicalPlan, references: Iterable[Reference], *, every: bool = False
) -> list[MatchedRun]:
    """The page of a plan over runs, in its order, with what the references need; `every` has all artifacts.

    A number that is whole is given as an integer: the tables don't tell 1.0 from 1.
    """
    wanted = list(dict.fromkeys(references))
    keys = [(each.root, each.key) for each in wanted if each.root in _SECTIONS and each.key is not None]
    direct = {each: places for each in keys if (places := _promoted(layout, *each)) is not None}
    fields = _fields(wanted)
    columns = list(
        dict.fromkeys(("run_id", "uuid", *fields, *(c for each in direct.values() for c in _places(each))))
    )
    rows = engine.rows(lower(plan, layout, columns))
    if not rows:
        return []
    page = dict(zip(columns, zip(*rows, strict=True), strict=True))
    ids: Sequence[int] = page["run_id"]
    sections: dict[Root, dict[str, Sequence[Any]]] = {Root.INPUTS: {}, Root.OUTPUTS: {}}
    for root, key in keys:
        places = direct.get((root, key))
        sections[root][key] = (
            _from_columns(page, places) if places is not None else _from_rows(engine, layout, root, key, ids)
        )
    return list(
        map(
            MatchedRun,
            page["uuid"],
            _section(engine, Root.INPUTS, sections, wanted, ids),
            _section(engine, Root.OUTPUTS, sections, wanted, ids),
            _artifacts(engine, wanted, ids, every),
            _field_values(engine, wanted, page, fields, ids),
        )
    )


def _promoted(layout: Layout, root: Root, key: str | None) -> KeyLayout | None:
    """The columns of a key all of whose values are in the page's rows; None if some are elsewhere."""
    value = _key_value(root, key or "")
    readings = candidates(Emitter(layout), value)
    if len(readings) != 1 or readings[0].path:
        return None
    places = readings[0].layout
    return None if places.long or not _places(places) else places


def _key_value(root: Root, key: str) -> KeyValue:
    return KeyValue(_SECTIONS[root], tuple(key.split(".")))


def _places(places: KeyLayout) -> list[str]:
    return [each for each in (places.text, places.flag, places.num) if each]


def _from_columns(page: Mapping[str, Sequence[Any]], places: KeyLayout) -> Sequence[Any]:
    """The text before the number that it spells."""
    found = [page[name] for name in _places(places)]
    if len(found) == 1:
        return [_plain(each) for each in found[0]] if places.num else found[0]
    return [
        _plain(next((each for each in row if each is not None), None)) for row in zip(*found, strict=True)
    ]


def _plain(value: Any) -> Any:
    if type(value) is float and value.is_integer() and abs(value) < _EXACT:
        return int(value)
    return value


def _from_rows(engine: Engine, layout: Layout, root: Root, key: str, ids: Sequence[int]) -> list[Any]:
    emitter = Emitter(layout)
    value = _key_value(root, key)
    rows = key_rows(emitter, value, candidates(emitter, value))
    if rows is None:
        return [None] * len(ids)
    statement = emitter.statement(rows)
    sql = f"SELECT * FROM ({statement.sql}) {_among(len(statement.parameters) + 1)}"
    found: dict[int, Any] = {}
    for run_id, num, big, text, flag, nested in engine.select(sql, (*statement.parameters, list(ids))):
        plain = next((each for each in (text, big, flag, num) if each is not None), None)
        found[run_id] = json.loads(nested) if plain is None and nested is not None else _plain(plain)
    return [found.get(each) for each in ids]


def _among(place: int) -> str:
    return f"WHERE run_id IN (SELECT unnest(${place}::BIGINT[]))"


def _section(
    engine: Engine,
    root: Root,
    sections: Mapping[Root, Mapping[str, Sequence[Any]]],
    wanted: Sequence[Reference],
    ids: Sequence[int],
) -> Iterable[Mapping[str, Any]]:
    """The mapping of one section a run: whole if it is asked for, else the asked keys."""
    if Reference(root) in wanted:
        return _payload(engine, root, ids)
    asked = sections[root]
    if not asked:
        return repeat({}, len(ids))
    names = list(asked)
    return [dict(zip(names, row, strict=True)) for row in zip(*asked.values(), strict=True)]


def _payload(engine: Engine, root: Root, ids: Sequence[int]) -> list[Mapping[str, Any]]:
    sql = f'SELECT run_id, "{root.value}" FROM payload {_among(1)}'
    found = {run_id: _whole(json.loads(text)) for run_id, text in engine.select(sql, (list(ids),)) if text}
    return [found.get(each, {}) for each in ids]


def _whole(section: Any) -> dict[str, Any]:
    """Whole numbers as integers, as for single keys."""
    return {name: _plain(value) for name, value in section.items()} if isinstance(section, dict) else {}


def _artifacts(
    engine: Engine, wanted: Sequence[Reference], ids: Sequence[int], every: bool
) -> Iterable[tuple[MatchedArtifact, ...]]:
    asked = [
        each for each in wanted if each.root is Root.ARTIFACTS and each.name in ("artifacts", "artifacts.*")
    ]
    if not asked:
        return repeat((), len(ids))
    sql = f"SELECT run_id, name, path, is_input FROM artifacts {_among(1)}"
    parameters: list[Any] = [list(ids)]
    if not every and all(each.key is not None for each in asked):
        sql += " AND name IN (SELECT unnest($2::VARCHAR[]))"
        parameters.append([each.key for each in asked])
    found: defaultdict[int, list[MatchedArtifact]] = defaultdict(list)
    for run_id, name, path, is_input in engine.select(sql, parameters):
        found[run_id].append(MatchedArtifact(name, path, bool(is_input)))
    return [tuple(sorted(found[each], key=_order)) if each in found else () for each in ids]


def _order(artifact: MatchedArtifact) -> tuple[str, bool, str]:
    return artifact.name, artifact.is_input, artifact.path or ""


def _fields(wanted: Sequence[Reference]) -> list[str]:
    asked = [each.key for each in wanted if each.root is Root.GLOBALS]
    names = list(_COLUMNS) if None in asked else [each for each in asked if each in _COLUMNS]
    return list(dict.fromkeys(column for name in names if name for column in _COLUMNS[name]))


def _field_values(
    engine: Engine,
    wanted: Sequence[Reference],
    page: Mapping[str, Sequence[Any]],
    fields: Sequence[str],
    ids: Sequence[int],
) -> Iterable[Mapping[str, Any]]:
    columns: dict[str, Sequence[Any]] = {name: page[name] for name in fields}
    if any(each in wanted for each in (Reference(Root.GLOBALS), Reference(Root.GLOBALS, "condition"))):
        columns["condition"] = _conditions(engine, ids)
    if not columns:
        return repeat({}, len(ids))
    names = list(columns)
    return [dict(zip(names, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _conditions(engine: Engine, ids: Sequence[int]) -> list[Any]:
    """The last entry of each run's status history."""
    names = ("type", "status", "reason", "message", "last_update_time", "last_transition_time")
    selected = ", ".join(f's."{name}"' for name in names)
    sql = (
        f"SELECT s.run_id, {selected} FROM (SELECT * FROM statuses {_among(1)}) AS s ORDER BY s.run_id, s.seq"
    )
    found = {row[0]: dict(zip(names, row[1:], strict=True)) for row in engine.select(sql, (list(ids),))}
    return [found.get(each) for each in ids]
