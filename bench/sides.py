"""The two sides that live in one process: a search through the library, and SQL by hand on its files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

from bench.queries import Query, bind_names
from lineage_index import Index
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
    """One DuckDB connection with a view a table, as someone who writes SQL would set it up."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.connection = duckdb.connect(":memory:", config={"threads": 2})
        self.connection.execute("SET parquet_metadata_cache = true")
        # Without it, the engine builds its hash tables on all runs wherever a key is joined.
        self.connection.execute("SET disabled_optimizers = 'build_side_probe_side'")
        for name, files in snapshot.files.items():
            listed = ", ".join(f"'{file}'" for file in files)
            self.connection.execute(
                f'CREATE VIEW "{name}" AS SELECT * FROM read_parquet([{listed}], hive_partitioning = false)'
            )

    def run(self, query: Query, names: Mapping[str, str]) -> Any:
        """The answer: a list of uuids, a count, or rows."""
        rows = self.connection.execute(query.sql.format(**names)).fetchall()
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


def names_of(hand: Hand, snapshot: Snapshot) -> Mapping[str, str]:
    """What the queries leave open, for this index."""
    return bind_names(snapshot, hand.connection)
