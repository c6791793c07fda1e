"""DuckDB that reaches the files of an index, and nothing else."""

from __future__ import annotations

import os
from collections.abc import Iterable

import duckdb

__all__ = ["lock", "reader"]


def lock(connection: duckdb.DuckDBPyConnection, *folders: str | os.PathLike[str]) -> None:
    """From here on no file but those below `folders` can be reached, whatever a statement says: no other one,
    no network, no extension; and that can't be undone."""
    allowed = ", ".join(_text(os.fspath(each)) for each in folders)
    connection.execute(f"SET allowed_directories = [{allowed}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def reader(files: Iterable[str]) -> duckdb.DuckDBPyConnection:
    """A connection that reaches the folders of these files, and is closed by the caller."""
    connection = duckdb.connect()
    lock(connection, *sorted({os.path.dirname(each) for each in files}))
    return connection


def _text(value: str) -> str:
    """A text literal. Only the paths of the index's own folders come through here."""
    return "'" + value.replace("'", "''") + "'"
