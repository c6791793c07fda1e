"""The processes that read for a refresh."""

from __future__ import annotations

import builtins
import os
import pickle
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from lineage_index.index import steps
from lineage_index.index.reading import read_folders
from lineage_index.index.refresh import refresh
from lineage_index.index.workers import Workers, start
from lineage_index.ingest.scan import RunFolder, scan
from lineage_index.store.errors import IndexUnreadable
from lineage_index.store.snapshot import open_snapshot
from lineage_index.tracking import Run


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("store")
    for number in range(6):
        with Run(store=path, name=f"run {number}") as run:
            run.log_metrics(step=0, loss=number / 10)
    return path


def test_calls_are_answered_and_what_they_print_is_no_answer() -> None:
    with Workers(2, "index") as workers:
        futures = [workers.submit(divmod, number, 7) for number in range(20)]
        printed = workers.submit(builtins.print, "not an answer", flush=True)
        assert [each.result() for each in futures] == [divmod(number, 7) for number in range(20)]
        assert printed.result() is None


def test_an_error_of_a_call_is_raised() -> None:
    with Workers(1, "index") as workers:
        with pytest.raises(ValueError, match="invalid literal"):
            workers.submit(int, "x").result()
        assert workers.submit(int, "7").result() == 7


def test_a_process_that_cannot_be_started_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(IndexUnreadable, match="no process can be started to read runs: No such file"):
        Workers(2, "index")


@pytest.mark.parametrize(
    ("call", "how"),
    [
        ((os._exit, 3), "with exit code 3"),
        ((signal.raise_signal, signal.SIGKILL), "by signal 9"),
    ],
)
def test_a_process_that_ends_is_told(call: tuple[object, ...], how: str) -> None:
    function, *arguments = call
    with pytest.raises(IndexUnreadable, match=how), Workers(1, "index") as workers:
        workers.submit(function, *arguments).result()  # type: ignore[arg-type]


def test_what_nobody_waits_for_is_taken_away(
    store: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    folders = [each for each in scan(store) if isinstance(each, RunFolder)]
    process = start()
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdout.close()
    pickle.dump((read_folders, (folders, tmp_path, "store", True, None), {}), process.stdin)
    process.stdin.flush()
    assert process.wait() == 0
    process.stdin.close()
    assert capfd.readouterr().err == ""
    assert (tmp_path / "runs").is_dir()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_script_needs_no_guard(store: Path, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import sys\n"
        "from lineage_index import refresh\n"
        "from lineage_index.index import steps\n"
        "print('script')\n"
        "steps._PARALLEL_FROM, steps._FIRST = 2, 1\n"
        "print(refresh(sys.argv[1], sys.argv[2], workers=2).added)\n"
    )
    done = subprocess.run(
        [sys.executable, script, store, tmp_path / "index"], capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr, done.returncode) == ("script\n6\n", "", 0)


def test_a_refresh_that_fails_leaves_no_file(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "_PARALLEL_FROM", 1)
    monkeypatch.setattr(steps, "_FIRST", 1)

    def fail(read: int, wanted: int) -> None:
        if read > 1:
            raise ArithmeticError

    index = tmp_path / "index"
    with pytest.raises(ArithmeticError):
        refresh(store, index, workers=2, progress=fail)
    assert [path for path in index.rglob("*") if path.is_file()] == []
    assert refresh(store, index, workers=2).added == 6
    assert open_snapshot(index).runs == 6
