"""The importer on a store that the real Polyaxon client wrote, against the manifest of what was logged."""

from __future__ import annotations

import hashlib
import json
import math
import pickle
import tarfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from lineage_index.ingest.batch import read_batch
from lineage_index.ingest.content import content_fingerprint
from lineage_index.ingest.folder import read_run
from lineage_index.ingest.points import POINTS_SCHEMA
from lineage_index.ingest.record import Problem, RunRecord, SeriesRecord
from lineage_index.ingest.scan import RunFolder, scan

FIXTURES = Path(__file__).parent.parent / "fixtures"
MANIFEST = {
    entry["uuid"]: entry
    for entry in map(
        json.loads,
        (FIXTURES / "polyaxon_offline_store.manifest.jsonl").read_text(encoding="utf-8").splitlines(),
    )
}
RUNS = pytest.mark.parametrize("uuid", sorted(MANIFEST))


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("real_store")
    with tarfile.open(FIXTURES / "polyaxon_offline_store.tar.gz") as archive:
        archive.extractall(target, filter="data")
    return target / "runs"


@pytest.fixture(scope="session")
def found(store: Path) -> list[RunFolder | Problem]:
    return list(scan(store))


@pytest.fixture(scope="session")
def records(found: list[RunFolder | Problem]) -> dict[str, RunRecord]:
    folders = [each for each in found if isinstance(each, RunFolder)]
    return {folder.relative: read_run(folder) for folder in folders}


def series_by_path(record: RunRecord) -> dict[str, SeriesRecord]:
    return {
        f"{'resources' if each.resource else 'events'}/{each.kind}/{each.name}.plx": each
        for each in record.series
    }


def digest(series: SeriesRecord) -> str:
    assert series.points is not None
    pairs = zip(series.points.steps, series.points.values, strict=True)
    lines = [f"{'' if step is None else step}|{value!r}" for step, value in pairs]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def in_file(store: Path, uuid: str, name: str) -> Any:
    path = store / uuid / name
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def naive(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None)


def cut_files(uuid: str) -> set[str]:
    return {each["file"] for each in MANIFEST[uuid]["damage"] if each["how"].startswith("last line")}


def test_every_run_is_found_and_all_else_is_named(found: list[RunFolder | Problem]) -> None:
    folders = [each for each in found if isinstance(each, RunFolder)]
    assert [each.uuid_hint for each in folders] == sorted(MANIFEST)
    skipped = {(each.code, each.path) for each in found if isinstance(each, Problem)}
    assert skipped == {("not-a-run", "not-a-run"), ("not-a-run", "stray.json")}


@RUNS
def test_scalars(records: dict[str, RunRecord], uuid: str) -> None:
    record, entry = records[uuid], MANIFEST[uuid]
    assert record.uuid == uuid
    if entry["end"] == "killed":
        assert set(record.scalars) == {"status", "updated_at"}
        assert record.scalars["status"] == "unknown"
        assert record.tags == ()
        return
    logged = entry["logged"]
    for name in ("name", "description", "owner", "project", "status"):
        assert record.scalars.get(name) == logged[name]
    assert record.tags == tuple(logged["tags"] or ())
    assert record.scalars["managed_by"] == "user"
    assert record.scalars["is_managed"] is False


@RUNS
def test_what_the_file_says_is_all_there(records: dict[str, RunRecord], store: Path, uuid: str) -> None:
    record, said = records[uuid], in_file(store, uuid, "run.plx.json")
    if said is None:
        assert MANIFEST[uuid]["end"] == "killed"
        assert (record.inputs, record.outputs, record.meta_info, record.rest) == ({}, {}, {}, {})
        return
    for name in ("created_at", "started_at", "finished_at"):
        assert record.scalars[name] == naive(said.pop(name))
    for name in ("inputs", "outputs", "meta_info"):
        assert getattr(record, name) == said.pop(name, {})
    conditions = said.pop("status_conditions")
    assert [each.type for each in record.statuses] == [each["type"] for each in conditions]
    assert [each.message for each in record.statuses] == [each["message"] for each in conditions]
    assert [each.last_update_time for each in record.statuses] == [
        naive(each["last_update_time"]) for each in conditions
    ]
    assert record.scalars["updated_at"] == naive(conditions[-1]["last_update_time"])
    assert said.pop("uuid") == uuid
    assert tuple(said.pop("tags", ())) == record.tags
    derived = {"created_at", "started_at", "finished_at", "updated_at"}
    assert {name: value for name, value in record.scalars.items() if name not in derived} == said
    assert record.rest == {}


@RUNS
def test_inputs_and_outputs_are_those_that_were_logged(records: dict[str, RunRecord], uuid: str) -> None:
    record, entry = records[uuid], MANIFEST[uuid]
    if entry["end"] == "killed":
        return
    logged = entry["logged"]
    if "inputs" in logged:
        assert record.inputs == logged["inputs"]
    for name, value in logged.get("outputs", {}).items():
        assert record.outputs[name] == value
    for name, metric in logged["metrics"].items():
        last = float(metric["last"])
        if math.isnan(last):
            assert record.outputs[name] is None
        else:
            assert record.outputs[name] == pytest.approx(last, rel=1e-12, abs=0)


@RUNS
def test_artifacts(records: dict[str, RunRecord], store: Path, uuid: str) -> None:
    record, entry = records[uuid], MANIFEST[uuid]
    keys = ("name", "kind", "path", "is_input")
    said = in_file(store, uuid, "lineages.plx.json")
    expected = [tuple(each[key] for key in keys) for each in entry["lineage"]]
    if said is None:
        from_events = {
            (Path(path).stem, Path(path).parent.name, path, False)
            for path in entry["files"]
            if path.startswith("events/")
        }
        assert {tuple(getattr(each, key) for key in keys) for each in record.artifacts} == from_events
        assert from_events >= {each for each in expected if each[2] and each[2].startswith("events/")}
        return
    assert [tuple(getattr(each, key) for key in keys) for each in record.artifacts] == expected
    for artifact, each in zip(record.artifacts, said, strict=True):
        summary = each.get("summary")
        assert artifact.summary == summary
        assert artifact.state == ((summary or {}).get("hash") or each.get("path"))


@RUNS
def test_series_count_the_complete_lines_of_every_event_file(
    records: dict[str, RunRecord], uuid: str
) -> None:
    files = MANIFEST[uuid]["files"]
    expected = {path: each["data_lines"] for path, each in files.items() if "data_lines" in each}
    assert {path: each.count for path, each in series_by_path(records[uuid]).items()} == expected


@RUNS
def test_steps_of_events(records: dict[str, RunRecord], uuid: str) -> None:
    series = series_by_path(records[uuid])
    for kind, names in MANIFEST[uuid]["logged"]["events"].items():
        for name, steps in names.items():
            each = series[f"events/{kind}/{name}.plx"]
            known = [step for step in steps if step is not None]
            assert (each.first_step, each.last_step) == (min(known, default=None), max(known, default=None))


@RUNS
def test_metrics(records: dict[str, RunRecord], uuid: str) -> None:
    series = series_by_path(records[uuid])
    for name, metric in MANIFEST[uuid]["logged"]["metrics"].items():
        path = f"events/metric/{name}.plx"
        each = series[path]
        assert each.summary is not None
        assert repr(each.summary.first) == metric["first"]
        if path in cut_files(uuid):
            assert each.count == metric["points"] - 1
            continue
        assert each.count == metric["points"]
        assert digest(each) == metric["sha256_of_step_value_lines"]
        assert repr(each.summary.last) == metric["last"]
        assert each.summary.nans == metric["nan"]
        assert each.points is not None
        assert each.points.values.count(math.inf) == metric["inf"]
        assert each.points.values.count(-math.inf) == metric["neg_inf"]
        if not metric["inf"] and not metric["neg_inf"]:
            assert (each.summary.min, each.summary.max) == (metric.get("min"), metric.get("max"))
            mean = metric.get("mean")
            assert each.summary.mean == (None if mean is None else pytest.approx(mean, rel=1e-12))


@RUNS
def test_damage_is_told_with_its_file(records: dict[str, RunRecord], uuid: str) -> None:
    expected = set()
    entry = MANIFEST[uuid]
    if entry["end"] == "killed":
        expected = {("no-run-file", "run.plx.json"), ("no-lineage-file", "lineages.plx.json")}
    for damage in entry["damage"]:
        code = "no-lineage-file" if damage["how"] == "drop-lineages" else "cut-line"
        expected.add((code, damage["file"]))
    told = {(each.code, each.path) for each in records[uuid].problems}
    assert told == {(code, f"{uuid}/{file}") for code, file in expected}
    for problem in records[uuid].problems:
        assert problem.lost
        if problem.code == "cut-line":
            assert problem.line == entry["files"][problem.path.removeprefix(f"{uuid}/")]["data_lines"] + 2


def test_a_batch_gives_the_same_records_and_the_same_points(
    found: list[RunFolder | Problem], records: dict[str, RunRecord]
) -> None:
    folders = [each for each in found if isinstance(each, RunFolder)]
    tables: list[pa.Table] = []
    batch = pickle.loads(pickle.dumps(read_batch(folders, tables.append)))
    assert all(table.schema == POINTS_SCHEMA for table in tables)
    names = [(run, place) for run, record in enumerate(batch) for place in range(len(record.series))]
    points: dict[tuple[int, int], list[tuple[Any, ...]]] = {}
    for row in pa.concat_tables(tables).to_pylist():
        where = points.setdefault(names[row["place"]], [])
        assert row["seq"] == len(where)
        time = row["time"] and (row["time"] - datetime(1970, 1, 1)).total_seconds() * 1e6  # noqa: DTZ001
        where.append((row["step"], time and round(time), repr(row["value"])))
    for run, (folder, record) in enumerate(zip(folders, batch, strict=True)):
        alone = records[folder.relative]
        assert [each.summary for each in record.series if each.kind != "metric"] == [
            each.summary for each in alone.series if each.kind != "metric"
        ]
        for place, (left, right) in enumerate(zip(record.series, alone.series, strict=True)):
            assert left.points is None
            assert repr(left.summary) == repr(right.summary)
            if right.points is not None:
                values = map(repr, right.points.values)
                expected = list(zip(right.points.steps, right.points.times, values, strict=True))
                assert points.pop((run, place), []) == expected
        assert record.problems == alone.problems
        assert (record.scalars, record.artifacts) == (alone.scalars, alone.artifacts)
    assert not points


def test_the_store_is_only_read(store: Path, found: list[RunFolder | Problem]) -> None:
    again = list(scan(store))
    assert again == found
    prints = [content_fingerprint(each) for each in again if isinstance(each, RunFolder)]
    assert len(set(prints)) == len(prints)


def test_the_store_above_is_found_by_its_child(store: Path, found: list[RunFolder | Problem]) -> None:
    above = [each for each in scan(store.parent) if isinstance(each, RunFolder)]
    below = [each for each in found if isinstance(each, RunFolder)]
    assert [each.relative for each in above] == [f"runs/{each.relative}" for each in below]
    assert [each.fingerprint for each in above] == [each.fingerprint for each in below]
