from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
import store_worker
from store_samples import content, data_files_below, full, run, tables_of

from lineage_index.store.delta import open_table, set_files
from lineage_index.store.errors import IndexMissing
from lineage_index.store.maintain import vacuum
from lineage_index.store.parquet import write_table_file
from lineage_index.store.schema import arrow_schema
from lineage_index.store.snapshot import open_snapshot
from lineage_index.store.verify import verify
from lineage_index.store.writer import write_batch, write_index

WORKER = Path(store_worker.__file__)


@pytest.fixture(scope="module")
def indexes(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """An index of two commits, and what `refresh` makes of it."""
    path = tmp_path_factory.mktemp("indexes")
    write_batch(path / "before", [full(n) for n in range(4)], store="store", promotion="none")
    write_batch(path / "before", [full(3, tags=("other",))], store="store")
    shutil.copytree(path / "before", path / "after")
    store_worker.change(path / "after", "refresh")
    return path / "before", path / "after"


@pytest.mark.parametrize(
    ("operation", "stage", "count"),
    [
        ("refresh", "file", 1),
        ("refresh", "file", 9),
        ("refresh", "table", 1),
        ("refresh", "table", 5),
        ("refresh", "manifest", 1),
        ("refresh", "commit", 1),
        ("refresh", "committed", 1),
        ("compact", "file", 3),
        ("compact", "table", 4),
        ("compact", "commit", 1),
        ("compact", "committed", 1),
        ("vacuum", "unlink", 1),
        ("vacuum", "unlink", 2),
        ("vacuum", "checkpoint", 1),
        ("vacuum", "checkpoint", 2),
        ("vacuum", "unlink", 6),
    ],
)
def test_a_killed_writer(
    tmp_path: Path, indexes: tuple[Path, Path], operation: str, stage: str, count: int
) -> None:
    before, after = indexes
    index = tmp_path / "index"
    shutil.copytree(before, index)
    done = subprocess.run([sys.executable, WORKER, "kill", index, operation, stage, str(count)], check=False)
    assert done.returncode == -signal.SIGKILL
    snapshot = open_snapshot(index)
    assert verify(snapshot) == []
    landed = stage == "committed"
    assert snapshot.version == (2 if landed else 1)
    refreshed = landed and operation == "refresh"
    assert content(snapshot) == content(open_snapshot(after if refreshed else before))
    store_worker.change(index, "refresh")
    snapshot = open_snapshot(index)
    assert verify(snapshot) == []
    assert content(snapshot) == content(open_snapshot(after))
    later = datetime.now(UTC) + timedelta(days=9)
    vacuum(index, older_than=timedelta(0), now=later)
    named = {Path(file) for files in snapshot.files.values() for file in files}
    assert data_files_below(index) == named
    assert len(list((index / "manifests").iterdir())) == 1
    assert verify(open_snapshot(index)) == []


def test_many_writers_at_once(tmp_path: Path) -> None:
    workers = [
        subprocess.Popen([sys.executable, WORKER, "many", tmp_path / "index", str(worker)])
        for worker in (1, 2, 3)
    ]
    seen: list[int] = []
    try:
        while any(worker.poll() is None for worker in workers):
            seen += _readable(tmp_path / "index")
    finally:
        codes = [worker.wait() for worker in workers]
    assert codes == [0, 0, 0]
    snapshot = open_snapshot(tmp_path / "index")
    assert seen == sorted(seen)
    assert verify(snapshot) == []
    rows = tables_of(snapshot)["runs"].select(["uuid", "store"]).to_pylist()
    own = {1000 * worker + 10 * step + n for worker in (1, 2, 3) for step in range(3) for n in range(2)}
    assert {int(row["uuid"], 16) for row in rows} == own | set(store_worker.SHARED)
    assert len(rows) == len(own) + len(store_worker.SHARED)
    # All are equally new: the store whose name sorts first wins.
    assert {row["store"] for row in rows if int(row["uuid"], 16) in store_worker.SHARED} == {"store 1"}


def _readable(index: Path) -> list[int]:
    """Opens the index, if it is there yet, and reads all of it while others write."""
    try:
        snapshot = open_snapshot(index)
    except IndexMissing:
        return []
    tables = tables_of(snapshot)
    assert tables["payload"].num_rows == tables["runs"].num_rows == snapshot.runs
    return [snapshot.version]


def test_the_same_without_locks(tmp_path: Path) -> None:
    """Where the file system knows no locks, commits that meet are run again."""
    write_index(tmp_path, [full(0)])
    lockless = "import sys, runpy, lineage_index.store.locks as locks; "
    lockless += "locks.sys = type('System', (), {'platform': 'win32'}); "
    code = lockless + f"sys.argv[0] = {str(WORKER)!r}; sys.path.insert(0, {str(WORKER.parent)!r}); "
    code += f"runpy.run_path({str(WORKER)!r}, run_name='__main__')"
    workers = [
        subprocess.Popen([sys.executable, "-c", code, "many", tmp_path, str(worker)]) for worker in (1, 2)
    ]
    assert [worker.wait() for worker in workers] == [0, 0]
    snapshot = open_snapshot(tmp_path)
    assert verify(snapshot) == []
    assert snapshot.runs == 1 + 2 * 6 + len(store_worker.SHARED)


def test_what_a_dead_writer_committed_to_a_table_is_gone_from_it_with_the_next_commit(tmp_path: Path) -> None:
    write_index(tmp_path, [full(1)])
    base = open_snapshot(tmp_path)
    rows = arrow_schema("statuses").empty_table()
    stray = write_table_file(tmp_path / "statuses", "statuses", rows)
    kept = base.carried()["statuses"]
    set_files(tmp_path, "statuses", rows.schema, [*kept, stray])
    write_batch(tmp_path, [run(2)], store="store")  # has no status
    named = pa.table(open_table(tmp_path, "statuses").get_add_actions()).column("path").to_pylist()
    assert named == [each.name for each in kept]
    assert verify(open_snapshot(tmp_path)) == []
