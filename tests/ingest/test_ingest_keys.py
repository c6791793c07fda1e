"""The keys of a run's file."""

from __future__ import annotations

import json
import math
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from ingest_store import (
    DASHED,
    OTHER,
    UUID,
    codes,
    folders,
    only_problem,
    put,
    read_keys,
    read_only,
    run_file,
)

from lineage_index.ingest.folder import read_run
from lineage_index.ingest.record import EdgeRecord, Relation
from pql.catalog.tables import ColumnType, table

FULL: dict[str, Any] = {
    "uuid": DASHED,
    "name": "n",
    "description": "d",
    "tags": ["a", "b", "a"],
    "user": "u",
    "owner": "o",
    "project": "p",
    "schedule_at": "2026-01-01T00:00:00+01:00",
    "created_at": "2026-01-02T00:00:00",
    "updated_at": "2026-01-03T00:00:00Z",
    "started_at": "2026-01-04",
    "finished_at": "2026-01-05T00:00:00.123456+00:00",
    "wait_time": 1,
    "duration": 2.5,
    "managed_by": "agent",
    "is_managed": True,
    "is_approved": True,
    "pending": "approval",
    "content": "{}",
    "status": "running",
    "live_state": 1,
    "meta_info": {"has_events": True},
    "kind": "job",
    "runtime": "job",
    "inputs": {"lr": 0.1, "deep": {"a": [1]}},
    "outputs": {"loss": None},
    "original": {"uuid": OTHER, "name": "before", "kind": "copy", "runtime": "job"},
    "pipeline": {"uuid": OTHER, "name": "dag", "kind": "dag", "runtime": "dag"},
    "contributors": [{"username": "ann", "role": "creator"}, "ben"],
    "resources": {"cpu": "500m", "memory": "1Ki", "gpu": 1, "custom": 2, "cost": 0.5, "extra": 1},
    "settings": {
        "namespace": "ns",
        "queue": {"name": "q"},
        "agent": {"name": "ag"},
        "artifacts_store": "st",
        "component": {"name": "c", "state": "s", "kind": "k"},
        "build": {"a": 1},
    },
    "controller": DASHED,
    "state": OTHER.upper(),
    "upstream": [
        {"run": DASHED, "kind": "dag", "values": {"a": 1}, "statuses": ["succeeded"]},
        {"run": {"uuid": OTHER}},
    ],
    "connections": [{"name": "s3", "kind": "s3"}, "git"],
    "framework": "torch",
    "backend": "cuda",
    "teams": ["t"],
}


def test_an_empty_mapping_is_as_good_as_an_empty_list(tmp_path: Path) -> None:
    record = read_keys(tmp_path, contributors={}, status_conditions={})
    assert (record.contributors, record.statuses, record.rest, record.problems) == ((), (), {}, ())


def test_every_key_finds_its_place(tmp_path: Path) -> None:
    record = read_keys(tmp_path, **FULL)
    assert record.problems == ()
    assert record.scalars == {
        "name": "n",
        "description": "d",
        "user": "u",
        "owner": "o",
        "project": "p",
        "schedule_at": datetime(2025, 12, 31, 23),  # noqa: DTZ001
        "created_at": datetime(2026, 1, 2),  # noqa: DTZ001
        "updated_at": datetime(2026, 1, 3),  # noqa: DTZ001
        "started_at": datetime(2026, 1, 4),  # noqa: DTZ001
        "finished_at": datetime(2026, 1, 5, 0, 0, 0, 123456),  # noqa: DTZ001
        "wait_time": 1.0,
        "duration": 2.5,
        "managed_by": "agent",
        "is_managed": True,
        "pending": "approval",
        "status": "running",
        "live_state": 1,
        "kind": "job",
        "runtime": "job",
        "cloning_kind": "copy",
        "cpu": 0.5,
        "memory": 1024.0,
        "gpu": 1.0,
        "custom": 2.0,
        "cost": 0.5,
        "namespace": "ns",
        "queue": "q",
        "agent": "ag",
        "artifacts_store": "st",
        "component_state": "s",
        "state": OTHER,
        "framework": "torch",
        "backend": "cuda",
    }
    assert record.tags == ("a", "b")
    assert record.contributors == ("ann", "ben")
    assert record.teams == ("t",)
    assert record.connections == (("s3", "s3"), ("git", None))
    assert record.pipeline == Relation(OTHER, "dag", "dag", "dag")
    assert record.original == Relation(OTHER, "before", None, "job")
    assert record.controller == UUID
    assert record.edges == (
        EdgeRecord(UUID, "dag", {"a": 1}, ("succeeded",)),
        EdgeRecord(OTHER, "manual"),
    )
    assert (record.inputs, record.outputs) == (FULL["inputs"], FULL["outputs"])
    assert record.meta_info == FULL["meta_info"]
    assert record.rest == {
        "is_approved": True,
        "content": "{}",
        "contributors": FULL["contributors"],
        "resources": {"extra": 1},
        "settings": {"component": {"name": "c", "kind": "k"}, "build": {"a": 1}},
    }


def test_scalars_are_columns_of_the_column_type(tmp_path: Path) -> None:
    types = {
        ColumnType.TEXT: str,
        ColumnType.FLOAT64: float,
        ColumnType.INT64: int,
        ColumnType.BOOL: bool,
        ColumnType.TIMESTAMP: datetime,
    }
    columns = {column.name: types[column.type] for column in table("runs").columns}
    for name, value in read_keys(tmp_path, **FULL).scalars.items():
        assert type(value) is columns[name], name


WRONG = {
    **dict.fromkeys(("name", "status", "kind", "user", "framework", "state"), 5),
    **dict.fromkeys(("created_at", "finished_at"), 1732231322),
    **dict.fromkeys(("duration", "live_state", "is_managed"), "1"),
    **{key: [1] for key in ("inputs", "outputs", "meta_info", "resources", "settings")},
    **dict.fromkeys(("tags", "status_conditions", "upstream", "connections"), "a"),
    "pipeline": 5,
    "wait_time": True,
}


@pytest.mark.parametrize("key", sorted(WRONG))
def test_a_key_of_a_wrong_type_is_dropped_alone(tmp_path: Path, key: str) -> None:
    record = read_keys(tmp_path, **{**FULL, key: WRONG[key]})
    problem = only_problem(record)
    assert (problem.code, problem.path) == ("wrong-type", f"{UUID}/run.plx.json")
    assert key in problem.message
    assert key in problem.lost
    if key != "status":
        assert key not in record.scalars or key == "updated_at"
    assert record.rest[key] == WRONG[key]
    whole = read_keys(tmp_path / "other", **FULL)
    kept = {name: value for name, value in whole.scalars.items() if name in record.scalars and name != key}
    assert kept.items() <= record.scalars.items()
    assert record.scalars["owner"] == "o"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("created_at", "soon"),
        ("duration", math.nan),
        ("duration", math.inf),
        ("duration", 10**400),
        ("live_state", 2**63),
        ("pipeline", "not-a-uuid"),
        ("pipeline", {"name": "no uuid"}),
        ("controller", "x"),
        ("uuid", "x"),
        ("resources", {"memory": "lots"}),
        ("resources", {"cpu": -1}),
    ],
)
def test_a_value_that_cannot_be_read_is_dropped_alone(tmp_path: Path, key: str, value: Any) -> None:
    record = read_keys(tmp_path, **{**FULL, key: value})
    assert codes(record) == ["bad-value"]
    assert key not in record.scalars
    assert repr(record.rest[key]) == repr(value)
    assert record.scalars["name"] == "n"


@pytest.mark.parametrize(
    ("key", "value", "left"),
    [
        ("tags", ["a", 5, None, "b"], 2),
        ("contributors", [{"role": "x"}, "ben"], 1),
        ("connections", [{"kind": "x"}, 7, "git"], 1),
        ("upstream", ["x", {"kind": "dag"}, {"run": DASHED}], 1),
        ("status_conditions", [5, {"status": True}, {"type": "running"}], 1),
    ],
)
def test_a_bad_entry_is_dropped_alone(tmp_path: Path, key: str, value: Any, left: int) -> None:
    record = read_keys(tmp_path, **{**FULL, key: value})
    assert codes(record) == ["bad-entry"] * (len(value) - left)
    field = {"upstream": "edges", "status_conditions": "statuses"}.get(key, key)
    assert len(getattr(record, field)) == left


@pytest.mark.parametrize("value", [5, "text", [1], None])
def test_a_file_that_is_no_mapping(tmp_path: Path, value: Any) -> None:
    put(tmp_path / UUID, "run.plx.json", json.dumps(value))
    record = read_only(tmp_path)
    assert codes(record) == ["wrong-type"]
    assert record.scalars == {"status": "unknown"}


def test_nulls_are_as_good_as_missing(tmp_path: Path) -> None:
    record = read_keys(tmp_path, **dict.fromkeys(FULL))
    assert (record.scalars, record.problems) == ({"status": "unknown"}, ())
    assert record.rest == {"is_approved": None, "content": None}


CONDITIONS = [
    {"type": "created", "last_update_time": "2026-01-01T00:00:00Z"},
    {"type": "failed", "status": "True", "last_transition_time": "2026-01-02T00:00:00Z"},
    {"type": "stopped"},
]


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"updated_at": "2026-02-01", "status_conditions": CONDITIONS}, datetime(2026, 2, 1)),  # noqa: DTZ001
        ({"finished_at": "2026-03-01", "status_conditions": CONDITIONS}, datetime(2026, 1, 2)),  # noqa: DTZ001
        ({"finished_at": "2026-03-01", "started_at": "2026-04-01"}, datetime(2026, 3, 1)),  # noqa: DTZ001
        ({"started_at": "2026-04-01", "created_at": "2026-05-01"}, datetime(2026, 4, 1)),  # noqa: DTZ001
        ({"created_at": "2026-05-01"}, datetime(2026, 5, 1)),  # noqa: DTZ001
        ({}, None),
    ],
)
def test_a_missing_time_of_update_is_derived(tmp_path: Path, keys: Any, expected: datetime | None) -> None:
    record = read_keys(tmp_path, **keys)
    assert record.scalars.get("updated_at") == expected
    assert record.scalars.get("created_at") == (datetime(2026, 5, 1) if "created_at" in keys else None)  # noqa: DTZ001


def test_a_missing_status_is_that_of_the_last_condition(tmp_path: Path) -> None:
    record = read_keys(tmp_path, status_conditions=CONDITIONS)
    assert record.scalars["status"] == "stopped"
    assert [each.status for each in record.statuses] == [None, True, None]


def test_an_original_of_another_kind_keeps_it(tmp_path: Path) -> None:
    record = read_keys(tmp_path, original={"uuid": OTHER, "kind": "job"})
    assert record.original == Relation(OTHER, None, "job")
    assert record.scalars["cloning_kind"] == "job"


def test_an_integer_beyond_every_double_counts_as_infinite(tmp_path: Path) -> None:
    record = read_keys(tmp_path, inputs={"a": 10**400, "b": -(10**400), "c": 10**308, "d": 2**63})
    assert record.inputs == {"a": math.inf, "b": -math.inf, "c": 10**308, "d": 2**63}
    assert codes(record) == ["huge-number"] * 2


def test_a_hundred_thousand_keys_are_read(tmp_path: Path) -> None:
    inputs = {f"k{i}": i for i in range(100_000)}
    assert read_keys(tmp_path, inputs=inputs).inputs == inputs


def test_the_folder_names_the_run(tmp_path: Path) -> None:
    run_file(tmp_path / UUID, uuid=OTHER)
    record = read_only(tmp_path)
    assert record.uuid == UUID
    assert only_problem(record).code == "uuid-differs"


def test_a_folder_with_another_name_asks_the_file(tmp_path: Path) -> None:
    run_file(tmp_path / "my run", uuid=DASHED)
    record = read_only(tmp_path)
    assert (record.uuid, record.problems) == (UUID, ())


def test_a_run_without_any_uuid_gets_a_lasting_one(tmp_path: Path) -> None:
    run_file(tmp_path / "a" / "my run", name="x")
    run_file(tmp_path / "a" / "your run", name="x")
    run_file(tmp_path / "b" / "my run", name="y")
    first = read_only(tmp_path / "b")
    assert only_problem(first).code == "no-uuid"
    assert first.uuid in only_problem(first).message
    uuids = [read_run(each).uuid for each in folders(tmp_path / "a")]
    assert uuids[0] == first.uuid != uuids[1]
