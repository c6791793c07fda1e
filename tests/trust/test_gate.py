"""What the tests of killing and of failing disks stand on: the gate sees every call, of whatever library."""

from __future__ import annotations

import errno
import os
import signal
from pathlib import Path

import pytest
from gate import Call, run_child, unavailable

pytestmark = pytest.mark.skipif(unavailable() is not None, reason=str(unavailable()))


def _change(folder: Path) -> str:
    (folder / "made").mkdir()
    with (folder / "file").open("w") as file:
        file.write("text")
    os.rename(folder / "file", folder / "made" / "file")
    (folder / "made" / "file").unlink()
    return "done"


CALLS = ["mkdir made", "openat file", "write file", "rename made/file", "unlink made/file"]


def _told(calls: list[Call], folder: Path) -> list[str]:
    return [f"{call.name} {os.path.relpath(call.path, folder)}" for call in calls]


def test_every_writing_call_is_seen(tmp_path: Path) -> None:
    ended = run_child(_change, tmp_path, gate=lambda number, call: None, below=tmp_path)
    assert (ended.value, ended.error, ended.signal) == ("done", None, None)
    assert _told(ended.calls, tmp_path) == CALLS


@pytest.mark.parametrize("number", range(1, len(CALLS) + 1))
def test_a_call_that_is_refused_fails_and_changes_nothing(tmp_path: Path, number: int) -> None:
    ended = run_child(
        _change, tmp_path, gate=lambda count, call: errno.ENOSPC if count == number else None, below=tmp_path
    )
    assert ended.raised == "OSError"
    assert ended.error is not None
    assert "No space left on device" in ended.error
    assert _told(ended.calls, tmp_path)[:number] == CALLS[:number]
    assert (tmp_path / "made").exists() is (number > 1)


@pytest.mark.parametrize("number", range(1, len(CALLS) + 1))
def test_a_killed_process_has_not_made_the_call(tmp_path: Path, number: int) -> None:
    ended = run_child(
        _change, tmp_path, gate=lambda count, call: -1 if count == number else None, below=tmp_path
    )
    assert ended.signal == signal.SIGKILL
    assert _told(ended.calls, tmp_path) == CALLS[:number]
    found = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")}
    assert found == [set(), {"made"}, {"made", "file"}, {"made", "file"}, {"made", "made/file"}][number - 1]


def test_what_lies_elsewhere_is_let_through(tmp_path: Path) -> None:
    (tmp_path / "watched").mkdir()
    (tmp_path / "other").mkdir()
    ended = run_child(
        _change, tmp_path / "other", gate=lambda number, call: errno.EIO, below=tmp_path / "watched"
    )
    assert (ended.value, ended.calls) == ("done", [])


def test_a_process_is_killed_when_its_time_is_up(tmp_path: Path) -> None:
    ended = run_child(signal.pause, seconds=0.01)
    assert (ended.signal, ended.value) == (signal.SIGKILL, None)
