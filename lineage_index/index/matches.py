"""The runs that a join matches, with just the values that its references ask for.

A value of a promoted key is a column of the page itself; the rest comes with one query a key, for the runs of
the page only.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any

from lineage_index.index.engine import Engine
from lineage_index.index.prepared import Prepared
from pql.binder.bound import KeyValue
from pql.catalog.fields import Section
from pql.catalog.layout import KeyLayout, Layout
from pql.joins.model import MatchedArtifact, MatchedColumns
from pql.joins.references import Reference, Root
from pql.sql.emitter import Emitter, quote
from pql.sql.keys import candidates
from pql.sql.order import key_rows

__all__ = ["WholeTooLargeError", "fetch_matches"]

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
_TIMES = ("created_at", "schedule_at", "started_at", "finished_at")
_EXACT = 2**53
_PAGE = "matched_page"
_JOIN_PAGE = f"JOIN {_PAGE} AS p ON p.run_id ="
"""With this, `p.rowid` is the place on the page."""
_parsed = json.JSONDecoder().raw_decode
"""A value of JSON that we wrote, and where it ends: half the time of `json.loads`."""


class WholeTooLargeError(Exception):
    """The whole `inputs` or `outputs` of the runs are more than is taken: of which of them, and how many
    characters of JSON."""

    def __init__(self, reference: Reference, length: int) -> None:
        super().__init__(str(reference))
        self.reference = reference
        self.length = length


def fetch_matches(
    engine: Engine,
    search: Prepared,
    references: Iterable[Reference],
    *,
    every: bool = False,
    longest: int | None = None,
) -> MatchedColumns:
    """The page of a search for runs, in its order, with what the references need; `every` has all artifacts.

    A number that is whole is given as an integer: the tables don't tell 1.0 from 1. Raises WholeTooLargeError
    for whole sections of more than `longest` characters of JSON.
    """
    layout = search.layout
    wanted = list(dict.fromkeys(references))
    keys = [each for each in wanted if each.root in _SECTIONS and each.key is not None]
    direct = {each: places for each in keys if (places := _promoted(layout, each)) is not None}
    fields = _fields(wanted)
    promoted = [column for each in direct.values() for column in _places(each)]
    columns = tuple(dict.fromkeys(("uuid", *fields, *promoted)))
    if _in_rows(wanted, direct):
        rows = engine.rows(search.page(columns))
    else:  # what is not in these rows is asked for by their ids, which then stand in a table
        engine.keep(_PAGE, search.page((*columns, "run_id")))
        rows = engine.select(f"SELECT {', '.join(map(_told, columns))} FROM {_PAGE}")
    if not rows:
        return MatchedColumns(())
    page = {name: list(map(itemgetter(place), rows)) for place, name in enumerate(columns)}
    count = len(rows)
    return MatchedColumns(
        uuids=page["uuid"],
        keyed={
            **{each: _from_columns(page, places) for each, places in direct.items()},
            **_from_rows(engine, layout, [each for each in keys if each not in direct], count),
        },
        whole={
            each.root: _payload(engine, each, count, longest)
            for each in wanted
            if each.root in _SECTIONS and each.key is None
        },
        artifacts=_artifacts(engine, wanted, count, every),
        fields=_field_values(engine, wanted, page, fields),
    )


def _in_rows(wanted: Sequence[Reference], direct: Mapping[Reference, KeyLayout]) -> bool:
    """Whether columns of the page answer everything."""
    fields = (each for each in wanted if each not in direct)
    return all(each.root is Root.GLOBALS and each.key not in (None, "condition") for each in fields)


def _told(column: str) -> str:
    """A column of the table; a time as its ISO text, which takes Python five times as long. For its sake
    alone no table is made: that would cost more for a few runs."""
    if column not in _TIMES:
        return quote(column)
    return f"replace(strftime({column}, '%Y-%m-%dT%H:%M:%S.%f+00:00'), '.000000', '')"


def _promoted(layout: Layout, reference: Reference) -> KeyLayout | None:
    """The columns of a key all of whose values are in the page's rows; None if some are elsewhere."""
    readings = candidates(Emitter(layout), _key_value(reference))
    if len(readings) != 1 or readings[0].path:
        return None
    places = readings[0].layout
    return None if places.long or not _places(places) else places


def _key_value(reference: Reference) -> KeyValue:
    return KeyValue(_SECTIONS[reference.root], tuple((reference.key or "").split(".")))


def _places(places: KeyLayout) -> list[str]:
    return [each for each in (places.text, places.flag, places.num) if each]


def _from_columns(page: Mapping[str, Sequence[Any]], places: KeyLayout) -> Sequence[Any]:
    """The text before the number that it spells."""
    numbers = None if places.num is None else _integers(page[places.num])
    others = [page[name] for name in (places.text, places.flag) if name]
    if numbers is None and len(others) == 1:
        return others[0]
    if numbers is not None and not others:
        return numbers
    found = [*others, *([] if numbers is None else [numbers])]
    return [next((each for each in row if each is not None), None) for row in zip(*found, strict=True)]


def _integers(numbers: Sequence[float | None]) -> Sequence[float | None]:
    """Whole numbers as integers."""
    return [
        int(each) if each is not None and each.is_integer() and -_EXACT < each < _EXACT else each
        for each in numbers
    ]


def _plain(value: Any) -> Any:
    return _integers((value,))[0] if type(value) is float else value


def _from_rows(
    engine: Engine, layout: Layout, references: Sequence[Reference], count: int
) -> dict[Reference, Sequence[Any]]:
    """The values of keys that are not columns, with one statement for all of them."""
    emitter = Emitter(layout)
    parts: list[str] = []
    found: list[list[Any]] = [[None] * count for _ in references]
    for position, reference in enumerate(references):
        value = _key_value(reference)
        rows = key_rows(emitter, value, candidates(emitter, value))
        if rows is not None:
            parts.append(f"SELECT {position} AS position, * FROM ({rows})")
    if parts:
        statement = emitter.statement(" UNION ALL ".join(parts))
        columns = "v.position, p.rowid, v.str, v.big, v.bool, v.num, v.json"
        # With `=` the engine would make a filter of the page's ids for each of these scans, which their keys
        # narrow down already: a quarter of the time.
        page = f"JOIN {_PAGE} AS p ON p.run_id IS NOT DISTINCT FROM v.run_id"
        sql = f"SELECT {columns} FROM ({statement.sql}) AS v {page}"
        for position, place, text, big, flag, number, nested in engine.select(sql, statement.parameters):
            plain = next((each for each in (text, big, flag, number) if each is not None), None)
            if plain is None and nested is not None:
                plain = _parsed(nested)[0]
            found[position][place] = _plain(plain)
    return dict(zip(references, found, strict=True))


def _payload(
    engine: Engine, reference: Reference, count: int, longest: int | None
) -> list[Mapping[str, Any]]:
    column = quote(reference.root.value)
    sql = f"SELECT p.rowid, s.{column} FROM payload AS s {_JOIN_PAGE} s.run_id WHERE s.{column} <> ''"
    found: list[Mapping[str, Any]] = [{}] * count
    rows = engine.select(sql)
    length = sum(len(text) for _, text in rows)
    if longest is not None and length > longest:
        raise WholeTooLargeError(reference, length)
    for place, text in rows:
        found[place] = _whole(json.loads(text))
    return found


def _whole(section: Any) -> dict[str, Any]:
    """Whole numbers as integers, as for single keys."""
    return {name: _plain(value) for name, value in section.items()} if isinstance(section, dict) else {}


def _artifacts(
    engine: Engine, wanted: Sequence[Reference], count: int, every: bool
) -> list[tuple[MatchedArtifact, ...]] | None:
    asked = [
        each for each in wanted if each.root is Root.ARTIFACTS and each.name in ("artifacts", "artifacts.*")
    ]
    if not asked:
        return None
    sql = f"SELECT p.rowid, a.name, a.path, a.is_input FROM artifacts AS a {_JOIN_PAGE} a.run_id"
    names: list[str] = []
    if not every and all(each.key is not None for each in asked):
        names = sorted({each.key for each in asked if each.key is not None})
        sql += f" WHERE a.name IN ({', '.join(f'${place}' for place, _ in enumerate(names, start=1))})"
    found: list[tuple[MatchedArtifact, ...]] = [()] * count
    several: set[int] = set()
    for place, name, path, is_input in engine.select(sql, names):
        if found[place]:
            several.add(place)
        found[place] += _entry(name, path, is_input)
    for place in several:
        found[place] = tuple(sorted(found[place], key=_order))
    return found


@lru_cache(maxsize=4096)  # runs of one kind hold their artifacts at the same paths
def _entry(name: str, path: str | None, is_input: bool) -> tuple[MatchedArtifact]:
    """A lineage of one entry."""
    return (MatchedArtifact(name, path, is_input),)


def _order(artifact: MatchedArtifact) -> tuple[str, bool, str]:
    return artifact.name, bool(artifact.is_input), artifact.path or ""


def _fields(wanted: Sequence[Reference]) -> list[str]:
    asked = [each.key for each in wanted if each.root is Root.GLOBALS]
    names = list(_COLUMNS) if None in asked else [each for each in asked if each in _COLUMNS]
    return list(dict.fromkeys(column for name in names if name for column in _COLUMNS[name]))


def _field_values(
    engine: Engine,
    wanted: Sequence[Reference],
    page: Mapping[str, Sequence[Any]],
    fields: Sequence[str],
) -> dict[str, Sequence[Any]]:
    columns: dict[str, Sequence[Any]] = {name: page[name] for name in fields}
    if "duration" in columns:
        columns["duration"] = _integers(columns["duration"])
    if any(each in wanted for each in (Reference(Root.GLOBALS), Reference(Root.GLOBALS, "condition"))):
        columns["condition"] = _conditions(engine, len(page["uuid"]))
    return columns


def _conditions(engine: Engine, count: int) -> list[Any]:
    """The last entry of each run's status history."""
    names = ("type", "status", "reason", "message", "last_update_time", "last_transition_time")
    selected = ", ".join(f"s.{quote(name)}" for name in names)
    sql = f"SELECT p.rowid, {selected} FROM statuses AS s {_JOIN_PAGE} s.run_id ORDER BY p.rowid, s.seq"
    found: list[Any] = [None] * count
    for place, *entry in engine.select(sql):
        found[place] = dict(zip(names, entry, strict=True))
    return found
