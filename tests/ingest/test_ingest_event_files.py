"""Event files: their lines, their names, and what lies beside them."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from ingest_store import (
    HEADER,
    JSON_LINE,
    UUID,
    codes,
    put,
    read_only,
    run_file,
    series,
    whole_run,
)

from lineage_index.ingest.record import Severity


def bad_lines(*numbers: int) -> list[tuple[str, int]]:
    return [("bad-line", number) for number in numbers]


@pytest.mark.parametrize(
    ("kind", "content", "count", "steps", "faults"),
    [
        ("text", "\n", 0, None, []),
        *[(kind, "", 0, None, []) for kind in ("html", "text", "chart", "span")],
        ("image", "", 0, None, [("bad-header", None)]),
        ("text", "\n" + JSON_LINE % 5 + (JSON_LINE % 6)[:-9], 1, (5, 5), [("cut-line", 3)]),
        ("text", "\n" + "{]\n" + JSON_LINE % 6, 1, (6, 6), [("bad-line", 2)]),
        ("text", "\n" + JSON_LINE % "null", 1, (None, None), []),
        ("text", "\n" + '{"timestamp": "2026-01-01"}\n', 1, (None, None), []),
        ("text", "\n" + JSON_LINE % '"x"', 0, None, [("bad-line", 2)]),
        ("text", "\n" + JSON_LINE % "true", 0, None, [("bad-line", 2)]),
        ("text", "\n" + JSON_LINE % 2**63 + JSON_LINE % 4.5, 2, (None, None), [("bad-value", 2)]),
        ("text", "\n" + JSON_LINE % 7.0, 1, (7, 7), []),
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
        ("text", "step|timestamp|text\n|2026-01-01|\n1.0|2026-01-02|a|b", 2, (1, 1), []),
        ("html", "step|timestamp|html\n2|2026-01-01|<b>\n\n|a|b|\n<p>\n4|2026-01-02|{", 2, (2, 4), []),
        ("html", "step|timestamp|html\n<p>\n2|2026-01-01|<b>", 1, (2, 2), [("bad-line", 2)]),
        ("image", 'step|timestamp|image\n1.0||{"a": 1}\n2.5||{}\n', 2, (1, 1), [("bad-value", 3)]),
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


def test_a_file_where_the_folder_of_a_kind_should_be_has_events_without_a_name(tmp_path: Path) -> None:
    run_file(tmp_path / UUID)
    put(tmp_path / UUID, "events/metric", HEADER + "0||1.0\n1||2.0")
    put(tmp_path / UUID, "events/text", "\n" + JSON_LINE % 5)
    record = read_only(tmp_path)
    assert [(each.kind, each.name, each.count) for each in record.series] == [
        ("metric", "", 2),
        ("text", "", 1),
    ]
    assert [(each.name, each.kind, each.path) for each in record.artifacts] == [
        ("", "metric", "events/metric"),
        ("", "text", "events/text"),
    ]
    assert codes(record) == ["no-lineage-file"]


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
