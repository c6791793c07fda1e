from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from store_samples import content, data_files_below, full, run

from lineage_index.store import compaction, logs
from lineage_index.store.changes import plan_changes
from lineage_index.store.commit import commit
from lineage_index.store.compaction import compact, needs_compaction
from lineage_index.store.errors import IndexMissing
from lineage_index.store.maintain import history, vacuum
from lineage_index.store.prepare import Listed, prepare
from lineage_index.store.promotion import Promotion
from lineage_index.store.snapshot import open_snapshot
from lineage_index.store.verify import verify
from lineage_index.store.writer import create, write_batch, write_index

HOUR = timedelta(hours=1)


def _scattered(path: Path, promotion: Promotion = "auto") -> None:
    """Five commits, two runs that changed, one that has gone."""
    write_batch(path, [full(n) for n in range(4)], store="store", promotion=promotion)
    for number in (4, 5):
        write_batch(path, [full(number, inputs={"late": "x", "lr": "0.5"})], store="store")
    write_batch(path, [full(1, outputs={"loss": "nan", "new": [1]})], store="store")
    write_batch(path, [full(5, inputs={"late": 7.5})], store="store", gone=[f"{2:032x}"])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("auto", "auto"),
        ("auto", "none"),
        ("none", "all"),
        ("all", "mixed"),
        ("mixed", "all"),
        ("mixed", "none"),
    ],
)
def test_compaction_changes_nothing_but_the_files(
    tmp_path: Path, before: Promotion, after: Promotion
) -> None:
    _scattered(tmp_path, before)
    scattered = open_snapshot(tmp_path)
    told = content(scattered)
    assert compact(tmp_path, after) == 5
    compacted = open_snapshot(tmp_path)
    assert verify(compacted) == []
    assert content(compacted) == told
    assert (compacted.dead_runs, compacted.rows["payload"]) == (0, 5)
    assert {len(files) for files in compacted.files.values()} == {1}
    assert content(open_snapshot(tmp_path, as_of=4)) == told
    assert compact(tmp_path, after) == 5


def test_folders_named_like_columns_say_nothing(tmp_path: Path) -> None:
    """Engines take `key=value` in a path for a column, and put it in the place of that of the files."""
    plain, index = (
        tmp_path / "plain",
        tmp_path / "store=other" / "uuid=none" / "key=k" / "name=n" / "run_id=1",
    )
    for path in (plain, index):
        _scattered(path, "none")
        other = prepare(path, Listed([full(6)]), store="store", promotion="all")
        commit(path, [other])
    assert content(open_snapshot(index)) == content(open_snapshot(plain))
    for promotion in ("all", "none"):
        compact(index, promotion)
        compacted = open_snapshot(index)
        assert (verify(compacted), content(compacted)) == ([], content(open_snapshot(plain)))
    assert plan_changes(open_snapshot(index), "store", {}).gone


def test_compaction_chooses_columns_anew(tmp_path: Path) -> None:
    write_batch(tmp_path, [run(0, inputs={"old": 1.0})], store="store")
    write_batch(tmp_path, [run(n, inputs={"new": n}) for n in range(1, 9)], store="store")
    before = open_snapshot(tmp_path)
    assert before.layout.of("inputs", "new").num is None
    compact(tmp_path)
    after = open_snapshot(tmp_path)
    assert after.layout.of("inputs", "old").num is None
    assert after.layout.of("inputs", "new").num == "k1"
    assert after.rows["values"] == 1


def test_a_key_that_stays_promoted_keeps_its_column(tmp_path: Path) -> None:
    write_batch(tmp_path, [run(0, inputs={"a": 1.0, "b": 1.0})], store="store")
    write_batch(tmp_path, [run(n, inputs={"b": n}) for n in range(1, 9)], store="store")
    before = open_snapshot(tmp_path).layout.of("inputs", "b")
    compact(tmp_path)
    assert open_snapshot(tmp_path).layout.of("inputs", "b").num == before.num == "k1"


def test_runs_are_sorted_and_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(compaction._ROWS_A_FILE, "runs", 1)
    monkeypatch.setitem(compaction._ROWS_A_FILE, "values", 10)
    monkeypatch.setitem(compaction._ROWS_A_FILE, "points", 6)
    monkeypatch.setattr(compaction, "_ROWS_A_PIECE_ELSE", 5)
    for start in (6, 0, 3):
        write_batch(tmp_path, [full(n) for n in range(start, start + 3)], store="store", promotion="none")
    told = content(open_snapshot(tmp_path))
    compact(tmp_path, "mixed")
    snapshot = open_snapshot(tmp_path)
    assert verify(snapshot) == []
    assert content(snapshot) == told
    runs = [pq.read_table(file).column("name").to_pylist() for file in snapshot.files["runs"]]
    assert [len(each) for each in runs] == [1, 2, 4, 2]  # newest first
    assert [name for each in runs for name in each] == [f"run {n}" for n in range(8, -1, -1)]
    assert len(snapshot.files["values"]) > 1
    spans = []
    for file in snapshot.files["values"]:
        rows = pq.read_table(file).select(["section", "key"]).to_pylist()
        spans += [(row["section"], row["key"]) for row in rows]
    assert spans == sorted(spans)
    version = snapshot.version
    assert compact(tmp_path, "mixed") == version


def test_full_files_without_dead_rows_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(compaction._ROWS_A_FILE, "points", 96)
    write_batch(tmp_path, [full(n) for n in range(4)], store="store")
    (base,) = open_snapshot(tmp_path).files["points"]
    for number in (4, 5):
        write_batch(tmp_path, [full(number)], store="store")
    compact(tmp_path)
    assert base in open_snapshot(tmp_path).files["points"]
    write_batch(tmp_path, [], store="store", gone=[f"{0:032x}"])
    compact(tmp_path)
    assert base not in open_snapshot(tmp_path).files["points"]
    assert verify(open_snapshot(tmp_path)) == []


def test_when_to_compact(tmp_path: Path) -> None:
    write_batch(tmp_path, [full(n) for n in range(10)], store="store")
    assert not needs_compaction(open_snapshot(tmp_path))
    write_batch(tmp_path, [full(1, tags=("new",)), full(2, tags=("new",))], store="store")
    assert needs_compaction(open_snapshot(tmp_path))
    compact(tmp_path)
    assert not needs_compaction(open_snapshot(tmp_path))


def test_many_small_files_call_for_compaction(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compaction, "_MANY_FILES", 3)
    for number in range(4):
        assert number == 0 or not needs_compaction(open_snapshot(tmp_path))
        write_batch(tmp_path, [full(number)], store="store")
    assert needs_compaction(open_snapshot(tmp_path))


def test_an_empty_index_is_compact(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing):
        compact(tmp_path)
    create(tmp_path)
    assert compact(tmp_path) == 0
    write_batch(tmp_path, [full(1)], store="store")
    write_batch(tmp_path, [], store="store", gone=[f"{1:032x}"])
    assert compact(tmp_path) == 3
    empty = open_snapshot(tmp_path)
    assert (empty.rows["payload"], verify(empty)) == (0, [])
    assert compact(tmp_path) == 3


def test_history_and_vacuum(tmp_path: Path) -> None:
    _scattered(tmp_path)
    compact(tmp_path)
    told = content(open_snapshot(tmp_path))
    versions = history(tmp_path)
    assert [(each.version, each.operation, each.runs, each.kept) for each in versions] == [
        (5, "compact", 5, True),
        (4, "refresh", 5, True),
        (3, "refresh", 6, True),
        (2, "refresh", 6, True),
        (1, "refresh", 5, True),
        (0, "refresh", 4, True),
    ]
    assert vacuum(tmp_path, older_than=HOUR).files == 0
    done = vacuum(tmp_path, older_than=HOUR, now=datetime.now(UTC) + 2 * HOUR)
    assert done.versions == (4, 3, 2, 1, 0)
    assert done.entries > 5
    assert [(each.version, each.kept) for each in history(tmp_path)] == [(5, True)]
    snapshot = open_snapshot(tmp_path)
    assert content(snapshot) == told
    assert verify(snapshot) == []
    named = {Path(file) for files in snapshot.files.values() for file in files}
    assert data_files_below(tmp_path) == named
    with pytest.raises(IndexMissing, match="no longer kept"):
        open_snapshot(tmp_path, as_of=3)
    again = vacuum(tmp_path, older_than=HOUR, now=datetime.now(UTC) + 2 * HOUR)
    assert (again.files, again.entries) == (0, 0)


def test_logs_begin_with_the_oldest_version_that_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "_FAR", 2)
    for number in range(8):
        write_batch(tmp_path, [full(number)], store="store")
    times = {each.version: each.created_at for each in history(tmp_path)}
    told = {version: content(open_snapshot(tmp_path, as_of=version)) for version in (4, 7)}
    # Version 4 was there until 5 came.
    done = vacuum(tmp_path, older_than=timedelta(0), now=times[5])
    assert (done.versions, [each.version for each in history(tmp_path)]) == ((3, 2, 1, 0), [7, 6, 5, 4])
    for name in ("runs", "values", "keys"):
        entries = sorted(each.name for each in (tmp_path / name / "_delta_log").glob("*.json"))
        assert entries == [f"{version:020}.json" for version in range(4, 8)]
    for version, said in told.items():
        snapshot = open_snapshot(tmp_path, as_of=version)
        assert content(snapshot) == said
        assert verify(snapshot) == []
    assert open_snapshot(tmp_path, as_of=times[5]).version == 5
    for number in range(8, 12):
        write_batch(tmp_path, [full(number)], store="store")
    vacuum(tmp_path, older_than=timedelta(0), now=datetime.now(UTC) + HOUR)
    snapshot = open_snapshot(tmp_path)
    assert (snapshot.version, snapshot.runs, verify(snapshot)) == (11, 12, [])
    with pytest.raises(IndexMissing, match="no longer kept"):
        open_snapshot(tmp_path, as_of=4)


def test_files_of_runs_that_overlap_are_sorted_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(compaction._ROWS_A_FILE, "runs", 4)
    for numbers in (range(0, 8, 2), range(1, 8, 2)):
        write_batch(tmp_path, [full(n) for n in numbers], store="store")
    told = content(open_snapshot(tmp_path))
    assert compact(tmp_path) == 2
    snapshot = open_snapshot(tmp_path)
    runs = [pq.read_table(file).column("name").to_pylist() for file in snapshot.files["runs"]]
    assert runs == [[f"run {n}" for n in numbers] for numbers in ((7, 6, 5, 4), (3, 2, 1, 0))]
    assert content(snapshot) == told
    assert compact(tmp_path) == 2


def test_a_vacuum_spares_what_may_still_be_written(tmp_path: Path) -> None:
    write_index(tmp_path, [full(1)])
    orphan = tmp_path / "values" / "part-orphan.parquet"
    orphan.write_bytes(b"half a file")
    assert vacuum(tmp_path, older_than=timedelta(0)).files == 0
    assert orphan.exists()
    done = vacuum(tmp_path, older_than=timedelta(0), orphan_age=timedelta(0), now=datetime.now(UTC) + HOUR)
    assert (done.versions, done.files, done.size) == ((), 1, 11)
    assert verify(open_snapshot(tmp_path)) == []


def test_a_vacuum_takes_what_a_killed_compaction_left(tmp_path: Path) -> None:
    write_index(tmp_path, [full(1)])
    (tmp_path / ".spill-x").mkdir()
    (tmp_path / ".spill-x" / "rows").write_bytes(b"rows")
    vacuum(tmp_path)
    assert (tmp_path / ".spill-x").exists()
    vacuum(tmp_path, now=datetime.now(UTC) + 48 * HOUR)
    assert not (tmp_path / ".spill-x").exists()
