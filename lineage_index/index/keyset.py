"""Pages by their last row: a token that names it, and the statement for what comes after it.

A token is bound to a snapshot, to the moment that date words were read at, and to the search. So the pages of
one search fit together whatever is written to the index meanwhile.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lineage_index.index.engine import Engine
from pql.catalog.fields import Entity
from pql.catalog.layout import Layout
from pql.plan.logical import LogicalPlan
from pql.sql.emitter import TRUE, Emitter, Statement
from pql.sql.order import order_terms
from pql.sql.predicates import holds
from pql.sql.rows import Row

__all__ = [
    "Identity",
    "Page",
    "PageToken",
    "fitting_token",
    "last_identity",
    "lower_after",
    "lower_place",
    "page_after",
    "read_token",
    "search_digest",
    "write_token",
]

Identity = tuple[str | int | bool | None, ...]
"""What a row is known by: a run's uuid; an artifact's run, name, kind, direction, path, and which of the rows
with all of these it is, from 1; a point's run, key and place in the log."""


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows of an entity in a statement: where they are, what a page shows, what they are known by (of
    which types; None stands for any of them)."""

    row: Row
    source: str
    shown: tuple[str, ...]
    identity: tuple[str, ...]
    types: tuple[type, ...]
    counted: bool = False


_ROWS = {
    Entity.RUN: _Rows(
        Row(Entity.RUN, "r", "r.run_id", "r.uuid"), "runs AS r", ("r.uuid",), ("r.uuid",), (str,)
    ),
    Entity.ARTIFACT: _Rows(
        Row(Entity.ARTIFACT, "a", "a.run_id", "a.state", run_alias="r"),
        "artifacts AS a JOIN runs AS r ON r.run_id = a.run_id",
        ("r.uuid", "a.name", "a.kind", "a.is_input"),
        ("r.uuid", "a.name", "a.kind", "a.is_input", "a.path"),
        (str, str, str, bool, str, int),
        counted=True,
    ),
    Entity.POINT: _Rows(
        Row(Entity.POINT, "t", "t.run_id", "t.key", run_alias="r"),
        "(SELECT * FROM points WHERE section = 'metrics') AS t JOIN runs AS r ON r.run_id = t.run_id",
        ("r.uuid", "t.key", "t.step", "t.value"),
        ("r.uuid", "t.key", "t.seq"),
        (str, str, int),
    ),
}


@dataclass(frozen=True, slots=True)
class PageToken:
    """Where a page ended: the version of the index, the identity of its last row (nothing in front of the
    first page), the moment (aware) that date words meant, and what the search was."""

    snapshot: int
    last: Identity
    now: datetime
    search: str


@dataclass(frozen=True, slots=True)
class Page:
    """The rows of a page as a search shows them, the identity of the last, and whether more come behind."""

    rows: list[tuple[Any, ...]]
    last: Identity
    more: bool


def search_digest(query: str | None, sort: str | None, entity: str = "runs") -> str:
    """What tells one search from another."""
    return hashlib.sha256(json.dumps([query or "", sort or "", entity]).encode()).hexdigest()[:12]


def write_token(token: PageToken) -> str:
    """The token as a word of letters, digits, `-` and `_`."""
    content = [token.snapshot, list(token.last), token.now.isoformat(), token.search]
    packed = json.dumps(content, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def read_token(text: str) -> PageToken:
    """The token that a word spells. Raises ValueError if it spells none."""
    try:
        packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        snapshot, last, now, search = json.loads(packed)
        moment = datetime.fromisoformat(now)
        plain = isinstance(last, list) and all(isinstance(each, str | int | None) for each in last)
        if type(snapshot) is not int or not plain or moment.tzinfo is None:
            raise ValueError
    except (ValueError, TypeError, RecursionError):
        raise ValueError("it is not a token that a search has given") from None
    return PageToken(snapshot, tuple(last), moment, str(search))


def fitting_token(
    text: str, version: int, query: str | None, sort: str | None, entity: str, offset: int
) -> PageToken:
    """The token, if it continues this very search of this version of the index; else ValueError."""
    token = read_token(text)
    if offset:
        raise ValueError("a page by a token has no offset")
    if token.search != search_digest(query, sort, entity):
        raise ValueError("the token is of another query or another sort")
    if token.snapshot != version:
        raise ValueError(f"the token is of version {token.snapshot} of the index, and this is {version}")
    return token


def page_after(engine: Engine, plan: LogicalPlan, layout: Layout, last: Identity, text: str) -> Page:
    """The page after the row of that identity. Raises ValueError if no such row matches."""
    places = engine.rows(lower_place(plan, layout, last), text)
    if not places:
        raise ValueError("the token names something that the search does not find")
    found = engine.rows(lower_after(plan, layout, places[0]), text)
    more = plan.limit is not None and len(found) > plan.limit
    rows = found[: plan.limit]
    shown = len(_ROWS[plan.entity].shown)
    return Page([row[:shown] for row in rows], rows[-1][shown:] if rows else last, more)


def last_identity(engine: Engine, plan: LogicalPlan, layout: Layout, place: int) -> Identity:
    """What the row at a place (from 0) of the whole order is known by."""
    emitter = Emitter(layout)
    found, identity, order, _ = _found(emitter, plan)
    names = ", ".join(f"p.{each}" for each in identity)
    offset = emitter.parameter(place)
    sql = f"SELECT {names} FROM ({found}) AS p ORDER BY {order} LIMIT 1 OFFSET {offset}"
    (row,) = engine.rows(emitter.statement(sql))
    return row


def lower_place(plan: LogicalPlan, layout: Layout, last: Identity) -> Statement:
    """The terms of the order for the row of that identity; no row if none matches."""
    types = _ROWS[plan.entity].types
    if len(last) != len(types) or not all(map(_may_be, last, types)):
        raise ValueError("it is not a token that a search has given")
    emitter = Emitter(layout)
    found, identity, _, terms = _found(emitter, plan)
    same = " AND ".join(
        f"p.{name} IS NULL" if value is None else f"p.{name} = {emitter.parameter(value)}"
        for name, value in zip(identity, last, strict=True)
    )
    selected = ", ".join(f"p.s{place}" for place in range(len(terms)))
    return emitter.statement(f"SELECT {selected} FROM ({found}) AS p WHERE {same} LIMIT 1")


def _may_be(value: object, kind: type) -> bool:
    """Whether a column of that type may hold the value."""
    return value is None or (type(value) is kind and not (isinstance(value, int) and abs(value) >= 2**63))


def lower_after(plan: LogicalPlan, layout: Layout, place: Sequence[Any]) -> Statement:
    """What a page shows of the rows after that place in the order, and of one row more, with the identity of
    each.

    The order is that of the plan, and total, so that "after" is a comparison of its terms one by one.
    """
    emitter = Emitter(layout)
    found, identity, order, terms = _found(emitter, plan)
    shown = [f"p.c{each}" for each in range(len(_ROWS[plan.entity].shown))]
    selected = ", ".join([*shown, *(f"p.{each}" for each in identity)])
    sql = f"SELECT {selected} FROM ({found}) AS p WHERE {_later(emitter, terms, place)} ORDER BY {order}"
    if plan.limit is not None:
        sql += f" LIMIT {emitter.parameter(min(plan.limit, 2**62) + 1)}"
    return emitter.statement(sql)


def _found(emitter: Emitter, plan: LogicalPlan) -> tuple[str, tuple[str, ...], str, list[tuple[str, bool]]]:
    """All rows that match, with the columns c… that a page shows, i… of the identity and s… of the order; the
    names of the identity, ORDER BY for an alias `p`, and its terms."""
    rows = _ROWS[plan.entity]
    condition = holds(emitter, plan.predicate, rows.row)
    terms = [term for key in plan.sort for term in order_terms(emitter, key, rows.row)]
    parsed = [_direction(term) for term in (*terms, *rows.identity)]
    columns = [f"{expression} AS c{place}" for place, expression in enumerate(rows.shown)]
    columns += [f"{expression} AS i{place}" for place, expression in enumerate(rows.identity)]
    columns += [f"{expression} AS s{place}" for place, (expression, _) in enumerate(parsed)]
    identity = tuple(f"i{place}" for place in range(len(rows.identity)))
    where = "" if condition == TRUE else f" WHERE {condition}"
    found = f"SELECT {', '.join(columns)} FROM {rows.source} {' '.join(emitter.joins)}{where}"
    if rows.counted:  # rows may be equal in all that they are known by: then their number tells
        within = ", ".join(_term(place, descending) for place, (_, descending) in enumerate(parsed))
        number = f"row_number() OVER (PARTITION BY {', '.join(identity)} ORDER BY {within})"
        numbered = f"SELECT *, {number} AS n FROM ({found})"
        found = f"SELECT *, n AS i{len(identity)}, n AS s{len(parsed)} FROM ({numbered})"
        identity = (*identity, f"i{len(identity)}")
        parsed.append(("n", False))
    order = ", ".join("p." + _term(place, descending) for place, (_, descending) in enumerate(parsed))
    return found, identity, order, parsed


def _term(place: int, descending: bool) -> str:
    return f"s{place} {'DESC' if descending else 'ASC'} NULLS LAST"


def _direction(term: str) -> tuple[str, bool]:
    """A term of ORDER BY as its expression, and whether it is descending."""
    plain = term.removesuffix(" NULLS LAST")
    if plain.endswith(" DESC"):
        return plain.removesuffix(" DESC"), True
    return plain.removesuffix(" ASC"), False


def _later(emitter: Emitter, terms: list[tuple[str, bool]], place: Sequence[Any]) -> str:
    """`p` comes after the place: equal in some first terms, later in the next. Missing values come last.

    The first term alone bounds the rows, so that a scan may pass over what can't be later.
    """
    values = [None if each is None else emitter.parameter(each) for each in place]
    ways: list[str] = []
    equal: list[str] = []
    for number, ((_, descending), value) in enumerate(zip(terms, values, strict=True)):
        own = f"p.s{number}"
        if value is not None:  # nothing comes after a missing one
            ways.append(
                " AND ".join([*equal, f"({own} {'<' if descending else '>'} {value} OR {own} IS NULL)"])
            )
        equal.append(f"{own} IS NULL" if value is None else f"{own} = {value}")
    sign = "<=" if terms[0][1] else ">="
    bound = "p.s0 IS NULL" if values[0] is None else f"(p.s0 {sign} {values[0]} OR p.s0 IS NULL)"
    return f"{bound} AND (" + " OR ".join(f"({way})" for way in ways) + ")"
