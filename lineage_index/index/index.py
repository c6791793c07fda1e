"""The index as a library sees it: open a snapshot, search it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from functools import lru_cache, partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, overload

from lineage_index.index.engine import Engine
from lineage_index.index.locate import check_path
from lineage_index.index.prepared import Prepared, may_mean_now
from lineage_index.index.result import SearchResult
from lineage_index.store.snapshot import Snapshot, open_snapshot
from pql.binder.binder import Clock, bind
from pql.binder.bound import BoundQuery
from pql.catalog.fields import Entity
from pql.syntax.ast import Node
from pql.syntax.parser import LONGEST, parse_query, parse_sort

if TYPE_CHECKING:
    from lineage_index.index.keyset import Identity
    from lineage_index.index.resolve import ResolvedOperation
    from pql.joins import Context, Join, Operation, Resolution

__all__ = ["ENTITY_NAMES", "Index"]

_CACHED_LENGTH = 2_000
"""Longer queries are not kept: a cache must not grow by what others send."""

_ANY_MOMENT = datetime(2000, 1, 1, tzinfo=UTC)

ENTITY_NAMES = {"runs": Entity.RUN, "artifacts": Entity.ARTIFACT, "points": Entity.POINT}


@lru_cache(maxsize=256)
def _kept(query: str) -> Node:
    return parse_query(query)


def _is_short(length: int, max_length: int | None) -> bool:
    return length <= (_CACHED_LENGTH if max_length is None else min(_CACHED_LENGTH, max_length))


def _parsed(query: str, max_length: int | None) -> Node:
    """The AST of a query; that of a short one is kept, for pages and programs that ask again."""
    if _is_short(len(query), max_length):
        return _kept(query)
    return parse_query(query, max_length=max_length)


def _asked(query: str | None, defaults: str | None, entity: str, max_length: int | None) -> str | None:
    """The query with what `defaults` adds. ValueError for an unknown entity or unknown defaults."""
    if entity not in ENTITY_NAMES:
        raise ValueError(f"unknown entity {entity!r}; there are: {', '.join(ENTITY_NAMES)}")
    if defaults is None:
        return query
    from pql.binder.defaults import with_defaults

    return with_defaults(query, defaults, ENTITY_NAMES[entity], max_length=max_length)


def _keys(rows: list[tuple[Any, ...]]) -> list[tuple[Any, Any, Any, Any]]:
    """What artifacts and points are known by: the first four columns."""
    return [(each[0], each[1], each[2], each[3]) for each in rows]


def _bound(
    query: str | None,
    sort: str | None,
    limit: int | None,
    offset: int,
    entity: str,
    clock: Clock,
    max_length: int | None,
) -> BoundQuery:
    return bind(
        None if query is None else _parsed(query, max_length),
        parse_sort(sort, max_length=max_length) if sort else (),
        clock=clock,
        text=query or "",
        sort_text=sort or "",
        limit=limit,
        offset=offset,
        entity=ENTITY_NAMES[entity],
    )


def _ready(
    snapshot: Snapshot,
    query: str | None,
    sort: str | None,
    limit: int | None,
    offset: int,
    entity: str,
    zone: tzinfo,
    max_length: int | None,
) -> Prepared:
    """A search of a snapshot that means the same at any moment."""
    bound = _bound(query, sort, limit, offset, entity, Clock(_ANY_MOMENT, zone), max_length)
    return Prepared(bound, snapshot.layout)


class Index:
    """One snapshot of an index: every search sees the same runs, whatever writers do meanwhile.

    Use as a context manager, or call `close`.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self._engine = Engine(snapshot)
        # Equal arguments of another type (True, 1.0) are other ones: they are refused.
        self._kept = lru_cache(maxsize=256, typed=True)(partial(_ready, snapshot))

    @classmethod
    def open(cls, path: str | Path, as_of: int | datetime | None = None) -> Index:
        """Open the newest snapshot, or that of a version or a moment.

        Raises IndexMissing, IndexUnreadable or IndexTooNew (all StoreError).
        """
        check_path(path)
        return cls(open_snapshot(path, as_of))

    @property
    def version(self) -> int:
        """The version of the snapshot."""
        return self.snapshot.version

    def search(
        self,
        query: str | None = None,
        *,
        sort: str | None = None,
        limit: int | None = None,
        offset: int = 0,
        entity: str = "runs",
        now: datetime | None = None,
        tz: tzinfo = UTC,
        max_length: int | None = LONGEST,
        after: str | None = None,
        defaults: str | None = None,
    ) -> SearchResult:
        """The runs (or `entity` "artifacts", "points") that match, in order; `query` None is all of them.

        `limit` None is no limit. `now` (aware; default: the present) and `tz` are what date words and dates
        without an offset depend on. `after` is the `next_token` of the page before: then `now` is that of the
        first page, and the index has to be open at the version that the page was of. `defaults` "polyaxon"
        asks for live runs of the last month where the query does not mention these fields. Raises
        PqlError for a wrong query, sort, limit or offset, ValueError for an unknown entity, unknown defaults,
        or a token that does not fit.
        """
        query = _asked(query, defaults, entity, max_length)
        moment = now or datetime.now(UTC)
        last: Identity = ()
        if after is not None:
            from lineage_index.index.keyset import fitting_token

            before = fitting_token(after, self.version, query, sort, entity, offset)
            moment, last = before.now, before.last
        search = self._prepared(query, sort, limit, offset, entity, Clock(moment, tz), max_length)

        def token(end: Identity) -> str:
            from lineage_index.index.keyset import PageToken, search_digest, write_token

            return write_token(PageToken(self.version, end, moment, search_digest(query, sort, entity)))

        return self._run(search, query or "", last, token)

    def count(
        self,
        query: str | None = None,
        *,
        entity: str = "runs",
        now: datetime | None = None,
        tz: tzinfo = UTC,
        max_length: int | None = LONGEST,
        defaults: str | None = None,
    ) -> int:
        """How many match, without finding out which. Arguments and errors are those of `search`."""
        query = _asked(query, defaults, entity, max_length)
        clock = Clock(now or datetime.now(UTC), tz)
        search = self._prepared(query, None, None, 0, entity, clock, max_length)
        return int(self._engine.rows(search.count, query or "")[0][0])

    def bind(
        self,
        query: str | None,
        *,
        sort: str | None = None,
        limit: int | None = None,
        offset: int = 0,
        entity: str = "runs",
        now: datetime | None = None,
        tz: tzinfo = UTC,
        max_length: int | None = LONGEST,
        defaults: str | None = None,
    ) -> BoundQuery:
        """The bound query of a search, without running it. Raises as `search` does."""
        query = _asked(query, defaults, entity, max_length)
        clock = Clock(now or datetime.now(UTC), tz)
        return _bound(query, sort, limit, offset, entity, clock, max_length)

    def _prepared(
        self,
        query: str | None,
        sort: str | None,
        limit: int | None,
        offset: int,
        entity: str,
        clock: Clock,
        max_length: int | None,
    ) -> Prepared:
        """The search, that of a short one from before: pages and programs ask again."""
        shared = query, sort, limit, offset, entity
        short = _is_short(len(query or "") + len(sort or ""), max_length)
        if short and not may_mean_now(query) and all(each.__hash__ for each in (*shared, clock.zone)):
            return self._kept(*shared, clock.zone, max_length)
        return Prepared(_bound(*shared, clock, max_length), self.snapshot.layout)

    def run(self, bound: BoundQuery, text: str = "") -> SearchResult:
        """Run a bound query; `text` is what it was parsed from."""
        return self._run(Prepared(bound, self.snapshot.layout), text)

    def _run(
        self,
        search: Prepared,
        text: str,
        last: Identity = (),
        token: Callable[[Identity], str] | None = None,
    ) -> SearchResult:
        """The page, or that behind the row that is known by `last`; `token` writes down where a page ends."""
        plan, layout, entity = search.plan, search.layout, search.bound.entity
        more: bool | None = None
        found: list[tuple[Any, ...]]
        if last:
            from lineage_index.index.keyset import page_after

            following = page_after(self._engine, plan, layout, last, text)
            found, last, more = following.rows, following.last, following.more
        else:
            found = self._engine.rows(search.page(), text)
        return SearchResult(
            self._engine,
            plan,
            layout,
            [each[0] for each in found],
            snapshot=self.version,
            warnings=search.warnings,
            artifacts=_keys(found) if entity is Entity.ARTIFACT else None,
            points=_keys(found) if entity is Entity.POINT else None,
            token=token,
            last=last,
            more=more,
        )

    @overload
    def resolve(
        self,
        what: Operation,
        context: Context | None = None,
        *,
        now: datetime | None = None,
        tz: tzinfo = UTC,
    ) -> ResolvedOperation: ...
    @overload
    def resolve(
        self, what: Join, context: Context | None = None, *, now: datetime | None = None, tz: tzinfo = UTC
    ) -> Resolution: ...
    def resolve(
        self,
        what: Operation | Join,
        context: Context | None = None,
        *,
        now: datetime | None = None,
        tz: tzinfo = UTC,
    ) -> ResolvedOperation | Resolution:
        """The params that the joins of an operation (`pql.joins.read_operation`), or one join, give.

        `context` has params, globals, and which runs join; `now` and `tz` are as in `search`. Raises PqlError
        with the place in the file.
        """
        from lineage_index.index.resolve import resolve_join, resolve_operation
        from pql.joins.model import Join

        if isinstance(what, Join):
            return resolve_join(self, what, context, now=now, tz=tz)
        return resolve_operation(self, what, context, now=now, tz=tz)

    def close(self) -> None:
        """Release the engine; results that were not read yet can't be read any more."""
        self._engine.close()

    def __enter__(self) -> Index:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
