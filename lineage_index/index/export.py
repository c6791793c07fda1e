"""A snapshot as plain files for other tools: live rows only, promoted keys back among the values."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import duckdb

from lineage_index.index.sources import files_sql
from lineage_index.store.errors import IndexUnreadable
from lineage_index.store.locked import literal, lock
from lineage_index.store.snapshot import Snapshot
from pql.catalog.tables import TABLES, ColumnType, Table, table
from pql.diagnostics.visible import FORMULA

__all__ = ["FORMATS", "ExportExists", "export"]

FORMATS = ("parquet", "csv", "duckdb")


class ExportExists(Exception):  # noqa: N818 - named as the store's errors are
    """There is something at the target already. The text is one sentence for a user."""


def export(
    snapshot: Snapshot,
    target: str | Path,
    form: str = "parquet",
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, int]:
    """Write every table of the snapshot to `target`, and give the rows of each.

    `parquet` and `csv` make a folder with a file a table, `duckdb` one database file. Rows of runs that have
    left the index are not among them; `runs` has its catalog's columns, and `values` every keyed value.
    A text in CSV that a spreadsheet would take for a formula has an apostrophe in front.
    The target appears whole or not at all. `progress` is told how many stored rows are done, and how many
    there are. Raises ExportExists, IndexUnreadable, ValueError for an unknown
    format.
    """
    if form not in FORMATS:
        raise ValueError(f"unknown format {form!r}; there are: {', '.join(FORMATS)}")
    place = Path(target).absolute()
    try:
        if place.exists():
            raise ExportExists(f"{place} exists already; name a new place")
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=place.parent, prefix=".export-") as folder:
            made = Path(folder) / "out"
            counts = _write(snapshot, made, form, progress)
            shutil.move(made, place)
    except (OSError, duckdb.Error) as error:
        raise IndexUnreadable(str(snapshot.path), f"the export to {place} failed: {error}") from error
    return counts


def _write(
    snapshot: Snapshot, made: Path, form: str, progress: Callable[[int, int], None] | None
) -> dict[str, int]:
    if form != "duckdb":
        made.mkdir()
    counts: dict[str, int] = {}
    with duckdb.connect(str(made) if form == "duckdb" else ":memory:") as connection:
        lock(connection, snapshot.path, made)
        for each in TABLES:
            query = _live(snapshot, each.name)
            if form == "duckdb":
                connection.execute(f'CREATE TABLE "{each.name}" AS {query}')
            else:
                shown = _disarmed(each) if form == "csv" else "*"
                options = "FORMAT parquet, COMPRESSION zstd" if form == "parquet" else "FORMAT csv, HEADER"
                file = literal(str(made / f"{each.name}.{form}"))
                connection.execute(f"COPY (SELECT {shown} FROM ({query})) TO {file} ({options})")
            found = connection.execute(f"SELECT count(*) FROM ({query})").fetchone()
            counts[each.name] = found[0] if found else 0
            if progress is not None:
                progress(sum(snapshot.rows[name] for name in counts), sum(snapshot.rows.values()))
    return counts


def _disarmed(table: Table) -> str:
    """The columns, with an apostrophe in front of texts that a spreadsheet would take for formulas."""
    signs = ", ".join(literal(sign) for sign in FORMULA)
    columns = []
    for each in table.columns:
        name = f'"{each.name}"'
        if each.type is ColumnType.TEXT:
            name = f"CASE WHEN left({name}, 1) IN ({signs}) THEN chr(39) || {name} ELSE {name} END AS {name}"
        columns.append(name)
    return ", ".join(columns)


def _live(snapshot: Snapshot, name: str) -> str:
    """The rows of a table that belong to a run of the snapshot, in the catalog's columns and order."""
    columns = ", ".join(f'"{column.name}"' for column in table(name).columns)
    order = ", ".join(
        f'"{key.removeprefix("-")}"{" DESC" if key.startswith("-") else ""}' for key in table(name).sort
    )
    source = f"SELECT {columns} FROM {files_sql(snapshot, name)}"
    if name == "values":
        source = " UNION ALL ".join([source, *_promoted(snapshot, columns)])
    if name not in ("runs", "keys", "recorded_edges"):
        source = (
            f"SELECT * FROM ({source}) WHERE run_id IN (SELECT run_id FROM {files_sql(snapshot, 'runs')})"
        )
    return f"SELECT * FROM ({source}) ORDER BY {order}"


def _promoted(snapshot: Snapshot, columns: str) -> list[str]:
    """The values of every promoted key, as rows of `values`."""
    parts: list[str] = []
    for (section, key), layout in snapshot.layout.keys.items():
        places = [column for column in (layout.num, layout.text, layout.flag) if column is not None]
        if places:
            present = " OR ".join(f'"{column}" IS NOT NULL' for column in places)
            values = {
                "section": literal(section),
                "key": literal(key),
                "num": f'"{layout.num}"' if layout.num else "CAST(NULL AS DOUBLE)",
                "big": "CAST(NULL AS BIGINT)",
                "str": f'"{layout.text}"' if layout.text else "CAST(NULL AS VARCHAR)",
                "bool": f'"{layout.flag}"' if layout.flag else "CAST(NULL AS BOOLEAN)",
                "json": "CAST(NULL AS VARCHAR)",
                "history_only": "false",
                "run_id": "run_id",
            }
            selected = ", ".join(f'{value} AS "{name}"' for name, value in values.items())
            inner = f"SELECT {selected} FROM {files_sql(snapshot, 'runs')} WHERE {present}"
            parts.append(f"SELECT {columns} FROM ({inner})")
    return parts
