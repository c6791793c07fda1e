"""DuckDB for the store's own work: bounded in memory, spilling into the index's folder."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from lineage_index.store.locked import lock

__all__ = ["SPILL", "batches", "spilling"]

_MEMORY = "500MB"
SPILL = ".spill-"
"""How the names of folders begin that a killed process may leave in an index."""


@contextmanager
def spilling(index: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that takes little memory, and disk below the index when that is not enough."""
    place = index if os.access(index, os.W_OK) else None  # of a read-only index: the system's own
    with (
        tempfile.TemporaryDirectory(prefix=SPILL, dir=place) as spill,
        duckdb.connect(config={"memory_limit": _MEMORY, "temp_directory": spill}) as connection,
    ):
        lock(connection, index, spill)
        yield connection


def batches(
    connection: duckdb.DuckDBPyConnection,
    query: str,
    parameters: Mapping[str, Any],
    schema: pa.Schema,
    rows: int,
) -> Iterator[pa.Table]:
    """The result of a query as tables of `schema` with `rows` rows each, the last one with fewer."""
    relation = connection.sql(query, params=dict(parameters))
    read = getattr(relation, "to_arrow_reader", None) or relation.fetch_arrow_reader
    pending: list[pa.Table] = []
    count = 0
    for batch in read(min(rows, 122_880)):
        pending.append(pa.Table.from_batches([batch]).cast(schema))
        count += batch.num_rows
        while count >= rows:
            whole = pa.concat_tables(pending)
            yield whole.slice(0, rows)
            pending, count = [whole.slice(rows)], count - rows
    if count:
        yield pa.concat_tables(pending)
