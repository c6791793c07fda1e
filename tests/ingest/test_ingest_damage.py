"""Damaged and hostile run folders: the rest is read, and every loss is one problem with its path."""

from __future__ import annotations

import json
import os
import pickle
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from ingest_store import (
    DASHED,
    HEADER,
    OTHER,
    UUID,
    codes,
    folders,
    only_problem,
    put,
    read_only,
    run_file,
    series,
)

from lineage_index import refresh
from lineage_index.ingest import draft, files, metrics
from lineage_index.ingest.content import content_fingerprint
from lineage_index.ingest.folder import pick_newest, read_run
from lineage_index.ingest.problems import CODES, make_problem
from lineage_index.ingest.record import ArtifactRecord, Problem, RunRecord, Severity
from lineage_index.ingest.scan import scan

JSON_LINE = '{"timestamp": "2026-01-01 00:00:00Z", "step": %s, "text": "a|b\\n"}\n'


def whole_run(store: Path) -> Path:
    """A run with a file of every sort."""
    folder = store / UUID
    run_file(folder, name="whole", inputs={"lr": 1}, created_at="2026-01-01")
    put(folder, "lineages.plx.json", json.dumps([{"name": "m", "kind": "model", "path": "outputs/m"}]))
    put(folder, "events/metric/loss.plx", HEADER + "0||1.0\n1||2.0")
    put(folder, "events/text/note.plx", "\n" + JSON_LINE % 0 + JSON_LINE % 7)
    put(folder, "events/image/i.plx", 'step|timestamp|image\n3|2026-01-01 00:00:00Z|{"path": "a|b"}')
    put(folder, "resources/metric/cpu.plx", HEADER + "|2026-01-01 00:00:00Z|0.5")
    return folder


def test_a_whole_run_has_no_problem(tmp_path: Path) -> None:
    whole_run(tmp_path)
    record = read_only(tmp_path)
    assert record.problems == ()
    assert [(each.kind, each.name, each.resource, each.count) for each in record.series] == [
        ("image", "i", False, 1),
        ("metric", "loss", False, 2),
        ("text", "note", False, 2),
        ("metric", "cpu", True, 1),
    ]
    assert (series(record, "text", "note").first_step, series(record, "text", "note").last_step) == (0, 7)


def _truncate(folder: Path) -> None:
    path = folder / "run.plx.json"
    path.write_bytes(path.read_bytes()[:-5])


def _grow(folder: Path) -> None:
    with open(folder / "run.plx.json", "ab") as file:
        file.truncate(draft.LARGEST_JSON + 1)


def _deep(folder: Path) -> None:
    put(folder, "run.plx.json", f'{{"inputs": {"[" * 5000 + "]" * 5000}}}')


def _pipe(folder: Path) -> None:
    (folder / "run.plx.json").unlink()
    os.mkfifo(folder / "run.plx.json")


def _folder_for_file(folder: Path) -> None:
    (folder / "run.plx.json").unlink()
    (folder / "run.plx.json").mkdir()


def _link_out(folder: Path) -> None:
    secret = put(folder.parent.parent, "secret.json", '{"name": "secret"}')
    (folder / "run.plx.json").unlink()
    (folder / "run.plx.json").symlink_to(secret)


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        (_truncate, "bad-json"),
        (_grow, "too-large"),
        (_deep, "too-deep"),
        (_pipe, "unreadable"),
        (_folder_for_file, "unreadable"),
        (_link_out, "link-outside"),
        (lambda folder: (folder / "run.plx.json").unlink(), "no-run-file"),
    ],
)
def test_without_the_run_file_all_else_is_read(
    tmp_path: Path, damage: Callable[[Path], None], code: str
) -> None:
    damage(whole_run(tmp_path / "store"))
    record = read_only(tmp_path / "store")
    problem = only_problem(record)
    assert (problem.code, problem.path) == (code, f"{UUID}/run.plx.json")
    assert problem.lost
    assert record.uuid == UUID
    assert record.scalars == {"status": "unknown", "updated_at": datetime(2026, 1, 1)}  # noqa: DTZ001
    assert record.inputs == {}
    assert len(record.artifacts) == 1
    assert [each.count for each in record.series] == [1, 2, 2, 1]


@pytest.mark.parametrize(
    ("content", "code"),
    [('[{"name"', "bad-json"), ("{}", "wrong-type"), ("null", "wrong-type"), (None, "no-lineage-file")],
)
def test_without_the_lineage_artifacts_are_told_from_events(
    tmp_path: Path, content: str | None, code: str
) -> None:
    path = whole_run(tmp_path) / "lineages.plx.json"
    if content is None:
        path.unlink()
    else:
        path.write_text(content)
    record = read_only(tmp_path)
    assert (only_problem(record).code, only_problem(record).path) == (code, f"{UUID}/lineages.plx.json")
    assert [(each.name, each.kind, each.path, each.state, each.is_input) for each in record.artifacts] == [
        ("i", "image", "events/image/i.plx", "events/image/i.plx", False),
        ("loss", "metric", "events/metric/loss.plx", "events/metric/loss.plx", False),
        ("note", "text", "events/text/note.plx", "events/text/note.plx", False),
        ("cpu", "system", "resources/metric/cpu.plx", "resources/metric/cpu.plx", False),
    ]
    assert record.scalars["name"] == "whole"


def test_no_lineage_is_no_loss_without_events(tmp_path: Path) -> None:
    run_file(tmp_path / UUID)
    assert read_only(tmp_path).problems == ()


@pytest.mark.parametrize(("text", "expected"), [(13, 13), (11, 12)])
def test_the_last_event_dates_a_killed_run(tmp_path: Path, text: int, expected: int) -> None:
    times = [f"2026-01-01 {hour}:00:00+00:00" for hour in (10, 12, 11)]
    put(tmp_path / UUID, "events/metric/a.plx", HEADER + "\n".join(f"|{time}|1.0" for time in times))
    lines = [f'{{"timestamp": "2026-01-01T{hour:02}:00:00Z", "step": 1}}' for hour in (9, text, 8)]
    put(tmp_path / UUID, "events/text/b.plx", "\n" + "\n".join(lines))
    scalars = read_only(tmp_path).scalars
    assert scalars == {"status": "unknown", "updated_at": datetime(2026, 1, 1, expected)}  # noqa: DTZ001


def test_lineage_entries(tmp_path: Path) -> None:
    folder = whole_run(tmp_path)
    entries: list[object] = [
        {"name": "a", "kind": "data", "state": DASHED.upper(), "summary": {"hash": "h"}, "is_input": True},
        {"name": "b", "kind": "model", "path": "p", "summary": {"hash": "h", "n": 1}, "connection": "s3"},
        {"name": "c", "kind": "file", "path": "p", "summary": None, "connection": {"name": "gs"}},
        {"name": "d", "kind": "coderef"},
        "e",
        {"name": "f"},
        {"name": 5, "kind": "model"},
        {
            "name": "g",
            "kind": "file",
            "path": 5,
            "summary": [],
            "is_input": "yes",
            "state": 1,
            "connection": 2,
        },
        {"name": "h", "kind": "file", "path": "", "state": "", "summary": {"hash": 5}},
    ]
    put(folder, "lineages.plx.json", json.dumps(entries))
    record = read_only(tmp_path)
    assert record.artifacts == (
        ArtifactRecord("a", "data", None, UUID, True, {"hash": "h"}),
        ArtifactRecord("b", "model", "p", "h", False, {"hash": "h", "n": 1}, "s3"),
        ArtifactRecord("c", "file", "p", "p", False, None, "gs"),
        ArtifactRecord("d", "coderef", None, None, False),
        ArtifactRecord("g", "file", None, None, False),
        ArtifactRecord("h", "file", "", None, False, {"hash": 5}),
    )
    assert codes(record) == ["bad-entry"] * 3 + ["wrong-type"] * 5


def bad_lines(*numbers: int) -> list[tuple[str, int]]:
    return [("bad-line", number) for number in numbers]


@pytest.mark.parametrize(
    ("kind", "content", "count", "steps", "faults"),
    [
        ("text", "\n", 0, None, []),
        ("text", "", 0, None, [("bad-header", None)]),
        ("text", "\n" + JSON_LINE % 5 + (JSON_LINE % 6)[:-9], 1, (5, 5), [("cut-line", 3)]),
        ("text", "\n" + "{]\n" + JSON_LINE % 6, 1, (6, 6), [("bad-line", 2)]),
        ("text", "\n" + JSON_LINE % "null", 1, (None, None), []),
        ("text", "\n" + '{"timestamp": "2026-01-01"}\n', 1, (None, None), []),
        ("text", "\n" + JSON_LINE % '"x"', 0, None, [("bad-line", 2)]),
        ("text", "\n" + JSON_LINE % "true", 0, None, [("bad-line", 2)]),
        ("text", "\n" + JSON_LINE % 2**63, 0, None, [("bad-line", 2)]),
        (
            "text",
            "\n" + '{"timestamp": "soon", "step": 1}\n[1]\n{}\n',
            0,
            None,
            [("bad-line", i) for i in (2, 3, 4)],
        ),
        ("text", "\n" + "[" * 100_000 + "\n" + JSON_LINE % 1, 1, (1, 1), [("bad-line", 2)]),
        ("text", JSON_LINE % 1 + JSON_LINE % 2, 2, (1, 2), []),
        ("chart", "\n\n" + JSON_LINE % 1 + "\n", 1, (1, 1), []),
        ("image", 'step|timestamp|image\n1||{"a": 1}\n||{}\n', 2, (1, 1), []),
        ("image", 'step|timestamp|image\n1||{"a": 1}\n2||{"a"', 1, (1, 1), [("cut-line", 3)]),
        (
            "image",
            "step|timestamp|image\n1||5\n2|{}\nx||{}\n1|x|{}\n",
            0,
            None,
            [("bad-line", i) for i in (2, 3, 4, 5)],
        ),
        ("image", "step|timestamp|video\n1||{}\n", 1, (1, 1), [("bad-header", 1)]),
        ("image", "1||{}\n2||{}\n", 2, (1, 2), [("bad-header", 1)]),
        ("image", "oops\n2||{}\n", 1, (2, 2), [("bad-header", 1)]),
        (
            "image",
            b'step|timestamp|image\n\xff\xfe\n2||{"\xff": 1}\n3||{}\n',
            1,
            (3, 3),
            [("bad-line", i) for i in (2, 3)],
        ),
    ],
)
def test_event_files_of_other_kinds(
    tmp_path: Path,
    kind: str,
    content: str | bytes,
    count: int,
    steps: tuple[int | None, int | None] | None,
    faults: list[tuple[str, int | None]],
) -> None:
    put(whole_run(tmp_path), f"events/{kind}/x.plx", content)
    record = read_only(tmp_path)
    each = series(record, kind, "x")
    assert each.count == count
    assert (each.first_step, each.last_step) == (steps or (None, None))
    assert [(problem.code, problem.line) for problem in record.problems] == faults
    assert {problem.path for problem in record.problems} <= {f"{UUID}/events/{kind}/x.plx"}
    assert series(record, "metric", "loss").count == 2


def test_names_of_event_files(tmp_path: Path) -> None:
    folder = whole_run(tmp_path)
    long = "very~0123456789abcdef"
    names = ["train__loss", "train%2Floss", "%E6%97%A5%E6%9C%AC", "größe", "a b", long, "other~1"]
    for name in names:
        put(folder, f"events/metric/{name}.plx", HEADER + "0||1.0")
    whole = {"name": "very long", "kind": "metric", "path": f"events/metric/{long}.plx"}
    renamed = {"name": "renamed", "kind": "metric", "path": "events/metric/a b.plx"}
    put(folder, "lineages.plx.json", json.dumps([whole, renamed]))
    with open(os.path.join(os.fsencode(folder), b"events/metric/caf\xe9.plx"), "wb") as file:
        file.write(HEADER.encode() + b"0||1.0")
    record = read_only(tmp_path)
    assert record.problems == ()
    found = {each.name for each in record.series if each.kind == "metric" and not each.resource}
    assert found == {
        "loss",
        "train__loss",
        "train/loss",
        "日本",
        "größe",
        "a b",
        "very long",
        "other~1",
        "caf\\xe9",
    }
    order = [(each.resource, each.kind, each.name) for each in record.series]
    assert order == sorted(order)


def test_what_is_no_event_file_is_told(tmp_path: Path) -> None:
    folder = whole_run(tmp_path)
    put(folder, "events/stray.txt", "")
    put(folder, "events/metric/loss.plx.tmp", "")
    (folder / "events/metric/folder.plx").mkdir()
    os.mkfifo(folder / "events/metric/pipe.plx")
    record = read_only(tmp_path)
    assert {(each.code, each.path) for each in record.problems} == {
        ("not-an-event-file", f"{UUID}/events/{name}")
        for name in ("stray.txt", "metric/loss.plx.tmp", "metric/folder.plx", "metric/pipe.plx")
    }
    assert {each.severity for each in record.problems} == {Severity.NOTE}
    assert len(record.series) == 4


def test_a_file_where_the_events_should_be(tmp_path: Path) -> None:
    run_file(tmp_path / UUID)
    put(tmp_path / UUID, "events", "")
    assert codes(read_only(tmp_path)) == ["not-an-event-file"]


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

    monkeypatch.setattr(files.os, "open", refuse)
    record = read_only(tmp_path)
    assert sorted((each.code, each.path) for each in record.problems) == [
        ("unreadable", f"{UUID}/events/metric/loss.plx"),
        ("unreadable", f"{UUID}/events/text/note.plx"),
        ("unreadable", f"{UUID}/lineages.plx.json"),
    ]
    assert all("Permission denied" in each.message for each in record.problems)
    assert [each.count for each in record.series] == [1, 0, 0, 1]
    assert len(record.artifacts) == 4


def test_a_folder_that_may_not_be_listed_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole_run(tmp_path)
    [folder] = folders(tmp_path)
    listed = os.scandir

    def refuse(path: str) -> object:
        if path.endswith("metric"):
            raise PermissionError(13, "Permission denied", path)
        return listed(path)

    monkeypatch.setattr(os, "scandir", refuse)
    record = read_run(folder)
    assert {(each.code, each.path) for each in record.problems} == {
        ("unreadable", f"{UUID}/events/metric"),
        ("unreadable", f"{UUID}/resources/metric"),
    }
    assert [each.kind for each in record.series] == ["image", "text"]
    [changed] = folders(tmp_path)
    assert changed.fingerprint != folder.fingerprint


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
    monkeypatch.setattr(metrics.os, "read", fail)
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
        disk.setattr(files.os, "open", fail)
        first = refresh(store, index)
    assert [each.code for each in first.problems] == ["failed-read"]
    again = refresh(store, index)
    assert (again.changed, again.problems) == (1, ())
    assert refresh(store, index).unchanged == 1


def test_files_that_vanish_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = whole_run(tmp_path)
    listed = draft._series_files

    def vanish(*arguments: object) -> list[draft.SeriesFile]:
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


def test_any_byte_cut_off_anywhere_is_survived_and_told(tmp_path: Path) -> None:
    folder = whole_run(tmp_path)
    for path in sorted(folder.rglob("*.plx*")):
        if not path.is_file():
            continue
        whole = path.read_bytes()
        for size in range(len(whole)):
            path.write_bytes(whole[:size])
            record = read_only(tmp_path)
            relative = f"{UUID}/{path.relative_to(folder).as_posix()}"
            assert {each.path for each in record.problems} <= {relative}
            lost = sum(each.count for each in record.series) < 6
            if path.suffix == ".json":
                assert codes(record) == ["bad-json"]
            elif lost and not record.problems:  # cut between lines, or to a shorter number
                last = whole[:size].rpartition(b"\n")[2]
                assert not last or whole[size : size + 1] == b"\n" or float(last.rpartition(b"|")[2]) == 1
        path.write_bytes(whole)
    assert read_only(tmp_path).problems == ()


def duplicates(store: Path, *times: str | None) -> list[RunRecord]:
    for place, (name, time) in enumerate(zip((UUID, DASHED, "named"), times, strict=False)):
        run_file(store / name, uuid=UUID, updated_at=time, name=str(place))
    return [read_run(folder) for folder in folders(store)]


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        (("2026-01-01", "2026-01-02"), DASHED),
        (("2026-01-02", "2026-01-01"), UUID),
        (("2026-01-01", "2026-01-01"), min(UUID, DASHED)),
        ((None, "2026-01-01"), DASHED),
        ((None, None), min(UUID, DASHED)),
        (("2026-01-01", None, "2026-01-02"), "named"),
    ],
)
def test_of_several_folders_of_a_run_the_newest_counts(
    tmp_path: Path, times: tuple[str | None, ...], expected: str
) -> None:
    records = duplicates(tmp_path, *times)
    assert {each.uuid for each in records} == {UUID}
    for order in (records, records[::-1]):
        newest, problems = pick_newest(order)
        assert newest.folder.path == expected
        assert {each.path for each in problems} == {each.folder.path for each in records} - {expected}
        assert {each.code for each in problems} == {"duplicate-run"}


def test_no_record_is_the_newest_of_none() -> None:
    with pytest.raises(ValueError, match="no records"):
        pick_newest([])


def test_records_and_folders_can_be_sent_to_other_processes(tmp_path: Path) -> None:
    whole_run(tmp_path)
    [folder] = folders(tmp_path)
    record = read_run(folder)
    assert pickle.loads(pickle.dumps((folder, record))) == (folder, record)


def test_a_fault_of_every_sort_in_one_store(tmp_path: Path) -> None:
    store = tmp_path / "store"
    put(store, "stray", "")
    (store / "out").symlink_to(tmp_path)
    put(store / "no uuid", "run.plx.json", b'{"name": "\xff", "name": 5, "duration": NaN, "tags": [1]}')
    put(store / "no uuid", "events/metric/a.plx", "x\n" + "oops\n1||")
    put(store / "no uuid", "events/metric/b.txt", "")
    put(store / UUID, "run.plx.json", f'{{"uuid": "{OTHER}", "inputs": {{"n": 1{"0" * 5000}}}}}')
    put(store / DASHED, "run.plx.json", f'{{"inputs": {"[" * 300 + "]" * 300}}}')
    put(store / DASHED, "lineages.plx.json", "[")
    (store / OTHER / "lineages.plx.json").mkdir(parents=True)
    with open(put(store / "large", "run.plx.json", ""), "r+b") as file:
        file.truncate(draft.LARGEST_JSON + 1)
    gone = whole_run(tmp_path / "other")
    [found] = folders(tmp_path / "other")
    gone.rename(tmp_path / "moved")
    records = [read_run(each) for each in folders(store)]
    assert [each.folder.content for each in records] == [content_fingerprint(each) for each in folders(store)]
    problems = [each for each in scan(store) if isinstance(each, Problem)]
    problems += [problem for record in (*records, read_run(found)) for problem in record.problems]
    problems += pick_newest([each for each in records if each.uuid == UUID])[1]
    assert {each.code for each in problems} == set(CODES) - {"failed-read"}  # that one has tests above
    assert all(each.severity is CODES[each.code][0] for each in problems)


def test_a_code_that_is_not_listed_cannot_be_told() -> None:
    with pytest.raises(KeyError):
        make_problem("unheard-of", "path", "message")
