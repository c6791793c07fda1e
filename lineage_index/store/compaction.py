"""Compaction: few sorted files, no rows of runs that have left, promoted keys chosen anew.

All of it works in pieces, so that memory stays bounded however large the index is. It ends in one commit,
like any other change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from lineage_index.store.commits import latest_version
from lineage_index.store.engine import batches, spilling
from lineage_index.store.errors import IndexMissing
from lineage_index.store.home import home_of
from lineage_index.store.keys import Counts, counts_of
from lineage_index.store.locked import parquet
from lineage_index.store.longview import moving_rows, placed_table, remaining_rows
from lineage_index.store.manifest import DataFile
from lineage_index.store.parquet import RUNS_A_PIECE, table_folder, write_pieces
from lineage_index.store.promotion import KeyUse, Plan, Promotion, choose_plan, moved_keys
from lineage_index.store.publish import Next, publish, retried, settled
from lineage_index.store.recount import count_keys
from lineage_index.store.relayout import relayout
from lineage_index.store.schema import arrow_schema, runs_schema
from lineage_index.store.snapshot import Snapshot, open_snapshot
from lineage_index.store.writable import check_writable
from pql.catalog.tables import table

__all__ = ["compact", "needs_compaction"]

_ROWS_A_FILE = {"runs": RUNS_A_PIECE, "values": 4_000_000, "payload": 500_000, "points": 8_000_000}
_ROWS_A_FILE_ELSE = 2_000_000
_ROWS_A_PIECE = {"payload": 16 * 2_048}
_ROWS_A_PIECE_ELSE = 122_880
_OLDER_RUNS = 4
"""How much larger the files of older `runs` become. Every search opens all files, so it wants few; a refresh
writes a file again in which a run has changed, and the runs that change are the newest."""

_FULL_SHARE = 8
"""A file with this part of the rows it could have is left as it is: sorting points again is dear."""

_MANY_FILES = 24
_DEAD_SHARE = 10
"""Compaction is due when a table has so many files more than it needs, or one run in so many is dead."""


def needs_compaction(snapshot: Snapshot) -> bool:
    """Is it time to compact? Between compactions files pile up, and rows of runs that have left."""
    if snapshot.dead_runs * _DEAD_SHARE > snapshot.runs:
        return True
    return any(
        len(files) - _needed(name, snapshot.rows[name]) >= _MANY_FILES
        for name, files in snapshot.data_files.items()
    )


def compact(
    path: str | Path, promotion: Promotion = "auto", progress: Callable[[int, int], None] | None = None
) -> int:
    """Rewrites what is scattered, drops what is dead, chooses the promoted keys by the rule `promotion`, and
    gives the new version; the present one if there is nothing to do.

    `progress` is told how many rows are done, and how many there are. Older versions stay readable.
    Raises IndexMissing, IndexUnreadable, IndexConflict.
    """
    index = home_of(path)
    return retried(index, lambda: _attempt(index, promotion, progress or (lambda *_: None)))


def _attempt(index: Path, promotion: Promotion, progress: Callable[[int, int], None]) -> int:
    based_on = latest_version(index / "runs")
    if based_on is None:
        raise IndexMissing(str(index), f"there is no index at {index}")
    base = open_snapshot(index)
    check_writable(base)
    if not base.runs and not base.dead_runs:
        return base.version
    plan = choose_plan(_uses(counts_of(base.files["keys"])), base.runs, promotion, base.plan)
    known = base.carried()
    for name in known:
        base.files[name]  # all of it is read, and by name
    with spilling(index) as connection:
        connection.execute(
            f"CREATE TEMP TABLE live AS SELECT run_id FROM {parquet('runs')}",
            {"runs": list(base.files["runs"])},
        )
        files: dict[str, list[DataFile]] = {}
        total = sum(base.rows[name] for name in known)
        for name, each in known.items():
            if name not in ("runs", "values", "recorded_edges"):
                files[name] = _compacted(connection, index, name, each)
                progress(sum(base.rows[one] for one in files), total)
        files["recorded_edges"] = known["recorded_edges"]
        files |= _runs_and_values(connection, index, base, known, plan)
    progress(total, total)
    files = settled(index, files, plan)
    if files == known:
        return base.version
    runs, values = ([str(index / name / each.name) for each in files[name]] for name in ("runs", "values"))
    counts = count_keys(runs, values, plan)
    return publish(index, based_on, Next(files, counts, plan, 0, base.shadows, "compact", base.stores))


def _uses(counts: Counts) -> list[KeyUse]:
    return [
        KeyUse(
            section=section,
            key=key,
            runs=each.nums + each.texts + each.bools,
            # Without a minimum all numbers are NaN; with one but no number, texts spell one.
            nums=(each.nums or each.texts) if each.min is not None else 0,
            texts=each.texts,
            bools=each.bools,
        )
        for (section, key), each in counts.items()
    ]


def _rows_a_file(name: str) -> Iterator[int]:
    """How many rows the files of a table hold, one after the other; the newest of `runs` are in the first."""
    rows = _ROWS_A_FILE.get(name, _ROWS_A_FILE_ELSE)
    most = rows * _OLDER_RUNS if name == "runs" else rows
    while True:
        yield rows
        rows = min(2 * rows, most)


def _needed(name: str, rows: int) -> int:
    for number, room in enumerate(accumulate(_rows_a_file(name)), 1):
        if rows <= room:
            return number
    raise AssertionError("files have room for all rows")


def _compacted(
    connection: duckdb.DuckDBPyConnection, index: Path, name: str, files: Sequence[DataFile]
) -> list[DataFile]:
    """The files of a table other than `runs` and `values`: those that are full and without dead rows stay."""
    dead = _files_with_dead_rows(connection, index, name, files)
    full = _ROWS_A_FILE.get(name, _ROWS_A_FILE_ELSE) // _FULL_SHARE
    small = {each.name for each in files if each.rows < full}
    chosen = dead | (small if len(small) > 1 else set())
    if not chosen:
        return list(files)
    order = ", ".join(table(name).sort)
    query = f"SELECT * FROM {parquet('files')} WHERE run_id IN (SELECT run_id FROM live) ORDER BY {order}"
    paths = [str(index / name / each.name) for each in files if each.name in chosen]
    nan = [column.name for column in table(name).columns if column.has_nan]
    written = _write(connection, index, name, query, {"files": paths}, nan)
    return [*(each for each in files if each.name not in chosen), *written]


def _files_with_dead_rows(
    connection: duckdb.DuckDBPyConnection, index: Path, name: str, files: Iterable[DataFile]
) -> set[str]:
    paths = [str(index / name / each.name) for each in files]
    rows = connection.execute(
        f"SELECT DISTINCT filename FROM {parquet('files', filename=True)} "
        "WHERE run_id NOT IN (SELECT run_id FROM live)",
        {"files": paths},
    ).fetchall()
    return {Path(path).name for (path,) in rows}


def _write(
    connection: duckdb.DuckDBPyConnection,
    index: Path,
    name: str,
    query: str,
    parameters: dict[str, Any],
    nan: Iterable[str],
) -> list[DataFile]:
    """The result of a query as new files of a table."""
    schema = arrow_schema(name)
    pieces = batches(connection, query, parameters, schema, _ROWS_A_PIECE.get(name, _ROWS_A_PIECE_ELSE))
    folder = table_folder(index, name)
    return write_pieces(folder, name, schema, pieces, nan=nan, most=_rows_a_file(name))


def _runs_and_values(
    connection: duckdb.DuckDBPyConnection,
    index: Path,
    base: Snapshot,
    known: dict[str, list[DataFile]],
    plan: Plan,
) -> dict[str, list[DataFile]]:
    moved = moved_keys(base.plan, plan)
    runs, values = known["runs"], known["values"]
    if base.runs and (moved or len(runs) != _needed("runs", base.runs) or _disordered(connection, base)):
        runs = _rewritten_runs(connection, index, base, plan, moved)
    if (
        moved
        or len(values) != _needed("values", base.rows["values"])
        or _files_with_dead_rows(connection, index, "values", values)
    ):
        values = _rewritten_values(connection, index, base, plan, moved)
    return {"runs": runs, "values": values}


def _disordered(connection: duckdb.DuckDBPyConnection, base: Snapshot) -> bool:
    """Do files of `runs` overlap, or stand in another order than newest first? Then a search for the newest
    has to look into all of them."""
    rows = connection.execute(
        f"SELECT filename, min(created_at), max(created_at) FROM {parquet('runs', filename=True)} "
        "WHERE created_at IS NOT NULL GROUP BY filename",
        {"runs": list(base.files["runs"])},
    ).fetchall()
    spans = {Path(file).name: (oldest, newest) for file, oldest, newest in rows}
    order = [spans[Path(file).name] for file in base.files["runs"] if Path(file).name in spans]
    return any(newer[0] < older[1] for newer, older in pairwise(order))


def _rewritten_values(
    connection: duckdb.DuckDBPyConnection,
    index: Path,
    base: Snapshot,
    plan: Plan,
    moved: list[tuple[str, str]],
) -> list[DataFile]:
    connection.register("placed", placed_table(plan))
    query, names = remaining_rows(base.plan, moved)
    files: dict[str, Any] = {"values": list(base.files["values"])}
    if names:
        files["runs"] = list(base.files["runs"])
    return _write(connection, index, "values", query, {**files, **names}, ["num"])


def _rewritten_runs(
    connection: duckdb.DuckDBPyConnection,
    index: Path,
    base: Snapshot,
    plan: Plan,
    moved: list[tuple[str, str]],
) -> list[DataFile]:
    """`runs` in its order, cut into files; keys that are promoted now get their columns piece by piece."""
    schema = runs_schema(base.plan)
    columns = ", ".join(f'"{name}"' for name in schema.names)
    query = f"SELECT {columns} FROM {parquet('runs')} ORDER BY created_at DESC NULLS LAST, run_id"
    promoted = [name for name in moved if name in plan.columns]

    def laid_out(piece: pa.Table) -> pa.Table:
        if not moved:
            return piece
        values = arrow_schema("values").empty_table()
        if promoted:
            values = _moving(connection, base, plan, promoted, piece)
        return relayout(piece, values, base.plan, plan)[0]

    with connection.cursor() as reading:
        pieces = batches(reading, query, {"runs": list(base.files["runs"])}, schema, _ROWS_A_FILE["runs"])
        return write_pieces(
            table_folder(index, "runs"),
            "runs",
            runs_schema(plan),
            map(laid_out, pieces),
            nan=(),
            most=_rows_a_file("runs"),
        )


def _moving(
    connection: duckdb.DuckDBPyConnection,
    base: Snapshot,
    plan: Plan,
    promoted: list[tuple[str, str]],
    chunk: pa.Table,
) -> pa.Table:
    connection.register("placed", placed_table(plan, promoted))
    connection.register("chunk", chunk.select(["run_id"]))
    schema = arrow_schema("values")
    files = {"values": list(base.files["values"])}
    found = list(batches(connection, moving_rows(), files, schema, _ROWS_A_PIECE_ELSE))
    return pa.concat_tables([schema.empty_table(), *found])
