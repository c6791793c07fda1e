"""Edges that are recorded after their runs were read."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import store_worker
from store_samples import content, full, run

from lineage_index import Index, record_edges
from lineage_index.store import publish, recorded
from lineage_index.store.compaction import compact
from lineage_index.store.errors import IndexMissing, IndexTooNew
from lineage_index.store.snapshot import open_snapshot
from lineage_index.store.verify import verify
from lineage_index.store.writer import write_batch, write_index

A, B, C, LATER = (f"{n:032x}" for n in (0, 1, 2, 77))


def rows(path: Path) -> list[tuple[str, str, str, Any]]:
    tables = [pq.read_table(file, partitioning=None) for file in open_snapshot(path).files["recorded_edges"]]
    found = [
        (row["downstream"], row["upstream"], row["kind"], json.loads(row["values"]))
        for row in pa.concat_tables(tables).to_pylist()
    ]
    return sorted(found, key=lambda row: row[:3])


def uuids(path: Path, query: str) -> set[str]:
    with Index.open(path) as index:
        return {each["uuid"] for each in index.search(query)}


def test_edges_of_a_run_are_replaced_in_one_commit(tmp_path: Path) -> None:
    write_index(tmp_path, [run(n) for n in range(3)])
    assert record_edges(tmp_path, C, {A: {"lr": 0.1}, B: {"lr": None}}) == 1
    assert rows(tmp_path) == [(C, A, "join", {"lr": 0.1}), (C, B, "join", {"lr": None})]
    assert uuids(tmp_path, f"upstream:{A}") == {C}
    assert record_edges(tmp_path, B, {A: {}}) == 2
    assert record_edges(tmp_path, C, {A: {"by hand": 1}}, kind="manual") == 3
    assert uuids(tmp_path, f"upstream:{A}") == {B, C}
    assert record_edges(tmp_path, C, {B: {"lr": [2, "x"]}}) == 4
    assert record_edges(tmp_path, C, {B: {"lr": [2, "x"]}}) == 4
    assert rows(tmp_path) == [
        (B, A, "join", {}),
        (C, A, "manual", {"by hand": 1}),
        (C, B, "join", {"lr": [2, "x"]}),
    ]
    assert record_edges(tmp_path, C, {}) == 5
    assert record_edges(tmp_path, C, {}) == 5
    assert rows(tmp_path) == [(B, A, "join", {}), (C, A, "manual", {"by hand": 1})]
    assert verify(open_snapshot(tmp_path)) == []
    with Index.open(tmp_path, as_of=0) as index:
        assert list(index.search(f"upstream:{A}")) == []


def test_edges_wait_for_a_run_that_is_not_there_yet(tmp_path: Path) -> None:
    write_index(tmp_path, [full(n) for n in range(3)])
    record_edges(tmp_path, LATER, {A: {"x": 1}})
    assert uuids(tmp_path, f"upstream:{A}") == set()
    write_batch(tmp_path, [run(77)], store="store")
    assert uuids(tmp_path, f"upstream:{A}") == {LATER}
    write_batch(tmp_path, [], store="store", gone=[LATER])
    assert uuids(tmp_path, f"upstream:{A}") == set()
    assert verify(open_snapshot(tmp_path)) == []


def test_they_stay_whatever_is_written(tmp_path: Path) -> None:
    write_index(tmp_path, [full(n) for n in range(4)])
    record_edges(tmp_path, C, {A: {"x": 1}})
    told = rows(tmp_path)
    write_batch(tmp_path, [full(2, tags=("again",)), full(9)], store="store", gone=[B])
    assert (rows(tmp_path), uuids(tmp_path, f"upstream:{A}")) == (told, {C})
    compact(tmp_path, "mixed")
    assert (rows(tmp_path), uuids(tmp_path, f"upstream:{A}")) == (told, {C})
    assert verify(open_snapshot(tmp_path)) == []


def test_full_files_are_not_written_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_index(tmp_path, [run(n) for n in range(3)])
    monkeypatch.setattr(recorded, "_FULL", 2)
    record_edges(tmp_path, C, {A: {}, B: {}})
    (first,) = open_snapshot(tmp_path).files["recorded_edges"]
    record_edges(tmp_path, B, {A: {}})
    assert open_snapshot(tmp_path).files["recorded_edges"][0] == first
    record_edges(tmp_path, LATER, {A: {}})
    assert len(open_snapshot(tmp_path).files["recorded_edges"]) == 2
    record_edges(tmp_path, C, {B: {}})
    assert first not in open_snapshot(tmp_path).files["recorded_edges"]
    assert uuids(tmp_path, f"upstream:{A}") == {B}
    assert verify(open_snapshot(tmp_path)) == []


def test_a_refresh_that_is_first_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_index(tmp_path, [full(n) for n in range(3)])
    real = publish.publish

    def late(index: Path, based_on: int | None, what: publish.Next) -> int:
        monkeypatch.setattr(recorded, "publish", real)
        monkeypatch.setattr("lineage_index.store.locks.sys.platform", "win32")  # our own lock is held
        write_batch(tmp_path, [full(5)], store="store")
        return real(index, based_on, what)

    monkeypatch.setattr(recorded, "publish", late)
    assert record_edges(tmp_path, C, {A: {"x": 1}}) == 2
    snapshot = open_snapshot(tmp_path)
    assert (snapshot.runs, rows(tmp_path)) == (4, [(C, A, "join", {"x": 1})])
    assert (
        content(snapshot)["runs"]
        == content(write_index(tmp_path / "w", [full(n) for n in (0, 1, 2, 5)]))["runs"]
    )


def test_edges_and_refreshes_from_many_processes(tmp_path: Path) -> None:
    write_index(tmp_path, [run(0)])
    script = Path(store_worker.__file__)
    workers = [subprocess.Popen([sys.executable, script, "many", tmp_path, "1"])]
    workers += [subprocess.Popen([sys.executable, script, "record", tmp_path, str(n)]) for n in (1, 2)]
    assert [worker.wait() for worker in workers] == [0, 0, 0]
    told = [(f"{900 + n:032x}", f"{step:032x}", "join", {"step": step}) for n in (1, 2) for step in range(4)]
    assert rows(tmp_path) == told
    snapshot = open_snapshot(tmp_path)
    assert snapshot.runs == 1 + 3 * 2 + len(store_worker.SHARED)
    assert verify(snapshot) == []


def test_only_into_an_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(IndexMissing, match="no index"):
        record_edges(tmp_path / "nothing", C, {A: {}})
    monkeypatch.setattr("lineage_index.store.publish.SCHEMA_VERSION", (1, 99))
    write_index(tmp_path / "i", [run(0)])
    with pytest.raises(IndexTooNew, match="it can be read"):
        record_edges(tmp_path / "i", C, {A: {}})
