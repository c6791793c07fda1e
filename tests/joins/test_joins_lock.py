"""Lock files: their bytes, what is refused as one, and what has moved since."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from datetime import date
from hashlib import sha256
from typing import Any

import pytest
from join_samples import join

from pql.joins import Join, JoinParam, MatchedRun, parse_reference, placed
from pql.joins.lock import LockUnusableError, lock_bytes, lock_data, moved, read_lock

SEARCH = '{"limit": 3, "offset": 1, "query": "name:é", "sort": "-name"}'
JOIN = Join(
    placed("name:é"), placed("-name", "sort"), 3, 1, (JoinParam("lrs", parse_reference("inputs.lr")),)
)
RUNS = [MatchedRun("b", inputs={"lr": 1}), MatchedRun("a")]
FILE = """\
{
  "format": 1,
  "joins": [
    {
      "limit": 3,
      "offset": 1,
      "query": "name:é",
      "sha256": "%s",
      "sort": "-name",
      "uuids": [
        "b",
        "a"
      ],
      "values": {
        "lrs": [
          1,
          null
        ]
      }
    }
  ],
  "operation": "op",
  "params": {
    "since": "2026-01-02"
  },
  "snapshot": 7
}
"""


def test_the_bytes_of_a_lock_file() -> None:
    data = lock_data("op", {"since": date(2026, 1, 2)}, (JOIN,), (RUNS,), 7)
    expected = FILE % sha256(SEARCH.encode()).hexdigest()
    assert lock_bytes(data).decode() == expected
    assert read_lock(expected.encode()) == json.loads(expected)


def test_half_of_a_surrogate_pair_can_be_locked() -> None:
    data = lock_data("op", {"a": "\ud800"}, (), (), 1)
    assert read_lock(lock_bytes(data)) == data


def test_every_join_is_locked_with_its_runs() -> None:
    with pytest.raises(ValueError, match="argument 2"):
        lock_data("op", {}, (JOIN,), (), 7)


def locked() -> Any:
    return lock_data("op", {"a": 1, "b": 2}, (join(lrs="inputs.lr"),), (RUNS,), 1)


def changed(change: Callable[[Any], object]) -> Any:
    data = locked()
    change(data)
    return data


JOINS = "its `joins` are damaged"
VERSION = "it is no lock file of version 1"
DAMAGE: dict[str, tuple[Callable[[Any], object], str]] = {
    "no format": (lambda data: data.pop("format"), VERSION),
    "another format": (lambda data: data.update(format=2), VERSION),
    "no joins": (lambda data: data.pop("joins"), JOINS),
    "joins that are no list": (lambda data: data.update(joins={}), JOINS),
    "a join that is none": (lambda data: data["joins"].append(5), JOINS),
    "no params": (lambda data: data.pop("params"), "its `params` are damaged"),
    "params that are a list": (lambda data: data.update(params=[]), "its `params` are damaged"),
    "a uuid that is no text": (lambda data: data["joins"][0]["uuids"].append([]), JOINS),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_a_damaged_lock_file_is_refused(name: str) -> None:
    assert read_lock(lock_bytes(locked())) == locked()
    change, reason = DAMAGE[name]
    with pytest.raises(LockUnusableError) as caught:
        read_lock(lock_bytes(changed(change)))
    assert str(caught.value) == reason


@pytest.mark.parametrize("name", ["query", "sort", "uuids", "values", "sha256"])
@pytest.mark.parametrize("value", [None, 5])
def test_every_part_of_a_join_is_looked_at(name: str, value: Any) -> None:
    with pytest.raises(LockUnusableError, match=JOINS):
        read_lock(lock_bytes(changed(lambda data: data["joins"][0].update({name: value}))))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"{", "it is not JSON (Expecting property name"),
        (b"\xff", "it is not JSON ("),
        (b"[" * 100_000, "it is not JSON ("),
        (b"[]", VERSION),
    ],
)
def test_what_is_no_lock_file_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(LockUnusableError) as caught:
        read_lock(data)
    assert str(caught.value).startswith(reason)


def since(change: Callable[[Any], object]) -> list[str]:
    return moved(locked(), changed(change))


def one(**parts: Any) -> Callable[[Any], object]:
    """A change of the join."""
    return lambda data: data["joins"][0].update(parts)


def test_nothing_has_moved() -> None:
    assert since(lambda data: None) == []
    assert since(lambda data: data.update(snapshot=2)) == []
    assert since(lambda data: data.update(params={"b": 2, "a": 1})) == []


MOVED: dict[str, tuple[Callable[[Any], object], list[str]]] = {
    "the operation": (lambda data: data.update(operation="other"), ["the operation was `op`"]),
    "params": (
        lambda data: data.update(params={"a": 5, "c": None}),
        ["the params have changed: `a`, `b`, `c`"],
    ),
    "one param": (lambda data: data["params"].update(b="2"), ["the params have changed: `b`"]),
    "the count of joins": (
        lambda data: data.update(operation=None, joins=[]),
        ["the operation was `op`", "there were 1 joins, and are 0"],
    ),
    "query": (one(sha256="", query="a:b"), ["join 1: its query changed"]),
    "all of the search": (
        one(sha256="", query="a:b", sort="c", limit=1, offset=2),
        ["join 1: its query and sort and limit and offset changed"],
    ),
    "a hash": (one(sha256=""), ["join 1: its search changed"]),
    "a run more": (one(uuids=["b", "a", "c" * 9]), ["join 1: run cccccccc match now"]),
    "a run less": (one(uuids=["a"], values={}), ["join 1: run b no longer match"]),
    "other runs": (
        one(uuids=["x", "y"]),
        ["join 1: runs b, a no longer match", "join 1: runs x, y match now"],
    ),
    "five runs more": (
        one(uuids=["b", "a", *"vwxyz"]),
        ["join 1: runs v, w, x, y, z match now"],
    ),
    "many runs more": (
        one(uuids=["b", "a", *(f"{number:04}" for number in range(1_006))]),
        ["join 1: runs 0000, 0001, 0002, 0003, 0004 and 1,001 more match now"],
    ),
    "the order": (one(uuids=["a", "b"], values={}), ["join 1: the runs have another order"]),
    "a value": (one(values={"lrs": [1, 2]}), ["join 1: the values have changed: `lrs`"]),
    "a value more": (
        one(values={"lrs": [1, None], "x": None}),
        ["join 1: the values have changed: `x`"],
    ),
}


@pytest.mark.parametrize("name", MOVED)
def test_what_has_moved_is_said(name: str) -> None:
    change, sentences = MOVED[name]
    assert since(change) == sentences


@pytest.mark.parametrize(
    "change", [lambda data: data.pop("operation"), lambda data: data.update(operation=None)]
)
def test_an_operation_that_had_no_name(change: Callable[[Any], object]) -> None:
    assert moved(changed(change), locked()) == ["the operation had no name"]


def test_every_join_is_told_by_its_number() -> None:
    two = changed(lambda data: data["joins"].append(deepcopy(data["joins"][0])))
    later = deepcopy(two)
    later["joins"][1]["uuids"] = ["b"]
    assert moved(two, later) == ["join 2: run a no longer match"]


def test_a_param_that_was_null_and_is_gone() -> None:
    null, gone = changed(lambda data: data["params"].update(c=None)), locked()
    assert moved(null, gone) == moved(gone, null) == ["the params have changed: `c`"]


def test_a_search_locked_without_a_limit() -> None:
    short = changed(lambda data: data["joins"][0].pop("limit"))
    assert moved(short, locked()) == []
    assert moved(short, changed(one(sha256="", limit=5))) == ["join 1: its limit changed"]
