"""What may not be read, can't be read just now, or goes away: told, and read again where that helps."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from ingest_store import (
    HEADER,
    UUID,
    codes,
    folders,
    only_problem,
    put,
    read_only,
    run_file,
    series,
    whole_run,
)

from lineage_index import refresh
from lineage_index.ingest import draft, metrics
from lineage_index.ingest.folder import read_run
from lineage_index.ingest.seriesfile import SeriesFile


def test_links_in_a_run_stay_in_the_store(tmp_path: Path) -> None:
    store = tmp_path / "store"
    folder = whole_run(store)
    outside = put(tmp_path, "outside/metric/secret.plx", HEADER + "0||42.0")
    (folder / "events/metric/leak.plx").symlink_to(outside)
    (folder / "events/other").symlink_to(outside.parent)
    (folder / "events/metric/self.plx").symlink_to(folder / "events/metric/self.plx")
    (folder / "events/metric/gone.plx").symlink_to(folder / "events/metric/nothing.plx")
    (folder / "events/up").symlink_to(store)
    (folder / "events/metric/again.plx").symlink_to(folder / "events/metric/loss.plx")
    record = read_only(store)
    assert {(each.code, each.path) for each in record.problems} == {
        ("link-outside", f"{UUID}/events/metric/leak.plx"),
        ("link-outside", f"{UUID}/events/metric/self.plx"),
        ("link-outside", f"{UUID}/events/metric/gone.plx"),
        ("link-outside", f"{UUID}/events/other"),
        ("not-an-event-file", f"{UUID}/events/up/{UUID}"),
    }
    assert series(record, "metric", "again").count == 2
    assert {each.name for each in record.series if each.kind == "metric"} == {"loss", "again", "cpu"}


def test_a_file_that_may_not_be_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole_run(tmp_path)
    opened = os.open

    def refuse(path: str, *rest: object, **more: object) -> int:
        if str(path).endswith(("loss.plx", "note.plx", "lineages.plx.json")):
            raise PermissionError(13, "Permission denied", path)
        return opened(path, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "open", refuse)
    record = read_only(tmp_path)
    assert sorted((each.code, each.path) for each in record.problems) == [
        ("unreadable", f"{UUID}/events/metric/loss.plx"),
        ("unreadable", f"{UUID}/events/text/note.plx"),
        ("unreadable", f"{UUID}/lineages.plx.json"),
    ]
    assert all("Permission denied" in each.message for each in record.problems)
    assert [each.count for each in record.series] == [1, 0, 0, 1]
    assert len(record.artifacts) == 4


def _unlisted(monkeypatch: pytest.MonkeyPatch, end: str, error: OSError) -> None:
    """From here on folders whose paths end so can't be listed."""
    listed = os.scandir

    def scandir(path: str) -> object:
        if path.endswith(end):
            raise error
        return listed(path)

    monkeypatch.setattr(os, "scandir", scandir)


def test_a_folder_that_may_not_be_listed_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole_run(tmp_path)
    [folder] = folders(tmp_path)
    _unlisted(monkeypatch, "metric", PermissionError(13, "Permission denied"))
    record = read_run(folder)
    assert {(each.code, each.path) for each in record.problems} == {
        ("unreadable", f"{UUID}/events/metric"),
        ("unreadable", f"{UUID}/resources/metric"),
    }
    assert [each.kind for each in record.series] == ["image", "text"]
    [changed] = folders(tmp_path)
    assert changed.fingerprint != folder.fingerprint


def test_a_folder_whose_listing_failed_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole_run(tmp_path)
    [folder] = folders(tmp_path)
    _unlisted(monkeypatch, "text", OSError(5, "Input/output error"))
    record = read_run(folder)
    assert (only_problem(record).code, record.folder.fingerprint) == ("failed-read", "")


def test_reading_that_fails_half_way_keeps_what_was_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / UUID
    run_file(folder)
    put(folder, "lineages.plx.json", "[]")
    put(folder, "events/metric/loss.plx", HEADER + "".join(f"{step}||1.0\n" for step in range(100)))
    read = os.read

    def fail(descriptor: int, size: int) -> bytes:
        if size == 64 and os.lseek(descriptor, 0, os.SEEK_CUR) > 400:
            raise OSError(5, "Input/output error")
        return read(descriptor, size)

    monkeypatch.setattr(metrics, "_FIRST_READ", 64)
    monkeypatch.setattr(metrics, "_CHUNK", 64)
    monkeypatch.setattr(os, "read", fail)
    record = read_only(tmp_path)
    assert only_problem(record).code == "failed-read"
    assert 10 < series(record, "metric", "loss").count < 100
    assert record.folder.fingerprint == ""


@pytest.mark.parametrize("name", ["run.plx.json", "lineages.plx.json", "loss.plx", "note.plx"])
def test_a_read_that_failed_is_made_up_for_by_the_next_refresh(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    store, index = tmp_path / "store", tmp_path / "index"
    whole_run(store)
    opened = os.open

    def fail(path: str, *rest: object, **more: object) -> int:
        if str(path).endswith(name):
            raise OSError(5, "Input/output error", path)
        return opened(path, *rest, **more)  # type: ignore[arg-type]

    with monkeypatch.context() as disk:
        disk.setattr(os, "open", fail)
        first = refresh(store, index)
    assert [each.code for each in first.problems] == ["failed-read"]
    again = refresh(store, index)
    assert (again.changed, again.problems) == (1, ())
    assert refresh(store, index).unchanged == 1


def test_files_that_vanish_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = whole_run(tmp_path)
    listed = draft._series_files

    def vanish(*arguments: object) -> list[SeriesFile]:
        found = list(listed(*arguments))  # type: ignore[arg-type]
        (folder / "events/metric/loss.plx").unlink()
        (folder / "events/text/note.plx").unlink()
        return found

    monkeypatch.setattr(draft, "_series_files", vanish)
    record = read_only(tmp_path)
    assert [(each.code, each.path) for each in record.problems] == [
        ("vanished", f"{UUID}/events/metric/loss.plx"),
        ("vanished", f"{UUID}/events/text/note.plx"),
    ]
    assert [each.count for each in record.series] == [1, 0, 0, 1]


def test_a_folder_that_vanishes_is_told(tmp_path: Path) -> None:
    folder = whole_run(tmp_path)
    [found] = folders(tmp_path)
    folder.rename(tmp_path / "gone")
    record = read_run(found)
    assert codes(record) == ["no-run-file", "vanished"]
    assert (record.scalars, record.series, record.artifacts) == ({"status": "unknown"}, (), ())
