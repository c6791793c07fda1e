"""Pages by their last run: a token that names it, and the statement for what comes after it.

A token is bound to a snapshot, to the moment that date words were read at, and to the search. So the pages of
one search fit together whatever is written to the index meanwhile.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from lineage_index.index.engine import Engine
from pql.binder.bound import BoundQuery
from pql.catalog.fields import Entity
from pql.catalog.layout import Layout
from pql.plan.logical import LogicalPlan
from pql.sql.emitter import TRUE, Emitter, Statement
from pql.sql.order import order_terms
from pql.sql.predicates import holds
from pql.sql.rows import Row

__all__ = [
    "PageToken",
    "fitting_token",
    "lower_after",
    "page_after",
    "read_token",
    "search_digest",
    "write_token",
]

_RUN = Row(Entity.RUN, "r", "r.run_id", "r.uuid")


@dataclass(frozen=True, slots=True)
class PageToken:
    """Where a page ended: the version of the index, the uuid of its last run, the moment (aware) that date
    words meant, and what the search was."""

    snapshot: int
    uuid: str
    now: datetime
    search: str


def search_digest(query: str | None, sort: str | None) -> str:
    """What tells one search from another."""
    return hashlib.sha256(json.dumps([query or "", sort or ""]).encode()).hexdigest()[:12]


def write_token(token: PageToken) -> str:
    """The token as a word of letters, digits, `-` and `_`."""
    content = [token.snapshot, token.uuid, token.now.isoformat(), token.search]
    packed = json.dumps(content, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def read_token(text: str) -> PageToken:
    """The token that a word spells. Raises ValueError if it spells none."""
    try:
        packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        snapshot, uuid, now, search = json.loads(packed)
        moment = datetime.fromisoformat(now)
        if type(snapshot) is not int or not isinstance(uuid, str) or moment.tzinfo is None:
            raise ValueError
    except (ValueError, TypeError):
        raise ValueError("it is not a token that a search has given") from None
    return PageToken(snapshot, uuid, moment, str(search))


def fitting_token(
    text: str, version: int, query: str | None, sort: str | None, entity: str, offset: int
) -> PageToken:
    """The token, if it continues this very search of this version of the index; else ValueError."""
    token = read_token(text)
    if entity != "runs":
        raise ValueError("pages by a token are of runs")
    if offset:
        raise ValueError("a page by a token has no offset")
    if token.search != search_digest(query, sort):
        raise ValueError("the token is of another query or another sort")
    if token.snapshot != version:
        raise ValueError(f"the token is of version {token.snapshot} of the index, and this is {version}")
    return token


def page_after(
    engine: Engine, bound: BoundQuery, plan: LogicalPlan, layout: Layout, uuid: str, text: str
) -> tuple[list[str], bool]:
    """The uuids of the page after the run of that uuid, and whether there are more behind it. Raises
    ValueError if that run does not match."""
    page, known = lower_after(bound, plan, layout, uuid)
    found = [each[0] for each in engine.rows(page, text)]
    if not found and not engine.rows(known, text)[0][0]:
        raise ValueError("the token names a run that the search does not find")
    if plan.limit is None:
        return found, False
    return found[: plan.limit], len(found) > plan.limit


def lower_after(
    bound: BoundQuery, plan: LogicalPlan, layout: Layout, uuid: str
) -> tuple[Statement, Statement]:
    """The uuids of the page after the run of that uuid and of one more, and whether that run matches.

    The order is that of the plan, and total, so that "after" is a comparison of its terms one by one.
    """
    emitter = Emitter(layout)
    condition = holds(emitter, plan.predicate, _RUN)
    terms = [term for key in bound.sort for term in order_terms(emitter, key, _RUN)]
    terms.append("r.uuid")
    parsed = [_direction(term) for term in terms]
    selected = ", ".join(f"{expression} AS s{place}" for place, (expression, _) in enumerate(parsed))
    where = "" if condition == TRUE else f" WHERE {condition}"
    joins = " ".join(emitter.joins)
    found = f"SELECT r.uuid, {selected} FROM runs AS r {joins}{where}"
    order = ", ".join(
        f"p.s{place} {'DESC' if descending else 'ASC'} NULLS LAST"
        for place, (_, descending) in enumerate(parsed)
    )
    last = emitter.parameter(uuid)
    sql = (
        f"WITH found AS MATERIALIZED ({found}), last AS (SELECT * FROM found WHERE uuid = {last}) "
        f"SELECT p.uuid FROM found AS p CROSS JOIN last AS l WHERE {_later(parsed)} ORDER BY {order}"
    )
    if plan.limit is not None:
        sql += f" LIMIT {emitter.parameter(min(plan.limit, 2**62) + 1)}"
    page = emitter.statement(sql)
    return page, emitter.statement(f"SELECT count(*) FROM ({found}) WHERE uuid = {last}")


def _direction(term: str) -> tuple[str, bool]:
    """A term of ORDER BY as its expression, and whether it is descending."""
    plain = term.removesuffix(" NULLS LAST")
    if plain.endswith(" DESC"):
        return plain.removesuffix(" DESC"), True
    return plain.removesuffix(" ASC"), False


def _later(terms: list[tuple[str, bool]]) -> str:
    """`p` comes after `l`: equal in some first terms, later in the next. Missing values come last."""
    ways = []
    for count, (_, descending) in enumerate(terms):
        equal = [f"p.s{place} IS NOT DISTINCT FROM l.s{place}" for place in range(count)]
        own, other = f"p.s{count}", f"l.s{count}"
        sign = "<" if descending else ">"
        later = f"({other} IS NOT NULL AND ({own} {sign} {other} OR {own} IS NULL))"
        ways.append(" AND ".join([*equal, later]))
    return "(" + " OR ".join(f"({way})" for way in ways) + ")"
