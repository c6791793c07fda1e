"""`pql batch`: many queries, one process, for scripts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cli_runner import ARTIFACTS, CUT, FAILED, NAMELESS, STOPPED, run_pql


def ask(home: Path, *requests: Any) -> list[dict[str, Any]]:
    """The answers to requests, given as data or as lines of text."""
    lines = (each if isinstance(each, str) else json.dumps(each) for each in requests)
    done = run_pql("batch", cwd=home, stdin="\n".join(lines) + "\n")
    assert (done.code, done.err) == (0, "")
    return [json.loads(line) for line in done.lines]


def test_answers_come_in_the_order_of_the_requests(home: Path) -> None:
    requests = [
        {"id": "b", "query": "status:failed"},
        {"id": 2, "query": "status:stopped"},
        {"id": None, "query": "nope:1"},
        {"id": ["x"], "query": "metrics.loss:<0.1"},
    ]
    answers = ask(home, *requests)
    assert [each["id"] for each in answers] == ["b", 2, None, ["x"]]
    assert answers[0] == {"id": "b", "uuids": [FAILED], "total": 1}
    assert answers[1] == {"id": 2, "uuids": [STOPPED], "total": 1}
    assert answers[3] == {"id": ["x"], "uuids": [CUT], "total": 1}


def test_sort_limit_and_offset(home: Path) -> None:
    page = {"query": "metrics.loss:~nil", "sort": "metrics.loss", "limit": 1, "offset": 6}
    (answer,) = ask(home, {"id": 1, **page})
    assert answer == {"id": 1, "uuids": [STOPPED], "total": 7}


def test_blank_lines_are_passed_over_and_nulls_are_defaults(home: Path) -> None:
    nulls = {"query": None, "sort": None, "limit": None, "offset": None, "entity": None}
    answers = ask(home, "", {"id": 1, **nulls}, "  \t ", "", '{"id": 2}')
    assert [(each["id"], each["total"], len(each["uuids"])) for each in answers] == [(1, 12, 12), (2, 12, 12)]


def test_a_last_line_needs_no_newline_and_a_byte_order_mark_does_no_harm(home: Path) -> None:
    done = run_pql("batch", cwd=home, stdin='\ufeff{"id": 1}\r\n{"id": 2}')
    assert [json.loads(line)["id"] for line in done.lines] == [1, 2]


def test_no_limit_unless_given(tmp_path: Path) -> None:
    for number in range(30):
        folder = tmp_path / "runs" / f"{number:032x}"
        folder.mkdir(parents=True)
        (folder / "run.plx.json").write_text(json.dumps({"uuid": f"{number:032x}"}))
    assert run_pql("index", "refresh", "runs", cwd=tmp_path).code == 0
    everything, few = ask(tmp_path, {"id": 1}, {"id": 2, "limit": 3})
    assert (len(everything["uuids"]), everything["total"]) == (30, 30)
    assert (len(few["uuids"]), few["total"]) == (3, 30)


def test_artifacts(home: Path) -> None:
    request = {
        "id": 7,
        "entity": "artifacts",
        "query": "kind:model, name:%model",
        "sort": "-name",
        "limit": 3,
    }
    assert ask(home, request) == [
        {
            "id": 7,
            "artifacts": [
                [NAMELESS, "saved-model", "model", False],
                [ARTIFACTS, "saved-model", "model", False],
                [NAMELESS, "remote-model", "model", False],
            ],
            "total": 6,
        }
    ]


def test_a_wrong_query_has_a_code_a_message_and_a_span(home: Path) -> None:
    (answer,) = ask(home, {"id": 1, "query": "status:failed, stauts:running"})
    assert answer == {
        "id": 1,
        "error": {"code": "PQL201", "message": "there is no field `stauts`", "span": [15, 21]},
    }


@pytest.mark.parametrize(
    ("request_line", "code", "identity"),
    [
        ("nonsense", "PQL901", None),
        ('{"id": 1', "PQL901", None),
        ("[1]", "PQL901", None),
        ("null", "PQL901", None),
        ("[" * 100_000, "PQL901", None),
        ('{"id": 1, "query": 3}', "PQL902", 1),
        ('{"id": 1, "sort": ["name"]}', "PQL902", 1),
        ('{"id": 1, "limit": "5"}', "PQL902", 1),
        ('{"id": 1, "limit": true}', "PQL902", 1),
        ('{"id": 1, "limit": 1.5}', "PQL902", 1),
        ('{"id": 1, "entity": "run"}', "PQL902", 1),
        ('{"id": 1, "qurey": "status:failed"}', "PQL902", 1),
        ('{"id": 1, "limit": 0}', "PQL401", 1),
        ('{"id": 1, "limit": -1}', "PQL401", 1),
        ('{"id": 1, "offset": -1}', "PQL402", 1),
        ('{"id": 1, "query": ""}', "PQL101", 1),
        ('{"id": 1, "query": "\\ud800"}', "PQL114", 1),
        ('{"id": 1, "sort": "nope"}', "PQL204", 1),
        ('{"id": "\\ud800", "query": "nope:1"}', "PQL201", "\ud800"),
    ],
)
def test_a_fault_is_the_answer_to_its_line_alone(
    home: Path, request_line: str, code: str, identity: object
) -> None:
    wrong, right = ask(home, request_line, {"id": "after", "query": "status:failed"})
    assert set(wrong) == {"id", "error"}
    assert set(wrong["error"]) == {"code", "message", "span"}
    assert (wrong["id"], wrong["error"]["code"]) == (identity, code)
    assert wrong["error"]["message"]
    assert right == {"id": "after", "uuids": [FAILED], "total": 1}


def test_bytes_that_are_not_utf_8_are_a_fault_of_their_line(home: Path) -> None:
    done = run_pql("batch", cwd=home, stdin=b'{"id": 1, "query": "name:\xff"}\n{"id": 2}\n')
    wrong, right = map(json.loads, done.lines)
    assert (wrong["id"], wrong["error"]["code"]) == (None, "PQL901")
    assert (right["id"], right["total"]) == (2, 12)


def test_requests_may_come_from_a_file(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "requests.jsonl"
    file.write_text('{"id": 1, "query": "tags:été", "limit": 1}\n', encoding="utf-8")
    for arguments in ((str(file),), ("-",)):
        done = run_pql("batch", *arguments, cwd=home, stdin=file.read_bytes())
        assert [json.loads(line)["total"] for line in done.lines] == [3]


def test_a_file_that_is_not_there_is_wrong_usage(home: Path, tmp_path: Path) -> None:
    for name in ("missing.jsonl", "."):
        done = run_pql("batch", str(tmp_path / name), cwd=home)
        assert (done.code, done.out) == (2, "")
        assert str(tmp_path) in done.err


def test_nothing_in_nothing_out(home: Path) -> None:
    assert ask(home) == []


def test_long_queries_are_answered(home: Path) -> None:
    conjunction = ",".join(["status:failed"] * 8_000)
    alternatives = " | ".join(["status:failed"] * 6_000)
    members = "status:" + "failed|" * 15_000 + "failed"
    assert min(map(len, (conjunction, alternatives, members))) > 90_000
    answers = ask(home, *({"id": 1, "query": each} for each in (conjunction, alternatives, members)))
    assert [each.get("uuids") for each in answers] == [[FAILED]] * 3
