"""Which folders of a store are runs, and when one counts as changed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from ingest_store import DASHED, HEADER, OTHER, UUID, folders, put, run_file, skipped

from lineage_index.ingest.content import content_fingerprint
from lineage_index.ingest.scan import scan


def test_a_run_is_a_folder_named_by_a_uuid_or_holding_a_run_file(tmp_path: Path) -> None:
    (tmp_path / UUID.upper()).mkdir()
    (tmp_path / "11111111-2222-3333-4444-555555555555").mkdir()
    run_file(tmp_path / "best model ü")
    (tmp_path / "empty").mkdir()
    put(tmp_path, OTHER, "a file named like a run")
    assert [(each.relative, each.uuid_hint) for each in folders(tmp_path)] == [
        (UUID.upper(), UUID),
        ("11111111-2222-3333-4444-555555555555", "11111111222233334444555555555555"),
        ("best model ü", None),
    ]
    assert sorted(skipped(tmp_path)) == sorted([("not-a-run", "empty"), ("not-a-run", OTHER)])


@pytest.mark.parametrize(
    "name", [UUID[:-1], UUID + "0", UUID[:-1] + "g", DASHED[:-1], UUID[:8] + "-" + UUID[8:]]
)
def test_a_name_that_is_almost_a_uuid_is_none(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    assert folders(tmp_path) == []
    assert skipped(tmp_path) == [("not-a-run", name)]


def test_runs_are_found_in_the_child_runs(tmp_path: Path) -> None:
    run_file(tmp_path / "runs" / UUID)
    put(tmp_path, "notes.txt", "")
    [folder] = folders(tmp_path)
    assert folder.relative == f"runs/{UUID}"
    assert folder.store == str(tmp_path)
    assert skipped(tmp_path) == [("not-a-run", "notes.txt")]


def test_runs_are_found_beside_a_child_runs_and_in_it(tmp_path: Path) -> None:
    run_file(tmp_path / "runs" / UUID)
    run_file(tmp_path / OTHER)
    put(tmp_path, "notes.txt", "")
    assert [each.relative for each in folders(tmp_path)] == [OTHER, f"runs/{UUID}"]
    assert [each.store for each in folders(tmp_path)] == [str(tmp_path)] * 2
    assert skipped(tmp_path) == [("not-a-run", "notes.txt")]


def test_a_store_that_is_linked_as_its_own_child_is_read_once(tmp_path: Path) -> None:
    run_file(tmp_path / UUID)
    (tmp_path / "runs").symlink_to(tmp_path)
    assert [each.relative for each in folders(tmp_path)] == [UUID]
    assert skipped(tmp_path) == [("not-a-run", "runs")]


def test_a_run_that_is_called_runs_may_have_runs_in_it(tmp_path: Path) -> None:
    run_file(tmp_path / "runs")
    run_file(tmp_path / "runs" / UUID)
    assert [each.relative for each in folders(tmp_path)] == ["runs", f"runs/{UUID}"]


@pytest.mark.parametrize("name", [UUID, "some run"])
def test_the_path_may_be_a_run_itself(tmp_path: Path, name: str) -> None:
    run_file(tmp_path / name)
    [folder] = folders(tmp_path / name)
    assert folder.relative == "."
    assert folder.store == folder.path == str(tmp_path / name)
    assert folder.uuid_hint == (UUID if name == UUID else None)
    assert folder.file("run.plx.json") == "run.plx.json"


def test_a_killed_run_may_be_given_alone(tmp_path: Path) -> None:
    put(tmp_path / UUID, "events/metric/loss.plx", HEADER)
    [folder] = folders(tmp_path / UUID)
    assert (folder.relative, folder.uuid_hint) == (".", UUID)


def test_an_empty_store_has_nothing(tmp_path: Path) -> None:
    assert list(scan(tmp_path)) == []


def test_a_store_that_is_not_there_raises(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        list(scan(tmp_path / "nowhere"))
    with pytest.raises(NotADirectoryError):
        list(scan(put(tmp_path, "file", "")))


def test_links_are_followed_only_inside_the_store(tmp_path: Path) -> None:
    store = tmp_path / "store"
    run_file(tmp_path / "outside" / OTHER)
    run_file(store / "old" / UUID)
    run_file(store / "22222222222222222222222222222222")
    (store / OTHER).symlink_to(tmp_path / "outside" / OTHER)
    (store / UUID).symlink_to(store / "old" / UUID)
    (store / "latest").symlink_to(store / "22222222222222222222222222222222")
    (store / "loop").symlink_to(store / "loop")
    (store / "up").symlink_to(store)
    (store / "dangling").symlink_to(store / "nothing")
    assert [each.relative for each in folders(store)] == [UUID, "22222222222222222222222222222222"]
    assert sorted(skipped(store)) == [
        ("link-outside", OTHER),
        ("not-a-run", "dangling"),
        ("not-a-run", "latest"),
        ("not-a-run", "loop"),
        ("not-a-run", "old"),
        ("not-a-run", "up"),
    ]


def test_names_that_are_not_utf8_are_told_in_text(tmp_path: Path) -> None:
    path = os.path.join(os.fsencode(tmp_path), b"caf\xe9")
    os.mkdir(path)
    with open(os.path.join(path, b"run.plx.json"), "wb") as file:
        file.write(b"{}")
    [folder] = folders(tmp_path)
    assert folder.relative == "caf\\xe9"
    assert (Path(folder.path) / "run.plx.json").exists()


def make_run(store: Path) -> Path:
    folder = store / UUID
    run_file(folder, name="a")
    put(folder, "lineages.plx.json", "[]")
    put(folder, "events/metric/loss.plx", HEADER + "0||1.0")
    put(folder, "resources/metric/cpu.plx", HEADER + "0||1.0")
    put(folder, "outputs/model.bin", "weights")
    return folder


@pytest.mark.parametrize(
    "name", ["run.plx.json", "lineages.plx.json", "events/metric/loss.plx", "resources/metric/cpu.plx"]
)
@pytest.mark.parametrize("change", ["grow", "touch", "remove", "rename"])
def test_the_fingerprint_tells_every_change_that_matters(tmp_path: Path, name: str, change: str) -> None:
    path = make_run(tmp_path) / name
    [before] = folders(tmp_path)
    contents = content_fingerprint(before)
    match change:
        case "grow":
            time = path.stat()
            path.write_bytes(path.read_bytes() + b" ")
            os.utime(path, ns=(time.st_atime_ns, time.st_mtime_ns))
        case "touch":
            time = path.stat()
            os.utime(path, ns=(time.st_atime_ns, time.st_mtime_ns + 1))
        case "remove":
            path.unlink()
        case "rename":
            path.rename(path.with_name("other.plx"))
    [after] = folders(tmp_path)
    assert after.fingerprint != before.fingerprint
    assert (content_fingerprint(after) != contents) == (change != "touch")


def test_a_change_of_events_without_a_name_is_seen(tmp_path: Path) -> None:
    path = put(make_run(tmp_path), "events/image", "step|timestamp|image")
    [before] = folders(tmp_path)
    contents = content_fingerprint(before)
    path.write_text("step|timestamp|image\n0||{}")
    [after] = folders(tmp_path)
    assert after.fingerprint != before.fingerprint
    assert content_fingerprint(after) != contents


def test_the_size_is_that_of_the_files_that_are_read(tmp_path: Path) -> None:
    folder = make_run(tmp_path)
    [found] = folders(tmp_path)
    read = [path for path in folder.rglob("*.plx*") if path.is_file()]
    assert found.size == sum(path.stat().st_size for path in read) > 0


def test_the_fingerprint_forgets_what_does_not_matter(tmp_path: Path) -> None:
    folder = make_run(tmp_path)
    [before] = folders(tmp_path)
    contents = content_fingerprint(before)
    put(folder, "outputs/model.bin", "other weights")
    put(folder, "plxlogs/logs.jsonl", "{}")
    assert folders(tmp_path) == [before]
    assert content_fingerprint(before) == contents


def test_the_content_fingerprint_sees_what_size_and_time_hide(tmp_path: Path) -> None:
    path = make_run(tmp_path) / "events/metric/loss.plx"
    [before] = folders(tmp_path)
    contents = content_fingerprint(before)
    time = path.stat()
    path.write_text(HEADER + "0||2.0")
    os.utime(path, ns=(time.st_atime_ns, time.st_mtime_ns))
    assert folders(tmp_path) == [before]
    assert content_fingerprint(before) != contents


def test_fingerprints_do_not_depend_on_the_place_of_the_store(tmp_path: Path) -> None:
    make_run(tmp_path / "a")
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    [left], [right] = folders(tmp_path / "a"), folders(tmp_path / "b")
    assert left.fingerprint == right.fingerprint
    assert content_fingerprint(left) == content_fingerprint(right)


def test_fingerprints_do_not_depend_on_the_order_of_a_listing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_run(tmp_path)
    put(folder, "events/metric/accuracy.plx", HEADER)
    before = folders(tmp_path)
    listed = os.scandir

    @contextmanager
    def backwards(path: str) -> Iterator[list[os.DirEntry[str]]]:
        with listed(path) as entries:
            yield sorted(entries, key=lambda entry: entry.name, reverse=True)

    monkeypatch.setattr(os, "scandir", backwards)
    reverse = folders(tmp_path)

    @contextmanager
    def forwards(path: str) -> Iterator[list[os.DirEntry[str]]]:
        with listed(path) as entries:
            yield sorted(entries, key=lambda entry: entry.name)

    monkeypatch.setattr(os, "scandir", forwards)
    assert folders(tmp_path) == reverse == before


def test_a_link_out_of_the_store_does_not_show_in_fingerprints(tmp_path: Path) -> None:
    folder = make_run(tmp_path / "store")
    secret = put(tmp_path, "secret.plx", "secret")
    (folder / "events/metric/link.plx").symlink_to(secret)
    [before] = folders(tmp_path / "store")
    contents = content_fingerprint(before)
    secret.write_text("another secret")
    assert folders(tmp_path / "store") == [before]
    assert content_fingerprint(before) == contents
