"""DuckDB that reaches the files of an index, and nothing else."""

from __future__ import annotations

import os
from collections.abc import Iterable

import duckdb

__all__ = ["literal", "lock", "parquet", "reader"]


def lock(connection: duckdb.DuckDBPyConnection, *folders: str | os.PathLike[str]) -> None:
    """From here on no file but those below `folders` can be reached, whatever a statement says: no other one,
    no network, no extension; and that can't be undone."""
    allowed = ", ".join(literal(os.fspath(each)) for each in folders)
    connection.execute(f"SET allowed_directories = [{allowed}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def reader(files: Iterable[str]) -> duckdb.DuckDBPyConnection:
    """A connection that reaches the folders of these files, and is closed by the caller."""
    connection = duckdb.connect()
    lock(connection, *sorted({os.path.dirname(each) for each in files}))
    return connection


def parquet(parameter: str, *, filename: bool = False) -> str:
    """The rows of the files that a parameter of the statement lists, as what stands in FROM; with a column
    `filename` if asked for. A folder above them that is called `store=a` makes no column."""
    named = ", filename = true" if filename else ""
    return f"read_parquet(${parameter}, hive_partitioning = false{named})"


def literal(text: str) -> str:
    """A text literal: paths of our own files, and keys of the index (never part of a query)."""
    return "'" + text.replace("'", "''") + "'"
