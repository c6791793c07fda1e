"""Does every table of a snapshot agree with every other?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from deltalake.exceptions import DeltaError

from lineage_index.store.delta import open_table
from lineage_index.store.engine import spilling
from lineage_index.store.errors import IndexUnreadable
from lineage_index.store.fetched import local_files
from lineage_index.store.keys import Counts, counts_of
from lineage_index.store.locked import parquet
from lineage_index.store.longview import misplaced_count, placed_table
from lineage_index.store.recount import count_keys
from lineage_index.store.schema import arrow_schema, runs_schema
from lineage_index.store.shelf import present
from lineage_index.store.snapshot import Snapshot
from pql.catalog.tables import SCHEMA_VERSION

__all__ = ["Finding", "verify"]

Step = Callable[..., "Iterator[Finding]"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not agree: in which table, under which short name, and in words."""

    table: str
    code: str
    message: str


def verify(snapshot: Snapshot, progress: Callable[[int, int], None] | None = None) -> list[Finding]:
    """What is wrong with a snapshot; nothing if all is well. Reads all of it, memory stays bounded.

    `progress` is told how many rows are looked through, and how many are to be: some are several times.
    Raises IndexUnreadable if the files cannot be read at all.
    """
    done = 0
    steps = _steps(snapshot)

    def passed(step: Step) -> None:
        nonlocal done
        done += steps[step]
        if progress is not None:
            progress(done, sum(steps.values()))

    try:
        findings = [*_files(snapshot), *_log(snapshot)]
        if any(each.code in ("file-missing", "file-schema") for each in findings):
            return findings
        with spilling(snapshot.path) as connection:
            connection.execute(
                f"CREATE TEMP TABLE live AS SELECT run_id, uuid FROM {parquet('runs')}",
                {"runs": list(snapshot.files["runs"])},
            )
            for step in (_runs, _owners, _one_each, _history):
                findings += step(connection, snapshot)
                passed(step)
        findings += _keys(snapshot)
        passed(_keys)
        return findings
    except (OSError, duckdb.Error, DeltaError, pa.ArrowException) as error:
        path = str(snapshot.path)
        raise IndexUnreadable(path, f"the index at {path} cannot be read: {error}") from error


def _steps(snapshot: Snapshot) -> dict[Step, int]:
    """The rows that each step looks through."""
    rows = snapshot.rows
    return {
        _runs: 3 * rows["runs"],
        _owners: sum(rows[name] for name in (*_OWNED, "recorded_edges", "edges")),
        _one_each: rows["payload"] + 2 * rows["values"],
        _history: rows["points"] + rows["series"],
        _keys: rows["runs"] + rows["values"],
    }


def _files(snapshot: Snapshot) -> Iterator[Finding]:
    there = present(snapshot.path, list(snapshot.data_files))
    for name, files in snapshot.data_files.items():
        schema = runs_schema(snapshot.plan) if name == "runs" else arrow_schema(name)
        for file, rows, size in files:
            found = there.get(f"{name}/{file}")
            if found is None:
                yield Finding(name, "file-missing", f"{file} is not there")
            elif found.size != size:
                yield Finding(name, "file-size", f"{file} has {found.size} bytes, not {size}")
            else:
                (path,) = map(Path, local_files(snapshot.path, name, [(file, size)]))
                yield from _footer(name, path, rows, schema, snapshot.schema == SCHEMA_VERSION)


def _footer(name: str, path: Path, rows: int, schema: pa.Schema, exact: bool) -> Iterator[Finding]:
    with pq.ParquetFile(path) as file:
        if file.metadata.num_rows != rows:
            yield Finding(name, "file-rows", f"{path.name} has {file.metadata.num_rows} rows, not {rows}")
        if not _is_schema(file.schema_arrow, schema, exact):
            yield Finding(name, "file-schema", f"{path.name} has other columns than its table")


def _is_schema(found: pa.Schema, expected: pa.Schema, exact: bool) -> bool:
    """Files of another minor version may have more columns, or fewer."""
    if exact:
        return bool(found.equals(expected))
    return all(field.name not in found.names or found.field(field.name).equals(field) for field in expected)


def _log(snapshot: Snapshot) -> Iterator[Finding]:
    versions = {**snapshot.versions, "runs": snapshot.version}
    for name, version in versions.items():
        table = open_table(snapshot.path, name, version)
        logged = set(pa.table(table.get_add_actions()).column("path").to_pylist())
        if logged != {each.name for each in snapshot.data_files[name]}:
            yield Finding(name, "log", f"version {version} of the log has other files than the manifest")


def _count(connection: duckdb.DuckDBPyConnection, query: str, **files: tuple[str, ...]) -> int:
    ((count,),) = connection.execute(query, {name: list(paths) for name, paths in files.items()}).fetchall()
    return int(count)


def _runs(connection: duckdb.DuckDBPyConnection, snapshot: Snapshot) -> Iterator[Finding]:
    for what, columns in (("run_id", "run_id"), ("uuid", "uuid"), ("place", "store, folder")):
        twice = _count(
            connection,
            f"SELECT count(*) FROM (SELECT {columns} FROM {parquet('runs')} "
            f"WHERE coalesce({columns}) IS NOT NULL GROUP BY ALL HAVING count(*) > 1)",
            runs=snapshot.files["runs"],
        )
        if twice:
            yield Finding("runs", f"{what}-twice", f"{twice} values of {columns} have more than one row")


_OWNED = ("values", "artifacts", "edges", "connections", "statuses", "series", "points", "payload")


def _owners(connection: duckdb.DuckDBPyConnection, snapshot: Snapshot) -> Iterator[Finding]:
    for name in _OWNED:
        strangers = _count(
            connection,
            f"SELECT count(DISTINCT run_id) FROM {parquet('files')} "
            "WHERE run_id NOT IN (SELECT run_id FROM live)",
            files=snapshot.files[name],
        )
        if strangers > snapshot.dead_runs:
            words = f"rows of {strangers} runs that are not there, {snapshot.dead_runs} known to have left"
            yield Finding(name, "strangers", words)
    if snapshot.files["recorded_edges"]:
        twice = _count(
            connection,
            f"SELECT count(*) FROM (SELECT downstream, upstream, kind FROM {parquet('files')} "
            "GROUP BY ALL HAVING count(*) > 1)",
            files=snapshot.files["recorded_edges"],
        )
        if twice:
            yield Finding("recorded_edges", "edge-twice", f"{twice} edges were recorded more than once")
    others = _count(
        connection,
        f"SELECT count(*) FROM {parquet('files')} e JOIN live USING (run_id) WHERE e.downstream <> live.uuid",
        files=snapshot.files["edges"],
    )
    if others:
        yield Finding("edges", "downstream", f"{others} edges do not end at the run they belong to")


def _one_each(connection: duckdb.DuckDBPyConnection, snapshot: Snapshot) -> Iterator[Finding]:
    wrong = _count(
        connection,
        f"SELECT count(*) FROM (SELECT run_id, count(p.run_id) n FROM live LEFT JOIN {parquet('files')} p "
        "USING (run_id) GROUP BY run_id HAVING n <> 1)",
        files=snapshot.files["payload"],
    )
    if wrong:
        yield Finding("payload", "not-one", f"{wrong} runs have no payload or several")
    twice = _count(
        connection,
        f"SELECT count(*) FROM (SELECT section, key, run_id FROM {parquet('files')} "
        "WHERE run_id IN (SELECT run_id FROM live) GROUP BY ALL HAVING count(*) > 1)",
        files=snapshot.files["values"],
    )
    if twice:
        yield Finding("values", "value-twice", f"{twice} values stand in several rows")
    connection.register("placed", placed_table(snapshot.plan))
    misplaced = _count(connection, misplaced_count(), values=snapshot.files["values"])
    if misplaced:
        yield Finding("values", "misplaced", f"{misplaced} values with a column have a row too")


def _history(connection: duckdb.DuckDBPyConnection, snapshot: Snapshot) -> Iterator[Finding]:
    # An index may be without points; where a run has some, they are all there.
    wrong = _count(
        connection,
        f"SELECT count(*) FROM (SELECT section, key, run_id, count(*) n FROM {parquet('points')} "
        f"WHERE run_id IN (SELECT run_id FROM live) GROUP BY ALL) p LEFT JOIN {parquet('series')} s "
        "ON s.run_id = p.run_id AND s.section = p.section AND s.name = p.key AND s.kind = 'metric' "
        "WHERE s.count IS DISTINCT FROM p.n",
        points=snapshot.files["points"],
        series=snapshot.files["series"],
    )
    if wrong:
        yield Finding(
            "points", "count", f"{wrong} metrics have other numbers of points than their series say"
        )


def _keys(snapshot: Snapshot) -> Iterator[Finding]:
    told = counts_of(snapshot.files["keys"])
    found = count_keys(snapshot.files["runs"], snapshot.files["values"], snapshot.plan)
    for name in sorted({*told, *found}):
        if told.get(name) != found.get(name):
            yield Finding(
                "keys", "counts", f"{'.'.join(name)}: {_told(told, name)}, but {_told(found, name)}"
            )


def _told(counts: Counts, name: tuple[str, str]) -> str:
    return repr(counts[name]) if name in counts else "no row"
