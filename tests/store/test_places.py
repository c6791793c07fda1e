"""Run stores keep their names, and so their rows, when they move with their index."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from lineage_index import Index, refresh
from lineage_index.store.places import StorePlace, merge_places, name_store, place_of
from lineage_index.store.snapshot import open_snapshot
from lineage_index.store.verify import verify


def only(*paths: str) -> Callable[[str], bool]:
    return lambda path: path in paths


@pytest.mark.parametrize(
    ("known", "index", "path", "there", "name"),
    [
        ([], "/a/.pql", "/a/runs", (), "/a/runs"),
        ([("/a/runs", "/a/runs", "../runs")], "/a/.pql", "/a/runs", (), "/a/runs"),
        # Moved together, the index alone, the store alone.
        ([("/a/runs", "/a/runs", "../runs")], "/b/.pql", "/b/runs", (), "/a/runs"),
        ([("/a/runs", "/a/runs", "../runs")], "/b/.pql", "/a/runs", ("/a/runs",), "/a/runs"),
        ([("/a/runs", "/a/runs", "../runs")], "/a/.pql", "/b/runs", (), "/b/runs"),
        # Copied: both are there, and are two.
        ([("/a/runs", "/a/runs", "../runs")], "/b/.pql", "/b/runs", ("/a/runs",), "/b/runs"),
        # The place where a store was has another one now.
        ([("/a/runs", "/b/runs", "../runs")], "/b/.pql", "/a/runs", ("/b/runs",), "/a/runs#2"),
        ([("s3://b/r", "s3://b/r", None)], "/b/.pql", "s3://b/r", (), "s3://b/r"),
        ([("/a/runs", "/a/runs", None)], "s3://b/i", "/b/runs", (), "/b/runs"),
    ],
)
def test_names(
    known: list[tuple[str, str, str | None]], index: str, path: str, there: tuple[str, ...], name: str
) -> None:
    places = [StorePlace(*each) for each in known]
    assert name_store(places, index, path, only(*there)) == name


def test_places_are_relative_where_they_can_be() -> None:
    assert place_of("n", "/a/.pql", "/a/runs") == StorePlace("n", "/a/runs", "../runs")
    assert place_of("n", "s3://b/i", "/a/runs").relative is None
    assert place_of("n", "/a/.pql", "s3://b/runs").relative is None
    one, other, moved = (
        StorePlace(*each) for each in (("b", "/b", None), ("a", "/a", None), ("b", "/c", None))
    )
    assert merge_places([one, other], [moved]) == (other, moved)


def write_run(store: Path, number: int, name: str) -> None:
    folder = store / f"{number:032x}"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "run.plx.json").write_text(f'{{"uuid": "{number:032x}", "name": "{name}"}}')


def names(index: Path) -> set[str]:
    with Index.open(index) as opened:
        return {run["name"] for run in opened.search()}


def test_a_store_that_moved_with_its_index_is_not_read_again(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for number in range(3):
        write_run(first / "runs", number, f"run {number}")
    write_run(tmp_path / "elsewhere", 9, "other")
    assert refresh(first / "runs", first / ".pql").read == 3
    assert refresh(tmp_path / "elsewhere", first / ".pql").read == 1
    os.rename(first, second)
    shutil.rmtree(second / "runs" / f"{1:032x}")
    write_run(second / "runs", 5, "new")
    done = refresh(second / "runs", second / ".pql")
    assert (done.added, done.changed, done.unchanged, done.gone) == (1, 0, 2, 1)
    done = refresh(tmp_path / "elsewhere", second / ".pql")
    assert (done.unchanged, done.read, done.gone) == (1, 0, 0)
    assert names(second / ".pql") == {"run 0", "run 2", "new", "other"}
    snapshot = open_snapshot(second / ".pql")
    assert verify(snapshot) == []
    assert {snapshot.store_folder(each.name) for each in snapshot.stores} == {
        str(second / "runs"),
        str(tmp_path / "elsewhere"),
    }


def test_a_move_alone_is_noted_once(tmp_path: Path) -> None:
    write_run(tmp_path / "a" / "runs", 1, "x")
    refresh(tmp_path / "a" / "runs", tmp_path / "a" / ".pql")
    os.rename(tmp_path / "a", tmp_path / "b")
    index, store = tmp_path / "b" / ".pql", tmp_path / "b" / "runs"
    assert open_snapshot(index).store_folder(str(tmp_path / "a" / "runs")) == str(store)
    versions = [refresh(store, index) for _ in range(2)]
    assert [(each.version, each.unchanged, each.read) for each in versions] == [(1, 1, 0), (1, 1, 0)]
    # Now the index goes away from its store.
    os.rename(index, tmp_path / "moved")
    done = refresh(store, tmp_path / "moved")
    assert (done.unchanged, done.read) == (1, 0)


def test_another_store_at_the_same_distance_is_another_store(tmp_path: Path) -> None:
    write_run(tmp_path / "a" / "runs", 1, "x")
    refresh(tmp_path / "a" / "runs", tmp_path / "a" / ".pql")
    write_run(tmp_path / "b" / "runs", 2, "y")
    os.rename(tmp_path / "a" / ".pql", tmp_path / "b" / ".pql")
    refresh(tmp_path / "b" / "runs", tmp_path / "b" / ".pql")
    assert names(tmp_path / "b" / ".pql") == {"x", "y"}
    done = refresh(tmp_path / "a" / "runs", tmp_path / "b" / ".pql")
    assert (done.unchanged, done.read, done.gone) == (1, 0, 0)


def test_a_new_store_where_a_moved_one_was(tmp_path: Path) -> None:
    write_run(tmp_path / "a" / "runs", 1, "x")
    refresh(tmp_path / "a" / "runs", tmp_path / "a" / ".pql")
    os.rename(tmp_path / "a", tmp_path / "b")
    index = tmp_path / "b" / ".pql"
    refresh(tmp_path / "b" / "runs", index)
    write_run(tmp_path / "a" / "runs", 2, "y")
    assert refresh(tmp_path / "a" / "runs", index).gone == 0
    assert names(index) == {"x", "y"}
    assert [refresh(tmp_path / each / "runs", index).read for each in "ab"] == [0, 0]
    assert len(open_snapshot(index).stores) == 2


def test_stores_of_one_another_stay_right_when_moved(tmp_path: Path) -> None:
    """A folder is read as its own store and as part of the one above it; then all of it moves."""
    write_run(tmp_path / "a" / "all" / "runs", 1, "x")
    for store in ("all", "all/runs"):
        refresh(tmp_path / "a" / store, tmp_path / "a" / ".pql")
    os.rename(tmp_path / "a", tmp_path / "b")
    index = tmp_path / "b" / ".pql"
    for store in ("all", "all/runs"):
        assert refresh(tmp_path / "b" / store, index).read == 0
    write_run(tmp_path / "b" / "all" / "runs", 2, "y")
    for store in ("all", "all/runs"):
        refresh(tmp_path / "b" / store, index)
    assert names(index) == {"x", "y"}
    shutil.rmtree(tmp_path / "b" / "all" / "runs" / f"{1:032x}")
    for store in ("all", "all/runs"):
        refresh(tmp_path / "b" / store, index)
    assert names(index) == {"y"}
    assert verify(open_snapshot(index)) == []
