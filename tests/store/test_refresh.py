from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from store_samples import FEWEST, content, full, run, tables_of

from lineage_index.ingest.record import RunRecord
from lineage_index.store import commit as commit_module
from lineage_index.store import delta
from lineage_index.store.changes import Changes, plan_changes
from lineage_index.store.commit import commit
from lineage_index.store.errors import IndexConflict, IndexUnreadable
from lineage_index.store.prepare import Listed, prepare
from lineage_index.store.publish import publish
from lineage_index.store.rows import plan_of, rows_of
from lineage_index.store.snapshot import Snapshot, open_snapshot
from lineage_index.store.verify import verify
from lineage_index.store.writer import create, write_batch, write_index


def names(snapshot: Snapshot) -> dict[int, tuple[str, str]]:
    """uuid number → (store, folder)"""
    rows = tables_of(snapshot)["runs"].select(["uuid", "store", "folder"]).to_pylist()
    return {int(row["uuid"], 16): (row["store"], row["folder"]) for row in rows}


def refresh(path: Path, store: str, records: Sequence[RunRecord]) -> int:
    """What a refresh of a whole store does, given what its folders hold."""
    folders = {each.folder.path: each.folder.fingerprint for each in records}
    changes = plan_changes(open_snapshot(path), store, folders)
    read = {*changes.added, *changes.changed}
    return write_batch(
        path, [each for each in records if each.folder.path in read], store=store, gone=changes.gone
    )


def test_an_empty_index_has_every_table(tmp_path: Path) -> None:
    assert create(tmp_path / "i") == 0
    snapshot = open_snapshot(tmp_path / "i")
    assert snapshot.runs == 0
    assert all(pq.read_table(file).num_rows == 0 for files in snapshot.files.values() for file in files)
    assert all(snapshot.files.values())
    assert create(tmp_path / "i") == 0
    assert verify(snapshot) == []


def test_the_first_batch_goes_into_an_empty_index(tmp_path: Path) -> None:
    create(tmp_path / "i")
    write_batch(tmp_path / "i", [full(n) for n in range(3)], store="store")
    one, other = open_snapshot(tmp_path / "i"), write_index(tmp_path / "j", [full(n) for n in range(3)])
    assert content(one) == content(other)
    assert one.plan.columns == other.plan.columns != {}
    assert verify(one) == []


def test_what_a_refresh_has_to_read(tmp_path: Path) -> None:
    snapshot = write_index(tmp_path, [run(1, folder="a"), run(2, folder="b"), run(3, folder="c")])
    folders = {"a": "f", "b": "other", "d": "f"}
    assert plan_changes(snapshot, "store", folders) == Changes(("d",), ("b",), ("a",), ("c",))
    assert plan_changes(snapshot, "elsewhere", folders) == Changes(("a", "b", "d"), (), (), ())
    assert plan_changes(None, "store", folders) == Changes(("a", "b", "d"), (), (), ())
    assert not plan_changes(snapshot, "store", {"a": "f", "b": "f", "c": "f"})


def test_a_changed_run_has_one_row_and_the_old_version_stays(tmp_path: Path) -> None:
    first = write_index(tmp_path, [full(n) for n in range(5)])
    changed = full(2, outputs={"loss": 9.0, "new": "x"})
    assert write_batch(tmp_path, [changed], store="store") == first.version + 1
    now = open_snapshot(tmp_path)
    assert now.dead_runs == 1
    assert verify(now) == []
    expected = write_index(tmp_path / "fresh", [changed if n == 2 else full(n) for n in range(5)])
    assert content(now) == content(expected)
    assert content(open_snapshot(tmp_path, as_of=0)) == content(first)
    assert content(first) == content(write_index(tmp_path / "was", [full(n) for n in range(5)]))


def test_a_run_that_is_gone_leaves_search_and_stays_in_the_past(tmp_path: Path) -> None:
    write_index(tmp_path, [full(n) for n in range(3)])
    write_batch(tmp_path, [], store="store", gone=[f"{1:032x}"])
    assert set(names(open_snapshot(tmp_path))) == {0, 2}
    assert set(names(open_snapshot(tmp_path, as_of=0))) == {0, 1, 2}
    assert verify(open_snapshot(tmp_path)) == []
    write_batch(tmp_path, [], store="store", gone=[f"{n:032x}" for n in range(3)])
    empty = open_snapshot(tmp_path)
    assert (empty.runs, len(empty.keys), verify(empty)) == (0, 0, [])
    write_batch(tmp_path, [full(7)], store="store")
    assert set(names(open_snapshot(tmp_path))) == {7}
    assert verify(open_snapshot(tmp_path)) == []


def test_nothing_to_do_is_no_commit(tmp_path: Path) -> None:
    records = [full(n) for n in range(3)]
    write_index(tmp_path, records)
    assert refresh(tmp_path, "store", records) == 0
    assert write_batch(tmp_path, [], store="store", gone=["not there"]) == 0


def test_the_newest_of_two_folders_with_one_uuid_is_shown(tmp_path: Path) -> None:
    write_index(tmp_path, [run(1, age=1, folder="a"), run(1, age=2, folder="b"), run(2, folder="c")])
    snapshot = open_snapshot(tmp_path)
    assert names(snapshot) == {1: ("store", "b"), 2: ("store", "c")}
    assert plan_changes(snapshot, "store", {"a": "f", "b": "f", "c": "f"}).unchanged == ("a", "b", "c")
    assert verify(snapshot) == []


def test_equally_new_folders_are_ordered_by_name(tmp_path: Path) -> None:
    for path, order in (("x", "ab"), ("y", "ba")):
        create(tmp_path / path)
        for folder in order:
            write_batch(tmp_path / path, [run(1, folder=folder)], store="store")
        assert names(open_snapshot(tmp_path / path)) == {1: ("store", "a")}


def test_the_other_folder_stands_in_when_the_newest_goes(tmp_path: Path) -> None:
    records = [run(1, age=1, folder="a"), run(1, age=2, folder="b")]
    create(tmp_path)
    refresh(tmp_path, "store", records)
    refresh(tmp_path, "store", records[:1])
    assert names(open_snapshot(tmp_path)) == {1: ("store", "a")}


def test_one_uuid_in_two_stores(tmp_path: Path) -> None:
    create(tmp_path)
    refresh(tmp_path, "one", [run(1, age=2)])
    version = refresh(tmp_path, "two", [run(1, age=1)])
    assert names(open_snapshot(tmp_path))[1][0] == "one"
    assert refresh(tmp_path, "two", [run(1, age=1)]) == version
    refresh(tmp_path, "two", [run(1, age=3, fingerprint="g")])
    assert names(open_snapshot(tmp_path))[1][0] == "two"
    refresh(tmp_path, "two", [])
    refresh(tmp_path, "one", [run(1, age=2)])
    assert names(open_snapshot(tmp_path))[1][0] == "one"


folders = st.dictionaries(
    st.sampled_from("abcd"),
    st.tuples(
        st.integers(0, 2), st.integers(0, 2), st.sampled_from([{}, {"k": 1.0}, {"k": "x"}, {"j": [1]}])
    ),
    max_size=4,
)


def _records(state: dict[str, Any]) -> list[RunRecord]:
    return [
        run(number, age=age, folder=folder, fingerprint=repr((number, age, inputs)), inputs=inputs)
        for folder, (number, age, inputs) in state.items()
    ]


@FEWEST
@given(st.lists(folders, min_size=1, max_size=4))
def test_any_history_ends_where_a_build_from_nothing_does(
    tmp_path_factory: pytest.TempPathFactory, states: list[dict[str, Any]]
) -> None:
    path = tmp_path_factory.mktemp("history")
    create(path / "grown")
    for state in states:
        refresh(path / "grown", "store", _records(state))
    grown = open_snapshot(path / "grown")
    assert verify(grown) == []
    assert content(grown) == content(write_index(path / "fresh", _records(states[-1])))


def test_bounds_of_a_key_follow_what_leaves(tmp_path: Path) -> None:
    for promotion in ("none", "all"):
        path = tmp_path / promotion
        records = [run(n, inputs={"a": n, "b": 1, "c": str(n)}) for n in range(1, 6)]
        write_batch(path, records, store="store", promotion=promotion)
        write_batch(path, [run(5, inputs={"a": 2.5})], store="store", gone=[f"{1:032x}"])
        snapshot = open_snapshot(path)
        rows = {row.key: (row.runs, row.min, row.max) for row in snapshot.keys}
        assert rows == {"a": (4, 2.0, 4.0), "b": (3, 1.0, 1.0), "c": (3, 2.0, 4.0)}
        assert verify(snapshot) == []


def test_many_batches_in_one_commit(tmp_path: Path) -> None:
    first = prepare(tmp_path, Listed([full(n) for n in range(3)]), store="store")
    second = prepare(tmp_path, Listed([full(n) for n in range(2, 6)]), store="store", plan=first.plan)
    commit(tmp_path, [first, second])
    snapshot = open_snapshot(tmp_path)
    assert (snapshot.version, set(names(snapshot))) == (0, set(range(6)))
    assert verify(snapshot) == []


def test_documents_alone_decide_on_the_plan() -> None:
    records = [full(n) for n in range(3)] + [run(n, inputs={"common": n}) for n in range(3, 9)]
    plan = plan_of(records)
    assert plan == rows_of(records, store="store", run_ids=range(9)).plan
    assert ("inputs", "common") in plan.columns


def test_all_files_of_a_snapshot_have_the_same_columns(tmp_path: Path) -> None:
    write_batch(
        tmp_path, [run(1, inputs={"b": 1, "a": "x"}, outputs={"c": 1}), run(2, outputs={"c": 2})], store="s"
    )
    write_batch(tmp_path, [run(3, inputs={"a": "y"})], store="s")
    columns = [pq.read_schema(file).names for file in open_snapshot(tmp_path).files["runs"]]
    assert columns == [columns[0]] * 2


def test_a_large_file_is_rewritten_piece_by_piece(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commit_module, "RUNS_A_PIECE", 2)
    write_batch(tmp_path, [full(n) for n in range(7)], store="store")
    write_batch(tmp_path, [], store="store", gone=[f"{n:032x}" for n in (0, 1, 4)])
    (file,) = open_snapshot(tmp_path).files["runs"]
    groups = pq.ParquetFile(file).metadata
    assert [groups.row_group(n).num_rows for n in range(groups.num_row_groups)] == [2, 1, 1]
    assert verify(open_snapshot(tmp_path)) == []
    assert content(open_snapshot(tmp_path)) == content(
        write_index(tmp_path / "fresh", [full(n) for n in (2, 3, 5, 6)])
    )


def test_a_batch_of_another_plan_is_rewritten(tmp_path: Path) -> None:
    first = prepare(tmp_path, Listed([full(n) for n in range(3)]), store="store", promotion="none")
    second = prepare(tmp_path, Listed([full(n) for n in range(3, 6)]), store="store", promotion="all")
    commit(tmp_path, [first])
    commit(tmp_path, [second])
    snapshot = open_snapshot(tmp_path)
    assert verify(snapshot) == []
    assert content(snapshot) == content(write_index(tmp_path / "fresh", [full(n) for n in range(6)]))


def _interrupted(monkeypatch: pytest.MonkeyPatch, path: Path, others: list[RunRecord]) -> None:
    """Lets another writer commit `others`, one a time, whenever this one is about to."""
    waiting = list(others)

    def late(index: Path, based_on: int | None, what: Any) -> int:
        if waiting:
            other = waiting.pop(0)
            base = open_snapshot(path)
            prepared = prepare(path, Listed([other]), store="store", plan=base.plan)
            monkeypatch.setattr(commit_module, "publish", publish)
            commit_module._attempt(path, [prepared], [])
            monkeypatch.setattr(commit_module, "publish", late)
        return publish(index, based_on, what)

    monkeypatch.setattr(commit_module, "publish", late)


def test_a_lost_race_is_run_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_index(tmp_path, [full(n) for n in range(3)])
    newer = replace(full(1, outputs={"loss": 5.0}), scalars=run(1, age=9).scalars)
    _interrupted(monkeypatch, tmp_path, [full(3), newer, full(4)])
    older = replace(full(1, outputs={"loss": 4.0}), folder=run(1, folder="copy").folder)
    assert write_batch(tmp_path, [older, full(5)], store="store") == 4
    snapshot = open_snapshot(tmp_path)
    assert verify(snapshot) == []
    records = [full(0), newer, older, *(full(n) for n in range(2, 6))]
    assert content(snapshot) == content(write_index(tmp_path / "fresh", records))


def test_a_race_lost_for_good_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_index(tmp_path, [full(0)])
    monkeypatch.setattr("lineage_index.store.publish._ATTEMPTS", 3)
    _interrupted(monkeypatch, tmp_path, [full(1)] * 3)
    with pytest.raises(IndexConflict, match="3 times"):
        write_batch(tmp_path, [full(2)], store="store")
    assert set(names(open_snapshot(tmp_path))) == {0, 1}
    assert verify(open_snapshot(tmp_path)) == []


def test_two_writers_make_the_index_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = prepare(tmp_path, Listed([full(1)]), store="store", promotion="none")

    def late(index: Path, based_on: int | None, what: Any) -> int:
        monkeypatch.setattr(commit_module, "publish", publish)
        commit_module._attempt(tmp_path, [other], [])
        return publish(index, based_on, what)

    monkeypatch.setattr(commit_module, "publish", late)
    assert write_batch(tmp_path, [full(2)], store="store") == 1
    snapshot = open_snapshot(tmp_path)
    assert set(names(snapshot)) == {1, 2}
    assert verify(snapshot) == []


def test_a_disk_that_refuses_leaves_the_last_snapshot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = write_index(tmp_path, [full(n) for n in range(3)])

    def full_disk(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("lineage_index.store.publish.write_manifest", full_disk)
    with pytest.raises(IndexUnreadable, match="No space left"):
        write_batch(tmp_path, [full(9)], store="store")
    monkeypatch.undo()
    assert content(open_snapshot(tmp_path)) == content(before)
    write_batch(tmp_path, [full(9)], store="store")
    assert set(names(open_snapshot(tmp_path))) == {0, 1, 2, 9}
    assert verify(open_snapshot(tmp_path)) == []


def test_a_disk_that_refuses_the_first_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(IndexUnreadable, match="cannot be written"):
        write_batch(tmp_path / "file", [full(1)], store="store")
    with pytest.raises(IndexUnreadable, match="cannot be written"):
        create(tmp_path / "file")


@pytest.mark.parametrize("table", ["runs", "values"])
def test_a_commit_between_opening_a_table_and_committing_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, table: str
) -> None:
    """Two commits that only add files are no conflict to Delta; here they are."""
    base = write_index(tmp_path, [full(0)])
    other = prepare(tmp_path, Listed([full(1)]), store="store", plan=base.plan)
    real = delta._open

    def late(index: Path, name: str) -> Any:
        opened = real(index, name)
        if name == table:
            monkeypatch.setattr(delta, "_open", real)
            commit_module._attempt(tmp_path, [other], [])
        return opened

    monkeypatch.setattr(delta, "_open", late)
    assert write_batch(tmp_path, [full(2)], store="store") == 2
    snapshot = open_snapshot(tmp_path)
    assert set(names(snapshot)) == {0, 1, 2}
    assert verify(snapshot) == []
