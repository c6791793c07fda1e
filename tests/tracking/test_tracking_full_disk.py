"""A store that cannot be written. The limit on the size of files is the kernel's own, in a process apart."""

from __future__ import annotations

from pathlib import Path

import pytest
from run_folders import json_lines, metric, run_file, script

from lineage_index.tracking import Run

FULL = """
import resource, sys
from lineage_index.tracking import Run
def room(size): resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
run = Run(store=sys.argv[1], run_uuid="a" * 32, strict=sys.argv[2] == "strict")
run.log_metric("loss", 0.5, 0)
run.flush()
room(2000)
"""


def test_the_training_goes_on_and_what_waited_is_written_when_there_is_room(tmp_path: Path) -> None:
    program = """
for step in range(1, 5001):
    run.log_metric("loss", step, step)
run.log_inputs(big="x" * 5000)
run.flush()
run.flush()
assert run.log_artifact(__import__("sysconfig").__file__) is None
print("trained")
room(resource.RLIM_INFINITY)
run.end()
"""
    done = script(FULL + program, tmp_path, "lenient")
    assert (done.returncode, done.stdout) == (0, "trained\n"), done.stderr
    assert done.stderr.count("File too large") == 1
    assert "going on without" in done.stderr
    folder = tmp_path / ("a" * 32)
    assert metric(folder, "loss") == [(0, 0.5)] + [(step, float(step)) for step in range(1, 5001)]
    assert run_file(folder)["inputs"] == {"big": "x" * 5000}
    assert not list(folder.rglob("*.tmp"))


def test_a_disk_that_stays_full_keeps_what_it_could_take(tmp_path: Path) -> None:
    program = """
for step in range(1, 5001):
    run.log_metric("loss", step, step)
run.end()
print("ended")
"""
    done = script(FULL + program, tmp_path, "lenient")
    assert (done.returncode, done.stdout) == (0, "ended\n"), done.stderr
    text = (tmp_path / ("a" * 32) / "events/metric/loss.plx").read_text()
    assert len(text) == 2000
    assert run_file(tmp_path / ("a" * 32))["uuid"] == "a" * 32


def test_strict_raises(tmp_path: Path) -> None:
    program = """
try:
    for step in range(1, 5001):
        run.log_metric("loss", step, step)
except OSError as error:
    print(error.strerror, step)
try:
    run.end()
except OSError as error:
    print(error.strerror, run.ended)
"""
    done = script(FULL + program, tmp_path, "strict")
    first, last = done.stdout.splitlines()
    assert first == "File too large 1000"
    assert last == "File too large True"
    assert done.returncode == 0, done.stderr


def test_strict_raises_in_the_script_what_the_thread_met(tmp_path: Path) -> None:
    program = """
run.log_text("note", "x" * 5000)
while run._buffer.limit: pass
try:
    run.log_text("note", "y")
except OSError as error:
    print(error.strerror)
room(resource.RLIM_INFINITY)
run.log_text("note", "z")
run.end()
"""
    done = script(FULL + program, tmp_path, "strict")
    assert (done.returncode, done.stdout) == (0, "File too large\n"), done.stderr
    notes = json_lines(tmp_path / ("a" * 32), "events/text/note.plx")
    assert [note["text"] for note in notes] == ["x" * 5000, "y", "z"]


def test_a_store_that_is_no_folder_is_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "store").write_text("a file")
    with Run(store=tmp_path / "store") as run:
        run.log_metric("loss", 1.0)
    assert capsys.readouterr().err.count("could not be written") == 1
    with pytest.raises(NotADirectoryError):
        Run(store=tmp_path / "store", strict=True)
