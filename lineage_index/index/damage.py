"""Which file is at fault: asked only after a statement has failed."""

from __future__ import annotations

import os
from collections.abc import Iterable

import duckdb

from lineage_index.store.locked import parquet, reader

__all__ = ["find_damage"]


def find_damage(files: Iterable[str]) -> str | None:
    """What is wrong with the first Parquet file that can't be read to its end; None if all can."""
    # A hash needs every value of every column, and keeps none.
    statement = f"SELECT bit_xor(hash(COLUMNS(*))) FROM {parquet('1')}"
    for file in files:
        if not os.path.exists(file):
            return f"{file} is missing"
        with reader([file]) as connection:
            try:
                connection.execute(statement, [file]).fetchall()
            except duckdb.Error as error:
                reason = str(error).splitlines()[0].removeprefix("Invalid Input Error: ")
                reason = reason.replace(f" '{file}'", "").rstrip(": ")
                return f"{file} is damaged ({reason})"
    return None
