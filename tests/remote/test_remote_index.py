from __future__ import annotations

import os
import pickle
import shutil
import tarfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from bucket_place import Place
from store_samples import content, full, run, tables_of

from lineage_index import Index
from lineage_index.index.export import export
from lineage_index.store import copies, delta
from lineage_index.store.compaction import compact
from lineage_index.store.errors import IndexMissing, IndexOutdated, IndexUnreadable
from lineage_index.store.home import home_of
from lineage_index.store.maintain import history, vacuum
from lineage_index.store.migrate import migrate
from lineage_index.store.recorded import record_edges
from lineage_index.store.snapshot import open_snapshot
from lineage_index.store.verify import verify
from lineage_index.store.writer import create, write_batch, write_index

OLD = Path(__file__).parents[1] / "fixtures" / "index_1_0.tar.xz"


def _later() -> datetime:
    return datetime.now(UTC) + timedelta(days=9)


def _commits(path: str | Path) -> None:
    """Additions, changes, removals."""
    write_batch(path, [full(n) for n in range(4)], store="store", promotion="none")
    write_batch(path, [full(1, tags=("changed",)), full(3, outputs={"loss": 9.0}), full(9)], store="store")
    write_batch(path, [], store="store", gone=[f"{2:032x}"])


def test_it_says_what_a_local_one_says(place: Place, tmp_path: Path) -> None:
    _commits(place.index)
    _commits(tmp_path / "local")
    for version in (0, 1, 2):
        there, here = open_snapshot(place.index, version), open_snapshot(tmp_path / "local", version)
        assert content(there) == content(here)
        assert verify(there) == []
    assert [(each.version, each.operation, each.runs, each.kept) for each in history(place.index)] == [
        (2, "refresh", 4, True),
        (1, "refresh", 5, True),
        (0, "refresh", 4, True),
    ]
    then = history(place.index)[1].created_at
    assert open_snapshot(place.index, then).version == 1
    with pytest.raises(IndexMissing, match=f"the index at {place.index} has no version 7"):
        open_snapshot(place.index, 7)


def test_compaction_and_vacuum(place: Place, tmp_path: Path) -> None:
    _commits(place.index)
    _commits(tmp_path / "local")
    assert (compact(place.index), compact(tmp_path / "local")) == (3, 3)
    assert content(open_snapshot(place.index)) == content(open_snapshot(tmp_path / "local"))
    stray = f"points/part-{'0' * 32}.parquet"
    place.bucket(place.index).create(stray, b"what a killed writer left")
    done = vacuum(place.index, older_than=timedelta(0), now=_later())
    assert done.versions == (2, 1, 0)
    snapshot = open_snapshot(place.index)
    assert verify(snapshot) == []
    named = {f"{table}/{file}" for table, files in snapshot.data_files.items() for file, _, _ in files}
    left = {name for name in place.names(place.index) if "_delta_log" not in name}
    assert {name for name in left if name.endswith(".parquet")} == named
    assert len(left - named) == 1  # the manifest
    assert [each.kept for each in history(place.index)] == [True, False, False, False]
    with pytest.raises(IndexMissing, match="no longer kept"):
        open_snapshot(place.index, 0)


def test_edges_can_be_recorded(place: Place) -> None:
    write_index(place.index, [run(n) for n in range(3)])
    record_edges(place.index, f"{0:032x}", {f"{1:032x}": {"lr": 1}})
    shutil.rmtree(place.cache)
    record_edges(place.index, f"{2:032x}", {f"{1:032x}": {"lr": 2}})
    snapshot = open_snapshot(place.index)
    assert tables_of(snapshot)["recorded_edges"].num_rows == 2
    assert verify(snapshot) == []


def test_opening_it_again_is_one_request(place: Place) -> None:
    write_index(place.index, [full(n) for n in range(4)])
    open_snapshot(place.index)
    place.requests()
    with Index.open(place.index) as index:
        assert index.search("inputs.optimizer:adam").total == 4
    assert [each.split()[0] for each in place.requests()] == ["GET"]


def test_a_commit_opens_the_tables_only_that_it_changes(place: Place) -> None:
    write_batch(place.index, [full(n) for n in range(4)], store="store")
    place.requests()
    write_batch(place.index, [run(7)], store="store")
    requests = place.requests()
    opened = {each.split("/")[4] for each in requests if each.endswith("/_last_checkpoint")}
    assert opened == {"runs", "keys", "payload"}
    assert len(requests) <= 50


def test_an_older_index_is_migrated_where_it_is(place: Place, tmp_path: Path) -> None:
    with tarfile.open(OLD) as archive:
        archive.extractall(tmp_path, filter="data")
    place.upload(tmp_path / "index_1_0", place.index)
    with pytest.raises(IndexOutdated, match="`pql index migrate`"):
        write_batch(place.index, [full(9)], store="store")
    assert (migrate(place.index), migrate(tmp_path / "index_1_0")) == (2, 2)
    assert verify(open_snapshot(place.index)) == []
    assert content(open_snapshot(place.index)) == content(open_snapshot(tmp_path / "index_1_0"))
    write_batch(place.index, [full(9)], store="store")
    assert Index.open(place.index).count() == 6


def test_an_export_holds_what_that_of_a_local_one_holds(place: Place, tmp_path: Path) -> None:
    _commits(place.index)
    _commits(tmp_path / "local")
    counts = [
        export(open_snapshot(path), tmp_path / name, "csv")
        for path, name in ((place.index, "there"), (tmp_path / "local", "here"))
    ]
    assert counts[0] == counts[1]
    assert counts[0]["runs"] == 4
    texts = [(tmp_path / name / "payload.csv").read_text() for name in ("there", "here")]
    there, here = (sorted(line.partition(",")[2] for line in text.splitlines()) for text in texts)
    assert there == here


def test_only_what_is_asked_for_is_copied(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_index(place.index, [full(n) for n in range(4)])
    monkeypatch.setenv("PQL_CACHE", str(tmp_path / "another machine"))
    place.requests()
    with Index.open(place.index) as index:
        assert place.requests() != []
        assert index.search("name:%run%").total == 4
        tables = {each.split("/index/")[1].split("/")[0] for each in place.requests()}
        assert tables == {"runs"}
        assert index.search("connections:bucket | connections:s3").total == 4
        assert "connections/part" in "".join(place.requests())
        assert index.search("name:%run%").total == 4
        assert place.requests() == []


def test_an_index_that_was_made_anew_at_the_same_url(place: Place) -> None:
    for n in range(2):
        write_batch(place.index, [run(n)], store="store")
    assert open_snapshot(place.index).version == 1
    place.bucket(place.index).delete(place.names(place.index))
    with pytest.raises(IndexMissing, match=f"there is no index at {place.index};"):
        open_snapshot(place.index)
    write_batch(place.index, [run(7)], store="store")
    first = open_snapshot(place.index)
    assert (first.version, first.runs) == (0, 1)
    place.bucket(place.index).delete(place.names(place.index))
    write_batch(place.index, [run(8), run(9)], store="store")
    write_batch(place.index, [run(7)], store="store")
    assert open_snapshot(place.index).runs == 3
    assert open_snapshot(place.index, 0).runs == 2


def test_a_copy_that_was_cut_off_is_copied_again(place: Place) -> None:
    snapshot = write_index(place.index, [full(n) for n in range(3)])
    (file,) = snapshot.files["runs"]
    os.truncate(file, 100)
    assert open_snapshot(place.index).files["runs"] == (file,)
    assert content(open_snapshot(place.index)) == content(snapshot)


def test_a_file_that_is_gone_or_changed_is_found(place: Place) -> None:
    snapshot = write_index(place.index, [full(n) for n in range(3)])
    bucket = place.bucket(place.index)
    gone, changed = (f"{table}/{snapshot.data_files[table][0][0]}" for table in ("points", "edges"))
    bucket.delete([gone, changed])
    bucket.create(changed, b"something else")
    assert {(each.table, each.code) for each in verify(snapshot)} == {
        ("points", "file-missing"),
        ("edges", "file-size"),
    }


def test_a_reader_sees_its_snapshot_whatever_writers_do(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_index(place.index, [full(n) for n in range(4)])
    before = content(open_snapshot(place.index))
    monkeypatch.setenv("PQL_CACHE", str(tmp_path / "of the reader"))
    with Index.open(place.index) as index:
        monkeypatch.setenv("PQL_CACHE", str(place.cache))
        write_batch(place.index, [full(n) for n in range(20, 23)], store="store")
        compact(place.index)
        assert index.search().total == 4
        assert content(index.snapshot) == before
    assert open_snapshot(place.index).runs == 7


def test_copies_have_a_bound_and_those_in_use_stay(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(3):
        write_batch(place.index, [run(n)], store="store")
    monkeypatch.setenv("PQL_CACHE_SIZE", "1K")
    copy = home_of(place.index)
    (idle,) = open_snapshot(place.index, 1).files["keys"]
    held, newest = open_snapshot(place.index, 0), open_snapshot(place.index, 2)
    files = [Path(file) for table in ("runs", "keys") for file in held.files[table]]
    for path in copy.glob("*/part-*.parquet"):  # as if a day had passed
        os.utime(path, (1, 1))
    os.unlink(newest.files["runs"][0])
    assert newest.files["runs"]  # copying it makes room
    assert all(path.exists() for path in files)
    assert not Path(idle).exists()
    assert content(held) == content(open_snapshot(place.index, 0))
    del held, newest
    copies.make_room(copy)
    assert sum(path.stat().st_size for path in copy.glob("*/part-*.parquet")) <= 1024
    assert verify(open_snapshot(place.index)) == []


def test_a_size_that_is_none(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (create(place.index), create(place.index)) == (0, 0)
    assert verify(open_snapshot(place.index)) == []
    shutil.rmtree(place.cache)
    monkeypatch.setenv("PQL_CACHE_SIZE", "much")
    with pytest.raises(IndexUnreadable, match="PQL_CACHE_SIZE is a size such as 500M or 20G, not 'much'"):
        open_snapshot(place.index).files["runs"]


def test_errors_pass_from_process_to_process() -> None:
    error = pickle.loads(pickle.dumps(IndexMissing("place", "words")))
    assert (type(error), error.path, error.message, str(error)) == (IndexMissing, "place", "words", "words")


def test_the_log_is_shortened_by_checkpoints(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delta, "_REMOTE", {"delta.checkpointInterval": "2"})
    for n in range(3):
        write_batch(place.index, [run(n)], store="store")
    assert any(name.endswith(".checkpoint.parquet") for name in place.names(f"{place.index}/runs/_delta_log"))
    assert open_snapshot(place.index).runs == 3
