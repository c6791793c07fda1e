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
    whole_run,
)

from lineage_index.ingest.content import LARGEST_JSON, content_fingerprint
from lineage_index.ingest.folder import pick_newest, read_run
from lineage_index.ingest.problems import CODES, make_problem
from lineage_index.ingest.record import ArtifactRecord, Problem, RunRecord
from lineage_index.ingest.scan import scan


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
        file.truncate(LARGEST_JSON + 1)


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


def test_a_run_file_may_be_a_link_within_the_store(tmp_path: Path) -> None:
    file = whole_run(tmp_path) / "run.plx.json"
    file.rename(file.with_name("real.json"))
    file.symlink_to("real.json")
    assert read_only(tmp_path).problems == ()
    assert read_only(tmp_path).scalars["name"] == "whole"


def test_a_run_file_that_links_to_itself_is_unreadable(tmp_path: Path) -> None:
    file = whole_run(tmp_path) / "run.plx.json"
    file.unlink()
    file.symlink_to("run.plx.json")
    assert only_problem(read_only(tmp_path)).code == "unreadable"


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
        file.truncate(LARGEST_JSON + 1)
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
