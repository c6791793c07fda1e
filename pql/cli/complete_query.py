"""What can stand next in a query, in a list of sort keys, in a list of columns."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from pql.catalog.fields import HISTORY_FUNCTIONS, RELATIONS, RUN_FIELDS, Entity, Family, Field, find_field
from pql.plan.forms import key_name

__all__ = ["complete_names", "complete_query", "complete_saved", "known_keys", "stored_values"]

_CLAUSE = re.compile(r"(?:.*(?:[,(]|[\s)](?:AND|OR|NOT)(?=[\s(])|\s\|\s))?\s*", re.DOTALL | re.IGNORECASE)
_OPERATORS = re.compile(r"[\s~<>=]*")
_QUOTES = re.compile(r'"(?:\\.|[^"\\])*"')
_SECTIONS = {"inputs": "inputs", "outputs": "outputs", "metrics": "outputs", "meta_info": "meta_info"}
_FREE = frozenset(
    {"project", "owner", "kind", "runtime", "framework", "backend", "queue", "agent", "namespace"}
    | {"artifacts_store", "tags", "teams", "contributors", "in_artifact_kind", "out_artifact_kind"}
)
"""Fields without a closed list of values that have few."""

_MOST_VALUES = 500

Keys = dict[str, list[str]]
"""The keys of an index by section."""


def known_keys(index: str | None) -> Keys:
    """The keys of the index that a command would read; none where there is no index."""
    from lineage_index.index.locate import locate_index
    from lineage_index.store.snapshot import open_snapshot

    keys: Keys = {}
    for section, key in open_snapshot(locate_index(index)).layout.keys:
        keys.setdefault(section, []).append(key)
    return keys


def stored_values(index: str | None, field: Field) -> list[str]:
    """The values of a free field that has few, those of most runs first; none for other fields."""
    if field.name not in _FREE:
        return []
    from lineage_index.index.index import Index
    from lineage_index.index.locate import locate_index
    from lineage_index.index.result import elements

    with Index.open(locate_index(index)) as opened:
        rows = opened._engine.select(
            f'SELECT "{field.column}", count(*) AS runs FROM runs WHERE "{field.column}" IS NOT NULL '
            f"GROUP BY ALL ORDER BY runs DESC, 1 LIMIT {_MOST_VALUES}"
        )
    found = [each for (text, _) in rows for each in (elements(text) if field.is_set else [text])]
    return list(dict.fromkeys(found))


def complete_query(
    text: str, keys: Keys, stored: Callable[[Field], Iterable[str]] = lambda _: ()
) -> Iterator[str]:
    """The texts that begin with this one and go on with a field, or with a value of one: `stored` gives those
    that runs have."""
    masked = _QUOTES.sub(lambda found: '"' + "_" * (len(found[0]) - 2) + '"', text)
    found = _CLAUSE.match(masked)
    start = 0 if found is None else found.end()
    head, clause = text[:start], text[start:]
    name, colon, value = clause.partition(":")
    if not colon:
        yield from (head + each for each in _fields(clause, keys))
        return
    done = value.rfind("|") + 1
    operator = _OPERATORS.match(value, done)
    done = done if operator is None else operator.end()
    offered = (each for each in _values(name.strip(), stored) if each.startswith(value[done:]))
    yield from (f"{head}{name}:{value[:done]}{each}" for each in dict.fromkeys(offered))


def complete_names(text: str, keys: Keys, *, sort: bool) -> Iterator[str]:
    """The lists of names that begin with this one; `sort` ones may be reversed, others are columns."""
    head, comma, last = text.rpartition(",")
    before = head + comma + " " * (len(last) - len(last.lstrip()))
    last = last.lstrip()
    minus = "-" if sort and last.startswith("-") else ""
    patterns = [] if sort else [f"{section}.*" for section in _SECTIONS]
    names = [*(each.name for each in RUN_FIELDS if each.section is None), *patterns, *_keyed(keys)]
    wanted = last.removeprefix(minus)
    yield from (f"{before}{minus}{each}" for each in names if each.startswith(wanted))


def complete_saved(text: str) -> Iterator[str]:
    """`@name` of the saved queries of the project."""
    from pql.check.saved import find_saved

    yield from (
        f"@{each.block.name}" for each in find_saved(Path.cwd())[1] if f"@{each.block.name}".startswith(text)
    )


def _fields(text: str, keys: Keys) -> Iterator[str]:
    """Fields with their colon, once plain and once negated: so no shell takes a clause for ended."""
    names = [*(each.name for each in RUN_FIELDS if each.section is None), *_keyed(keys)]
    for each in names:
        if each.startswith(text):
            yield from (f"{each}:", f"{each}:~")
    stems = (*_SECTIONS, *RELATIONS)
    if "." not in text:
        yield from (f"{each}." for each in stems if each.startswith(text))
    for function in HISTORY_FUNCTIONS:
        if f"{function}(".startswith(text):
            yield f"{function}("


def _keyed(keys: Keys) -> Iterable[str]:
    for section, stored in _SECTIONS.items():
        yield from (key_name(section, key) for key in keys.get(stored, ()))


def _spelt(value: str) -> str:
    """A value as a query has it: in quotes where it has other signs than words have."""
    if re.fullmatch(r"[^\s:,()|\"]+", value):
        return value
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _values(name: str, stored: Callable[[Field], Iterable[str]]) -> Iterable[str]:
    field = find_field(Entity.RUN, name)
    if field is None:
        return ("nil",)
    if field.closed:
        return field.closed
    found = [*map(_spelt, stored(field)), *field.known]
    if found:
        return found
    return ("true", "false") if field.family in (Family.BOOL, Family.FLAG) else ("nil",)
