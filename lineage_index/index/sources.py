"""The tables that a statement names, put in its text as the files of a snapshot.

A view would say the same, but the engine binds all of a view's columns for every statement: with a hundred of
them, a third of the price of a small page.
"""

from __future__ import annotations

import re

from lineage_index.store.locked import literal
from lineage_index.store.snapshot import Snapshot
from pql.catalog.tables import TABLES
from pql.sql.emitter import quote

__all__ = ["files_sql", "with_sources"]

_EDGES = "upstream, downstream, kind, values, statuses"
_TABLE = "|".join(each.name for each in TABLES)
_NAMED = re.compile(rf'\b(FROM|JOIN)\s+("?)({_TABLE})\2(?![\w.])(\s+AS\b)?')


def with_sources(sql: str, snapshot: Snapshot) -> str:
    """The statement with files in place of the tables of the catalog that it reads.

    `edges` are those of the run folders and those that were recorded for runs that are in the snapshot.
    """

    def source(found: re.Match[str]) -> str:
        word, _, name, alias = found.groups()
        return f"{word} {_source(snapshot, name)}{alias or ' AS ' + quote(name)}"

    return _NAMED.sub(source, sql)


def _source(snapshot: Snapshot, name: str) -> str:
    if name != "edges" or not snapshot.rows["recorded_edges"]:
        return files_sql(snapshot, name)
    columns = ", ".join(f"e.{column.strip()}" for column in _EDGES.split(","))
    return (
        f"(SELECT run_id, {_EDGES} FROM {files_sql(snapshot, 'edges')} "
        f"UNION ALL SELECT r.run_id, {columns} FROM {files_sql(snapshot, 'runs')} AS r "
        f"JOIN {files_sql(snapshot, 'recorded_edges')} AS e ON r.uuid = e.downstream)"
    )


def files_sql(snapshot: Snapshot, name: str) -> str:
    """The files of a table, as what stands in FROM."""
    files = ", ".join(literal(file) for file in snapshot.files[name])
    return f"read_parquet([{files}], hive_partitioning = false)"
