from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import write_deltalake
from store_samples import content, full, run

from lineage_index.store.commits import latest_version
from lineage_index.store.errors import IndexMissing, IndexTooNew, IndexUnreadable, StoreError
from lineage_index.store.snapshot import open_snapshot
from lineage_index.store.writer import write_batch, write_index
from pql.catalog.tables import SCHEMA_VERSION, TABLES


def _edit_commit(index: Path, version: int, **changes: object) -> None:
    path = index / "runs" / "_delta_log" / f"{version:020}.json"
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    lines[0]["commitInfo"]["pql"].update(changes)
    path.write_text("".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines))


def test_where_there_is_no_index(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "folder" / "runs").mkdir(parents=True)
    for each in ("nothing", "file", "folder"):
        with pytest.raises(IndexMissing, match="pql index refresh"):
            open_snapshot(tmp_path / each)


def test_versions_and_times(tmp_path: Path) -> None:
    first = write_index(tmp_path, [run(1)])
    write_batch(tmp_path, [run(2)], store="store")
    second = open_snapshot(tmp_path)
    assert (first.version, second.version) == (0, 1)
    assert open_snapshot(tmp_path, as_of=0).runs == 1
    moment = timedelta(milliseconds=1)
    assert open_snapshot(tmp_path, as_of=second.created_at + moment) == second
    assert open_snapshot(tmp_path, as_of=second.created_at - moment).runs == 1
    assert open_snapshot(tmp_path, as_of=second.created_at.replace(tzinfo=None)).runs == 2
    with pytest.raises(IndexMissing, match="no version"):
        open_snapshot(tmp_path, as_of=first.created_at - timedelta(days=1))
    for version in (2, -1):
        with pytest.raises(IndexMissing, match="the newest is 1"):
            open_snapshot(tmp_path, as_of=version)


def test_a_newer_minor_is_read_and_a_newer_major_refused(tmp_path: Path) -> None:
    write_index(tmp_path, [run(1)])
    major, minor = SCHEMA_VERSION
    _edit_commit(tmp_path, 0, schema=[major, minor + 1])
    assert open_snapshot(tmp_path).schema == (major, minor + 1)
    _edit_commit(tmp_path, 0, schema=[major + 1, 0])
    with pytest.raises(IndexTooNew, match="newer pql-lineage"):
        open_snapshot(tmp_path)
    with pytest.raises(IndexTooNew):
        write_batch(tmp_path, [run(2)], store="store")


def test_damage_is_one_clear_error(tmp_path: Path) -> None:
    write_index(tmp_path, [run(1)])
    (manifest,) = (tmp_path / "manifests").iterdir()
    whole = manifest.read_text()
    for text in ("", "{}\n", "nonsense\n\n\n", whole[:100], whole.replace('"values"', '"v"', 1)[:-20]):
        manifest.write_text(text)
        with pytest.raises(IndexUnreadable, match="cannot be read"):
            open_snapshot(tmp_path)
    manifest.unlink()
    with pytest.raises(IndexUnreadable, match="build it again"):
        open_snapshot(tmp_path)
    (tmp_path / "runs" / "_delta_log" / f"{0:020}.json").write_text("{")
    with pytest.raises(StoreError):
        open_snapshot(tmp_path)


def test_commits_of_other_programs_are_not_snapshots(tmp_path: Path) -> None:
    snapshot = write_index(tmp_path, [full(1)])
    rows = pa.table({"run_id": pa.array([1], pa.int64()), "uuid": ["x"]})
    write_deltalake(tmp_path / "runs", rows, mode="append", schema_mode="merge")
    assert latest_version(tmp_path / "runs") == 1
    assert content(open_snapshot(tmp_path)) == content(snapshot)
    assert write_batch(tmp_path, [full(2)], store="store") == 2
    assert open_snapshot(tmp_path).runs == 2


def test_the_log_is_found_past_a_checkpoint(tmp_path: Path) -> None:
    log = tmp_path / "_delta_log"
    log.mkdir()
    assert latest_version(tmp_path) is None
    for version in range(12):
        (log / f"{version:020}.json").write_text("{}")
    assert latest_version(tmp_path) == 11
    (log / "_last_checkpoint").write_text('{"version": 10}')
    assert latest_version(tmp_path) == 11
    for version in range(5):
        (log / f"{version:020}.json").unlink()
    assert latest_version(tmp_path) == 11
    (log / "_last_checkpoint").write_text("torn")
    assert latest_version(tmp_path) == 11


def test_every_table_has_a_file_and_the_catalog_its_keys(tmp_path: Path) -> None:
    snapshot = write_index(tmp_path, [run(1, inputs={"b": 1, "a": "x"}, outputs={"a": 2.5})])
    assert set(snapshot.files) == {each.name for each in TABLES}
    assert all(Path(file).is_file() for files in snapshot.files.values() for file in files)
    assert [(row.section, row.key, row.runs) for row in snapshot.keys] == [
        ("inputs", "a", 1),
        ("inputs", "b", 1),
        ("outputs", "a", 1),
    ]
    assert [row.key for row in snapshot.key_rows("inputs")] == ["a", "b"]
    assert [(row.key, row.min, row.max) for row in snapshot.key_rows("outputs", ["a", "b"])] == [
        ("a", 2.5, 2.5)
    ]


def test_opening_imports_no_engine(tmp_path: Path) -> None:
    write_index(tmp_path, [full(1)])
    code = (
        "import sys; from lineage_index.store.snapshot import open_snapshot; "
        f"open_snapshot({str(tmp_path)!r}).layout.of('inputs', 'lr'); "
        "print([name for name in ('pyarrow', 'deltalake', 'duckdb') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
