"""The runs of an index written straight into the SQLite files of the rivals, tables made by themselves."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from lineage_index.store.snapshot import Snapshot

__all__ = ["load_haupt", "load_mlflow"]

_RUNS = """
SELECT r.uuid, r.name, r.status, r.kind, r.user, r.project, r.created_at, r.updated_at, r.started_at,
  r.finished_at, r.duration, r.wait_time, r.tags, r.pipeline, p.inputs, p.outputs,
  epoch_ms(r.created_at), epoch_ms(r.updated_at)
FROM read_parquet($runs) r JOIN read_parquet($payload) p USING (run_id) ORDER BY r.created_at, r.uuid
"""


def _rows(snapshot: Snapshot, connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[Any, ...]]:
    files = {name: list(snapshot.files[name]) for name in ("runs", "payload")}
    cursor = connection.execute(_RUNS, files)
    while batch := cursor.fetchmany(5_000):
        yield from batch


def _fast(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path)
    database.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA foreign_keys=OFF;")
    return database


def _tags(text: str | None) -> list[str]:
    return text[1:-1].split("|") if text else []


def load_haupt(snapshot: Snapshot, path: Path) -> None:
    """Projects, users, runs with their JSON, artifacts and edges."""
    database = _fast(path)
    numbers: dict[str, int] = {}
    projects: dict[str, int] = {}
    users: dict[str, int] = {}
    waiting: list[tuple[str, int]] = []
    insert = (
        "INSERT INTO db_run (id, created_at, updated_at, live_state, tags, uuid, started_at, finished_at, "
        "wait_time, duration, status, name, kind, runtime, managed_by, inputs, outputs, meta_info, "
        f"project_id, user_id) VALUES ({', '.join('?' * 20)})"
    )
    with duckdb.connect() as connection, database:
        batch = []
        for number, row in enumerate(_rows(snapshot, connection), start=1):
            uuid, name, status, kind, user, project, created, updated, started, finished = row[:10]
            duration, wait, tags, pipeline, inputs, outputs = row[10:16]
            numbers[uuid] = number
            projects.setdefault(project, len(projects) + 1)
            users.setdefault(user, len(users) + 1)
            if pipeline is not None:
                waiting.append((pipeline, number))
            moments = [each.isoformat(" ", "microseconds") for each in (created, updated, started, finished)]
            told = {tag: tag for tag in _tags(tags)}
            times = (*moments[:2], 1, json.dumps(told), uuid, *moments[2:], wait, duration)
            owners = (projects[project], users[user])
            batch.append((number, *times, status, name, kind, kind, "agent", inputs, outputs, "{}", *owners))
            if len(batch) == 5_000:
                database.executemany(insert, batch)
                batch = []
        database.executemany(insert, batch)
        database.executemany(
            "UPDATE db_run SET pipeline_id = ? WHERE id = ?",
            ((numbers[pipeline], number) for pipeline, number in waiting),
        )
        now = "2026-01-01 00:00:00"
        database.executemany(
            "INSERT INTO db_project (id, created_at, updated_at, live_state, uuid, name) "
            "VALUES (?, ?, ?, 1, ?, ?)",
            ((number, now, now, f"{number:032x}", name) for name, number in projects.items()),
        )
        database.executemany(
            "INSERT INTO db_user (id, password, is_superuser, username, first_name, last_name, email, "
            "is_staff, is_active, date_joined) VALUES (?, '', 0, ?, '', '', '', 0, 1, ?)",
            ((number, name, now) for name, number in users.items()),
        )
        _haupt_relations(snapshot, connection, database, numbers, now)
    database.execute("ANALYZE")
    database.close()


def _haupt_relations(
    snapshot: Snapshot,
    connection: duckdb.DuckDBPyConnection,
    database: sqlite3.Connection,
    numbers: dict[str, int],
    now: str,
) -> None:
    artifacts = connection.execute(
        "SELECT r.uuid, a.name, a.kind, a.path, a.state, a.is_input FROM read_parquet($artifacts) a "
        "JOIN read_parquet($runs) r USING (run_id)",
        {name: list(snapshot.files[name]) for name in ("runs", "artifacts")},
    ).fetchall()
    database.executemany(
        "INSERT INTO db_artifact (id, created_at, updated_at, state, name, kind, path, summary) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, '{}')",
        (
            (number, now, now, state, name, kind, path)
            for number, (_, name, kind, path, state, _) in enumerate(artifacts, start=1)
        ),
    )
    database.executemany(
        "INSERT INTO db_artifactlineage (created_at, updated_at, is_input, artifact_id, run_id) "
        "VALUES (?, ?, ?, ?, ?)",
        (
            (now, now, is_input, number, numbers[uuid])
            for number, (uuid, *_, is_input) in enumerate(artifacts, start=1)
        ),
    )
    edges = connection.execute(
        "SELECT upstream, downstream, kind FROM read_parquet($edges)",
        {"edges": list(snapshot.files["edges"])},
    ).fetchall()
    database.executemany(
        "INSERT INTO db_runedge (kind, upstream_id, downstream_id) VALUES (?, ?, ?)",
        ((kind, numbers[up], numbers[down]) for up, down, kind in edges),
    )


_STATUS = {"succeeded": "FINISHED", "failed": "FAILED", "running": "RUNNING", "stopped": "KILLED"}


def load_mlflow(snapshot: Snapshot, path: Path) -> None:
    """Runs, params (texts there), numbers as metrics (inputs too, as `in_…`), tags. A point a metric."""
    database = _fast(path)
    experiments = dict(database.execute("SELECT name, experiment_id FROM experiments").fetchall())
    with duckdb.connect() as connection, database:
        rows: dict[str, list[tuple[Any, ...]]] = {name: [] for name in _MLFLOW}
        for number, row in enumerate(_rows(snapshot, connection), start=1):
            _mlflow_rows(rows, row, experiments)
            if number % 2_000 == 0:
                _insert(database, rows)
        _insert(database, rows)
    database.execute("ANALYZE")
    database.close()


_MLFLOW = {
    "runs": "run_uuid, name, status, start_time, end_time, lifecycle_stage, artifact_uri, experiment_id, "
    "user_id, source_type",
    "params": "key, value, run_uuid",
    "metrics": "key, value, timestamp, run_uuid, step, is_nan",
    "latest_metrics": "key, value, timestamp, step, is_nan, run_uuid",
    "tags": "key, value, run_uuid",
}


def _insert(database: sqlite3.Connection, rows: dict[str, list[tuple[Any, ...]]]) -> None:
    for name, columns in _MLFLOW.items():
        places = ", ".join("?" * len(columns.split(",")))
        database.executemany(f"INSERT INTO {name} ({columns}) VALUES ({places})", rows[name])
        rows[name].clear()


def _mlflow_rows(
    rows: dict[str, list[tuple[Any, ...]]], row: tuple[Any, ...], experiments: dict[str, int]
) -> None:
    uuid, name, status, _, user, project = row[:6]
    tags, pipeline, inputs, outputs, created, updated = row[12:18]
    place = (f"a/{uuid}/artifacts", experiments[project], user, "LOCAL")
    rows["runs"].append((uuid, name, _STATUS.get(status, "SCHEDULED"), created, updated, "active", *place))
    told = {"mlflow.runName": name, **dict.fromkeys(_tags(tags), "1")}
    if pipeline is not None:
        told["pipeline"] = pipeline
    rows["tags"].extend((key, value, uuid) for key, value in told.items())
    numbers: dict[str, float] = {}
    for prefix, values in (("in_", json.loads(inputs)), ("", json.loads(outputs))):
        for key, value in values.items():
            if isinstance(value, bool) or not isinstance(value, int | float):
                rows["params"].append((key, str(value), uuid))
            else:
                numbers[prefix + key] = value
                if prefix:
                    rows["params"].append((key, str(value), uuid))
    rows["metrics"].extend((key, value, updated, uuid, 0, False) for key, value in numbers.items())
    rows["latest_metrics"].extend((key, value, updated, 0, False, uuid) for key, value in numbers.items())
