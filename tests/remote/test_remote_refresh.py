from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from bucket_place import Place
from store_samples import content, tables_of

from lineage_index import Index, StoreMissing, refresh
from lineage_index.index.refresh import RefreshReport, compare_with_store
from lineage_index.ingest.objects import ObjectFolder, scan_objects
from lineage_index.ingest.scan import RunFolder, scan
from lineage_index.objects import bucket as bucket_module
from lineage_index.store.snapshot import Snapshot, open_snapshot
from lineage_index.store.verify import verify
from pql.cli.maintain import run_history
from pql.cli.refresh import run_refresh
from pql.cli.watch import run_watch

_OF_THE_STORE = ("store", "fingerprint")


def told(snapshot: Snapshot) -> dict[str, Any]:
    """All that a snapshot says but where it was read."""
    found = content(snapshot)
    columns = [
        name
        for name in tables_of(snapshot)["runs"].column_names
        if not (name[0] == "k" and name[1].isdigit())
    ]
    places = [columns.index(name) for name in _OF_THE_STORE]
    found["runs"] = sorted(
        tuple(cell for place, cell in enumerate(row) if place not in places) for row in found["runs"]
    )
    return found


def counts(report: RefreshReport) -> tuple[int, int, int, int]:
    return report.added, report.changed, report.unchanged, report.gone


def problems(report: RefreshReport) -> list[tuple[str, str, int | None]]:
    return [(each.code, each.path, each.line) for each in report.problems]


def test_store_and_index_are_where_they_like(place: Place, tmp_path: Path, run_folders: Path) -> None:
    place.upload(run_folders, place.store)
    here = tmp_path / "index"
    plain = refresh(run_folders, here)
    expected = told(open_snapshot(here))
    for store, index in (
        (str(run_folders), place.index),
        (place.store, str(tmp_path / "of objects")),
        (f"{place.store}/", f"{place.url}/both"),
    ):
        report = refresh(store, index)
        assert (report.store, report.index) == (store.rstrip("/"), index)
        assert counts(report) == counts(plain)
        assert (report.skipped, report.damaged) == (plain.skipped, plain.damaged)
        assert problems(report) == problems(plain)
        assert told(open_snapshot(index)) == expected
        assert verify(open_snapshot(index)) == []
        assert counts(refresh(store, index)) == (0, 0, plain.added, 0)


def test_only_changed_runs_are_copied(place: Place, tmp_path: Path, run_folders: Path) -> None:
    own = tmp_path / "runs"
    shutil.copytree(run_folders, own)
    place.upload(own, place.store)
    names = sorted(each.name for each in own.iterdir() if (each / "run.plx.json").exists())
    changed, gone, fresh = names[0], names[1], f"{7:032x}"
    index = tmp_path / "index"
    runs = refresh(place.store, index).added
    written = json.loads((own / changed / "run.plx.json").read_text())
    written["tags"] = ["changed"]
    (own / changed / "run.plx.json").write_text(json.dumps(written))
    shutil.copytree(own / names[2], own / fresh)
    bucket = place.bucket(place.store)
    bucket.send(own / changed / "run.plx.json", f"{changed}/run.plx.json")
    bucket.delete(f"{gone}/{name}" for name in place.names(f"{place.store}/{gone}"))
    shutil.rmtree(own / gone)
    place.upload(own / fresh, f"{place.store}/{fresh}")
    place.requests()
    assert sorted(code for code, _ in compare_with_store(open_snapshot(index), place.store)) == [
        "changed",
        "gone",
        "not-indexed",
    ]
    assert all(each.startswith("GET") and each.endswith("/lab") for each in place.requests())
    assert counts(refresh(place.store, index)) == (1, 1, runs - 2, 1)
    read = {each.split("/")[4] for each in place.requests() if each.count("/") > 3}
    assert read == {changed, fresh}
    refresh(own, tmp_path / "local")
    assert told(open_snapshot(index)) == told(open_snapshot(tmp_path / "local"))


def test_what_is_not_read_is_not_copied(place: Place, tmp_path: Path) -> None:
    for name in (
        "run_data.json",
        "lineages.json",
        "events/metric",
        "outputs/run.plx.json",
        "assets/data.bin",
        "events/model/x.txt",
    ):
        place.bucket(place.store).create(f"{1:032x}/{name}", b"{}")
    place.requests()
    refresh(place.store, tmp_path / "index")
    read = [each for each in place.requests() if each.startswith("GET /lab/") and "/runs/" in each]
    assert sorted(each.rpartition("/")[2] for each in read) == ["lineages.json", "metric", "run_data.json"]


def _found(items: Any) -> list[tuple[str, ...]]:
    return [
        (item.relative, str(item.uuid_hint))
        if isinstance(item, RunFolder | ObjectFolder)
        else (item.code, item.path, item.message)
        for item in items
    ]


@pytest.mark.parametrize(
    "files",
    [
        ["a/run.plx.json", "b/other", "file", f"{1:032x}/events/metric/loss.plx"],
        ["run.plx.json", "events/metric/x.plx", "runs/x/run.plx.json"],
        ["runs/x/run.plx.json", f"runs/{2:032x}/lineages.plx.json", "notes.txt", "runs/loose"],
        ["runs/run.plx.json", f"runs/{2:032x}/run.plx.json", "x"],
        [f"{1:032x}/run.plx.json", f"runs/{2:032x}/run.plx.json", "runs/loose", "x"],
        ["x/y/run.plx.json", "z"],
        ["ü ä/run.plx.json", "100%/run.plx.json", "a+b/run.plx.json", "%41/run.plx.json"],
    ],
)
def test_run_folders_are_found_as_in_a_folder(place: Place, tmp_path: Path, files: list[str]) -> None:
    root = tmp_path / "store"
    for name in files:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}")
    place.upload(root, place.store)
    assert _found(scan_objects(place.bucket(place.store))) == _found(scan(root))


@pytest.mark.parametrize("folder", ["", "runs/"])
def test_a_long_listing_is_that_of_all_objects(
    place: Place, monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    names = [f"{folder}{n * 7 % 16:x}{n:031x}/run.plx.json" for n in range(24)]
    # What stands before, between and behind the names of runs, and just where one listing ends.
    names += [
        f"{folder}{name}" for name in ("-", "0", "1", "1/x", "9\uffff", "a", "f", "f\uffff/x", "g", "é")
    ]
    bucket = place.bucket(place.store)
    for name in (*names, "zzz"):
        bucket.create(name, b"{}")
    for page in (1, 3, 1_000):
        monkeypatch.setattr(bucket_module, "_PAGE", page)
        assert sorted(each.name for each in bucket.scattered()) == sorted([*names, "zzz"])


def test_a_store_that_is_a_run(place: Place) -> None:
    url = f"{place.url}/{5:032x}"
    place.bucket(url).create("events/metric/loss.plx", b"step|timestamp|metric\n")
    (found,) = scan_objects(place.bucket(url))
    assert isinstance(found, ObjectFolder)
    assert (found.relative, found.uuid_hint) == (".", f"{5:032x}")
    assert refresh(url, place.index).added == 1


def test_odd_objects(place: Place, tmp_path: Path) -> None:
    """Names that are a file and a folder at once, and those that no file can have."""
    run = f"{1:032x}"
    bucket = place.bucket(place.store)
    rows = b"step|timestamp|metric\n0|2026-01-01T00:00:00+00:00|0.5\n"
    long = "x" * 300
    for name in (
        f"{run}/run.plx.json",
        f"{run}/events/metric",
        f"{run}/events/metric/loss.plx",
        f"{run}/events/metric/loss.plx/deeper",
        f"{run}/events/metric/good.plx",
        f"{run}/events/metric/{long}.plx",
        f"{run}/events/loose",
        f"{run}/resources",
        f"{long}/run.plx.json",
    ):
        bucket.create(name, rows if name.endswith("good.plx") else b"{}")
    report = refresh(place.store, tmp_path / "index")
    assert report.added == 1
    assert {(each.code, each.path.replace(run, "RUN").replace(long, "LONG")) for each in report.problems} >= {
        ("unreadable", "LONG"),
        ("unreadable", "RUN/events/metric/LONG.plx"),
        ("not-an-event-file", "RUN/events/metric/loss.plx"),
        ("not-an-event-file", "RUN/events/loose"),
    }
    with Index.open(tmp_path / "index") as index:
        assert index.search("metrics.good:0.5").total == 1


def test_an_object_that_goes_while_it_is_read(place: Place, tmp_path: Path) -> None:
    bucket = place.bucket(place.store)
    for n in (1, 2):
        bucket.create(f"{n:032x}/run.plx.json", b'{"name": "x"}')
    place.rules({"match": rf"GET /lab/.*/{1:032x}/run", "do": "missing"})
    report = refresh(place.store, tmp_path / "index")
    assert (report.added, report.damaged) == (2, 1)
    assert [(each.code, each.path) for each in report.problems if each.code == "no-run-file"] == [
        ("no-run-file", f"{1:032x}/run.plx.json")
    ]


@pytest.mark.parametrize(
    ("match", "fault"),
    [
        (r"GET /lab$", "busy"),
        (r"GET /lab$", "forbid"),
        ("GET /lab/.*run", "reset"),
        ("GET /lab/.*run", "forbid"),
    ],
)
def test_a_store_that_fails_midway(place: Place, match: str, fault: str) -> None:
    for n in range(4):
        place.bucket(place.store).create(f"{n:032x}/run.plx.json", b"{}")
    place.rules({"match": match, "do": fault, "skip": 0 if match.endswith("$") else 2})
    said = "may not do this" if fault == "forbid" else "the server could not be reached"
    index = str(place.cache / "index")
    with pytest.raises(StoreMissing, match=f"the run store {place.store} cannot be read: .*{said}"):
        refresh(place.store, index)
    place.rules()
    assert refresh(place.store, index).added == 4


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("s3://lab/there/is/nothing", "there are no objects"),
        ("s3://nowhere-to-be-found/runs", "there is no such bucket"),
        ("http://lab/runs", "http:// is not known here"),
        ("s3:///runs", "names no bucket"),
    ],
)
def test_a_store_that_is_not_there(place: Place, tmp_path: Path, url: str, words: str) -> None:
    with pytest.raises(StoreMissing, match=words):
        refresh(url, tmp_path / "index")
    assert not (tmp_path / "index").exists()


def test_two_processes_read_a_store(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a large store is read: the steps are done by processes of their own."""
    from lineage_index.index import steps

    monkeypatch.setattr(steps, "_PARALLEL_FROM", 4)
    monkeypatch.setattr(steps, "_FIRST", 2)
    bucket = place.bucket(place.store)
    for n in range(6):
        bucket.create(f"{n:032x}/run.plx.json", b'{"inputs": {"lr": 0.1}}')
    report = refresh(place.store, place.index, workers=2)
    assert report.added == 6
    assert verify(open_snapshot(place.index)) == []


@pytest.mark.parametrize(
    ("command", "code", "words"),
    [
        (
            lambda place: run_refresh("s3://nowhere-to-be-found/x", place.index, True, False, "text"),
            2,
            "no such bucket",
        ),
        (lambda place: run_refresh(place.store, "s3:///x", True, False, "text"), 3, "names no bucket"),
        (lambda place: run_history(place.index, "text"), 3, "there is no index at s3://"),
        (lambda place: run_watch(place.store, None, True, 1.0, True), 2, "`watch` follows folders"),
    ],
)
def test_the_command_line_says_one_sentence(
    place: Place, capsys: pytest.CaptureFixture[str], command: Any, code: int, words: str
) -> None:
    with pytest.raises(SystemExit) as caught:
        command(place)
    said = capsys.readouterr()
    assert (caught.value.code, said.out) == (code, "")
    assert said.err.startswith("error: ")
    assert said.err.count("\n") == 1
    assert words in said.err


def test_content_is_compared_on_demand(place: Place, tmp_path: Path) -> None:
    for n in range(3):
        place.bucket(place.store).create(f"{n:032x}/run.plx.json", b'{"inputs": {"lr": 0.1}}')
    refresh(place.store, tmp_path / "index")
    place.requests()
    assert counts(refresh(place.store, tmp_path / "index", verify=True)) == (0, 0, 3, 0)
    read = {each.rpartition("/runs/")[2] for each in place.requests() if "/runs/" in each}
    assert read == {f"{n:032x}/run.plx.json" for n in range(3)}
