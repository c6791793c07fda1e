"""DuckDB over the files of one snapshot, locked down to them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import Any, TypeVar

import duckdb

from lineage_index.index.sources import with_sources
from lineage_index.store.errors import IndexUnreadable
from lineage_index.store.locked import lock
from lineage_index.store.origin import url_of
from lineage_index.store.snapshot import Snapshot
from pql.catalog.tables import TABLES
from pql.diagnostics.diagnostic import Diagnostic, PqlError
from pql.diagnostics.span import Span
from pql.sql.emitter import Statement

__all__ = ["Engine", "settings_for"]

_REMEDY = "remove the folder of the index and refresh to make it anew"
_REMEDY_OF_COPY = "remove this file, which is a copy, and search again"
_Fetched = TypeVar("_Fetched")

_FEW_ROWS = 10_000_000

_KEPT_LENGTH = 4_000
"""Longer statements are not kept: a cache must not grow by what others send."""


def settings_for(snapshot: Snapshot) -> dict[str, Any]:
    """The configuration of a connection that reads the files of a snapshot.

    With few rows one thread is as fast as two, costs a twentieth less, and waits for no other core. Threads
    that read ahead are for disks far away: handing over what the system holds in memory took a fifth of a
    small page.
    """
    return {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "threads": 1 if sum(snapshot.rows.values()) < _FEW_ROWS else 2,
        "async_threads": 0,
    }


_DISABLED = "late_materialization,build_side_probe_side"
"""The first would read `runs` twice for the sake of one more narrow column: twice the time of a page. The
second guesses how many rows hold a key, and is wrong by orders of magnitude: it would build its hash table on
all runs. The statements name the smaller side last, and so it is built on that."""


class Engine:
    """Runs statements over the tables of a snapshot: one connection, and a cursor of it for every thread."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._path = str(snapshot.path)
        self._files = snapshot.files
        self._threads = threading.local()
        self._connection = duckdb.connect(":memory:", config=settings_for(snapshot))
        self._parsed = partial(_parsed, self._connection, snapshot)
        self._kept = lru_cache(maxsize=256)(self._parsed)
        self._connection.execute("SET GLOBAL parquet_metadata_cache = true")
        self._connection.execute(f"SET disabled_optimizers = '{_DISABLED}'")
        lock(self._connection, self._path)

    def rows(self, statement: Statement, text: str = "") -> list[tuple[Any, ...]]:
        """The result as tuples. `text` is the query, for diagnostics of what the engine refuses.

        Raises PqlError for a pattern that the engine refuses, IndexUnreadable for damaged files.
        """
        return self._run(statement.sql, statement.parameters, text, _fetch_rows)

    def select(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The result of a SELECT of our own."""
        return self._run(sql, parameters, "", _fetch_rows)

    def keep(self, name: str, statement: Statement, text: str = "") -> None:
        """Make the result a table that statements of this thread may name, until another is kept under the
        name. Its `rowid` counts the rows from 0, in order. A statement can't know thousands of ids more
        cheaply."""
        made = f'CREATE OR REPLACE TEMP TABLE "{name}" AS {statement.sql}'
        self._run(made, statement.parameters, text, _drop)

    def close(self) -> None:
        """Close the connection and its cursors; the engine is of no use afterwards."""
        self._connection.close()
        self._threads = threading.local()

    def _run(
        self,
        sql: str,
        parameters: Sequence[Any],
        text: str,
        fetch: Callable[[duckdb.DuckDBPyConnection], _Fetched],
    ) -> _Fetched:
        try:
            # Damage may show only while fetching.
            return fetch(self._cursor().execute(self._statement(sql), list(parameters)))
        except duckdb.Error as error:
            explained = self._explained(error, sql, text)
            if explained is None:
                raise
            raise explained from error

    def _statement(self, sql: str) -> duckdb.Statement:
        return self._kept(sql) if len(sql) <= _KEPT_LENGTH else self._parsed(sql)

    def _explained(self, error: duckdb.Error, sql: str, text: str) -> Exception | None:
        """What the error means to a caller; None if it is a fault of our own."""
        from lineage_index.index.damage import find_damage

        if isinstance(error, duckdb.ConnectionException):
            return ValueError("the index is closed")
        reason = str(error).splitlines()[0].removeprefix("Invalid Input Error: ")
        damage = find_damage(file for table in self._named_in(sql) for file in self._files[table])
        if damage is not None:
            remedy = _REMEDY if url_of(self._path) is None else _REMEDY_OF_COPY
            words = f"the index at {self._path} cannot be read: {damage}; {remedy}"
            return IndexUnreadable(self._path, words)
        if isinstance(error, duckdb.InvalidInputException) and "regexp_matches(" in sql:
            return PqlError(Diagnostic("PQL307", Span(0, len(text)), {"reason": reason}), text)
        if isinstance(error, duckdb.IOException | duckdb.PermissionException):
            return IndexUnreadable(self._path, f"the index at {self._path} cannot be read: {reason}")
        return None

    @staticmethod
    def _named_in(sql: str) -> list[str]:
        return [table.name for table in TABLES if table.name in sql]

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        """The cursor of this thread: a new one costs more than many a search. Every result is read to its end
        before the next statement."""
        cursor: duckdb.DuckDBPyConnection | None = getattr(self._threads, "cursor", None)
        if cursor is None:
            cursor = self._threads.cursor = self._connection.cursor()
        return cursor


def _parsed(connection: duckdb.DuckDBPyConnection, snapshot: Snapshot, sql: str) -> duckdb.Statement:
    """The statement with files in place of tables: parsing it takes the engine a tenth of a small page."""
    (statement,) = connection.extract_statements(with_sources(sql, snapshot))
    return statement


def _fetch_rows(found: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    return found.fetchall()


def _drop(found: duckdb.DuckDBPyConnection) -> None:
    """Nothing to be read."""
