"""The two sides that live in one process: a search through the library, and SQL by hand on its files."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from bench.queries import Query, bind_names
from lineage_index import Index
from lineage_index.index.engine import settings_for
from lineage_index.index.index import _kept as parsed
from lineage_index.store.snapshot import Snapshot
from pql.joins.model import Join, JoinParam
from pql.joins.references import parse_reference
from pql.joins.source import placed

__all__ = ["Hand", "Ours", "names_of"]

_PARAMS = (
    JoinParam("runs", parse_reference("globals.uuid")),
    JoinParam("losses", parse_reference("outputs.loss")),
    JoinParam("rates", parse_reference("inputs.lr")),
)


class Hand:
    """One DuckDB connection. The statements name the files themselves: through views of all columns a small
    page takes a third longer."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.connection = duckdb.connect(":memory:", config=settings_for(snapshot))
        self.connection.execute("SET parquet_metadata_cache = true")
        # Without it, the engine builds its hash tables on all runs wherever a key is joined.
        self.connection.execute("SET disabled_optimizers = 'build_side_probe_side'")
        self._texts: dict[str, str] = {}
        self._sources = {
            name: f"read_parquet([{', '.join(repr(file) for file in files)}], hive_partitioning = false)"
            for name, files in snapshot.files.items()
        }

    def named(self, sql: str) -> str:
        """The statement with files in place of the names of tables."""
        return re.sub(
            r'\b(FROM|JOIN) "?(runs|values|series|edges)\b"?',
            lambda found: f"{found[1]} {self._sources[found[2]]}",
            sql,
        )

    def ask(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The rows of a statement over the tables."""
        return self.connection.execute(self.named(sql), list(parameters)).fetchall()

    def run(self, query: Query, names: Mapping[str, str]) -> Any:
        """The answer: a list of uuids, a count, or rows. The text is made once, and not timed."""
        text = self._texts.get(query.name)
        if text is None:
            text = self._texts[query.name] = self.named(query.sql.format(**names))
        rows = self.connection.execute(text).fetchall()
        match query.kind:
            case "count":
                return rows[0][0]
            case "join":
                return rows
            case _:
                return [row[0] for row in rows]


class Ours:
    """An open index."""

    def __init__(self, path: Path) -> None:
        self.index = Index.open(path)

    def run(self, query: Query, names: Mapping[str, str]) -> Any:
        """The answer in the same form."""
        text = query.pql.format(**names) or None
        if query.kind == "count":
            return self.index.count(text)
        if query.kind == "join":
            join = Join(placed(text or ""), placed(query.sort, "sort"), query.limit, params=_PARAMS)
            params = self.index.resolve(join).params
            return list(zip(*(params[each.name].value for each in _PARAMS), strict=True))
        return self.index.search(text, sort=query.sort, limit=query.limit).uuids

    def first(self, query: Query, names: Mapping[str, str]) -> Any:
        """The answer to a search that was never asked before: parsed, bound and lowered anew."""
        parsed.cache_clear()
        self.index._kept.cache_clear()
        return self.run(query, names)


def names_of(hand: Hand, snapshot: Snapshot) -> Mapping[str, str]:
    """What the queries leave open, for this index."""
    return bind_names(snapshot, hand.ask)
