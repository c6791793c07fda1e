"""Signals, exits, forks and several processes on one run, each with real processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from types import FrameType

import pytest
from run_folders import entry, lineage, metric, run_file, script

from lineage_index.tracking import Run

UUID = "a" * 32
BEGIN = f"""
import os, signal, sys, threading
from lineage_index import tracking
from lineage_index.tracking import Run
run = tracking.init(store=sys.argv[1], run_uuid="{UUID}")
run.log_metric("loss", 0.5, 1)
"""


def last_condition(folder: Path) -> tuple[str, str | None]:
    last = run_file(folder)["status_conditions"][-1]
    return last["type"], last.get("reason")


def test_sigterm_marks_the_run_stopped_and_still_kills(tmp_path: Path) -> None:
    done = script(BEGIN + "os.kill(os.getpid(), signal.SIGTERM)\nprint('alive')", tmp_path)
    assert done.returncode == -signal.SIGTERM
    assert done.stdout == ""
    folder = tmp_path / UUID
    assert last_condition(folder) == ("stopped", "SIGTERM")
    assert run_file(folder)["outputs"] == {"loss": 0.5}
    assert metric(folder, "loss") == [(1, 0.5)]
    assert entry(folder, "loss")["summary"]["metric"]["last"] == 0.5


def test_a_handler_that_was_there_before_is_called(tmp_path: Path) -> None:
    before = "import signal\nsignal.signal(signal.SIGTERM, lambda number, frame: print('graceful'))\n"
    after = """
os.kill(os.getpid(), signal.SIGTERM)
run.log_metric("loss", 0.25, 2)
tracking.end()
run = Run(store=sys.argv[1])
run.end()
"""
    done = script(before + BEGIN + after, tmp_path)
    assert (done.returncode, done.stdout) == (0, "graceful\n"), done.stderr
    folder = tmp_path / UUID
    assert last_condition(folder) == ("stopped", "SIGTERM")
    assert metric(folder, "loss") == [(1, 0.5), (2, 0.25)]


def test_sigterm_in_the_middle_of_writing_loses_nothing(tmp_path: Path) -> None:
    """The signal comes from another process, at any instruction of a main thread that only writes."""
    program = (
        BEGIN
        + """
print("ready", flush=True)
step = 1
while True:
    step += 1
    run.log_metric("loss", 0.5, step)
    if step % 50 == 0:
        run.log_outputs(seen=step)
        run.flush()
"""
    )
    for delay in range(6):
        store = tmp_path / str(delay)
        process = subprocess.Popen(
            [sys.executable, "-c", program, store],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.terminate()
        _, errors = process.communicate(timeout=30)
        assert process.returncode == -signal.SIGTERM, errors
        folder = store / UUID
        assert last_condition(folder) == ("stopped", "SIGTERM")
        points = metric(folder, "loss")
        assert points == [(step, 0.5) for step in range(1, len(points) + 1)]
        assert run_file(folder)["outputs"].get("seen", 0) <= len(points)


def test_where_sigterm_is_ignored_it_stays_so(tmp_path: Path) -> None:
    before = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    done = script(before + BEGIN + "os.kill(os.getpid(), signal.SIGTERM)\nprint('alive')", tmp_path)
    assert done.stdout == "alive\n"
    assert last_condition(tmp_path / UUID) == ("succeeded", None)


def test_the_handler_is_put_back_after_the_last_run(tmp_path: Path) -> None:
    def mine(number: int, frame: FrameType | None) -> None: ...

    before = signal.signal(signal.SIGTERM, mine)
    try:
        first, second = Run(store=tmp_path), Run(store=tmp_path)
        assert signal.getsignal(signal.SIGTERM) is not mine
        first.end()
        assert signal.getsignal(signal.SIGTERM) is not mine
        second.end()
        assert signal.getsignal(signal.SIGTERM) is mine
    finally:
        signal.signal(signal.SIGTERM, before)


def test_another_thread_installs_no_handler(tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGTERM)
    runs: list[Run] = []
    thread = threading.Thread(target=lambda: runs.append(Run(store=tmp_path)))
    thread.start()
    thread.join()
    assert signal.getsignal(signal.SIGTERM) is before
    runs[0].log_metric("loss", 1.0)
    runs[0].end()
    assert metric(runs[0].folder, "loss") == [(None, 1.0)]


@pytest.mark.parametrize(
    ("program", "condition", "code"),
    [
        ("", ("succeeded", None), 0),
        ("raise ValueError('no')", ("failed", "ValueError"), 1),
        ("raise KeyboardInterrupt", ("stopped", "KeyboardInterrupt"), -signal.SIGINT),
    ],
)
def test_a_script_that_never_calls_end(
    tmp_path: Path, program: str, condition: tuple[str, str | None], code: int
) -> None:
    done = script(BEGIN + program, tmp_path)
    assert done.returncode == code
    assert last_condition(tmp_path / UUID) == condition
    assert metric(tmp_path / UUID, "loss") == [(1, 0.5)]


def test_a_child_process_continues_the_run(tmp_path: Path) -> None:
    child = f"""
import sys
from lineage_index.tracking import Run
with Run(store=sys.argv[1], run_uuid="{UUID}", attach=True) as run:
    run.log_inputs(child=1)
    run.log_metric("loss", 0.25, 2)
    run.log_text("note", "from the child")
"""
    done = script(
        BEGIN
        + "import subprocess\n"
        + "run.log_inputs(parent=1)\nrun.flush()\n"
        + f"subprocess.run([sys.executable, '-c', {child!r}, sys.argv[1]], check=True)\n"
        + "run.log_metric('loss', 0.125, 3)\n",
        tmp_path,
    )
    assert done.returncode == 0, done.stderr
    folder = tmp_path / UUID
    assert run_file(folder)["inputs"] == {"parent": 1, "child": 1}
    assert metric(folder, "loss") == [(1, 0.5), (2, 0.25), (3, 0.125)]
    assert {found["name"] for found in lineage(folder)} == {"loss", "note"}
    assert entry(folder, "loss")["summary"]["metric"]["count"] == 3
    assert last_condition(folder) == ("succeeded", None)


def test_processes_that_share_a_run_undo_nothing(tmp_path: Path) -> None:
    owner = Run(store=tmp_path, run_uuid=UUID)
    program = f"""
import sys
from lineage_index.tracking import Run
with Run(store=sys.argv[1], run_uuid="{UUID}", attach=True) as run:
    for step in range(200):
        run.log_metric("common", int(sys.argv[2]), step)
        run.log_metric("own/" + sys.argv[2], step, step)
        run.log_metric(f"new/{{step // 2}}", step, step)
        if step % 20 == 0:
            run.log_inputs({{f"in {{sys.argv[2]}} {{step}}": step}})
            run.log_tags(sys.argv[2])
            run.log_data_ref(f"data {{sys.argv[2]}} {{step}}", path="s3://bucket/x")
            run.flush()
"""
    threads = [threading.Thread(target=script, args=(program, tmp_path, number)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    owner.end()
    said = run_file(owner.folder)
    assert len(said["inputs"]) == 4 * 10
    assert sorted(said["tags"]) == ["0", "1", "2", "3"]
    assert len([found for found in lineage(owner.folder) if found["kind"] == "data"]) == 4 * 10
    assert sorted(metric(owner.folder, "common")) == [
        (step, float(n)) for step in range(200) for n in range(4)
    ]
    for number in range(100):  # each file was begun by one of them, and by one only
        assert len(metric(owner.folder, f"new/{number}")) == 4 * 2
    assert entry(owner.folder, "own/3")["summary"]["metric"]["count"] == 200
    assert said["status"] == "succeeded"


def test_a_forked_child_logs_what_is_its_own_only(tmp_path: Path) -> None:
    program = """
child = os.fork()
if child == 0:
    run.log_metric("loss", 0.25, 2)
    run.log_inputs(child=1)
    sys.exit(0)
os.waitpid(child, 0)
assert not run.ended
run.log_metric("loss", 0.125, 3)
"""
    done = script(BEGIN + program, tmp_path)
    assert done.returncode == 0, done.stderr
    folder = tmp_path / UUID
    assert sorted(metric(folder, "loss")) == [(1, 0.5), (2, 0.25), (3, 0.125)]
    assert run_file(folder)["inputs"] == {"child": 1}
    assert [c["type"] for c in run_file(folder)["status_conditions"]] == ["created", "running", "succeeded"]


def test_workers_of_multiprocessing(tmp_path: Path) -> None:
    program = """
import multiprocessing

def work(number):
    run.log_metric("worker", number, number)

context = multiprocessing.get_context("fork")
workers = [context.Process(target=work, args=(number,)) for number in range(3)]
for worker in workers: worker.start()
for worker in workers: worker.join()
stuck = context.Process(target=sys.stdin.read)
stuck.start()
stuck.terminate()
stuck.join()
"""
    done = script(BEGIN + program, tmp_path, stdin=subprocess.PIPE)
    assert done.returncode == 0, done.stderr
    folder = tmp_path / UUID
    assert sorted(metric(folder, "worker")) == [(0, 0.0), (1, 1.0), (2, 2.0)]
    assert [c["type"] for c in run_file(folder)["status_conditions"]] == ["created", "running", "succeeded"]
