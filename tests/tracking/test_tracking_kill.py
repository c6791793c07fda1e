"""Processes that are really killed, in the middle of logging."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from run_folders import entry, event_names, metric, run_file

from lineage_index.tracking import Run
from lineage_index.tracking.buffer import MOST_PENDING

DRIVER = Path(__file__).parent / "kill_driver.py"
KILLS = int(os.environ.get("TRACKING_KILLS", "50"))
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
LONG = "long/" + "x" * 300


def whole_rows(path: Path) -> list[tuple[int, float]]:
    """The rows before the last newline; what follows it is a row cut off by the kill."""
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8").split("\n")[1:-1]
    parts = [line.split("|", 2) for line in lines]
    return [(int(step), float(value)) for step, _, value in parts]


def test_what_log_metric_returned_for_survives_a_kill(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, DRIVER, tmp_path, str(KILLS), "7"],
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
        env=ENVIRONMENT,
    )
    kills = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(kills) == KILLS
    for number, kill in enumerate(kills):
        folder = tmp_path / kill["uuid"]
        assert run_file(folder)["status"] == "running"
        files = {name: folder / path for path, name in event_names(folder).items()}
        assert set(files) <= {"loss", LONG}
        points = {name: whole_rows(path) for name, path in files.items()}
        for parity, name in enumerate(("loss", LONG)):
            found = points.get(name, [])
            steps = range(parity, 2 * len(found), 2)  # one after another, none left out
            assert found == [(step, step / 3) for step in steps]
            safe = kill["returned"] - MOST_PENDING
            assert len(found) >= len(range(parity, safe + 1, 2))

        if number % 5:
            continue
        with Run(store=tmp_path, run_uuid=kill["uuid"]) as again:
            again.log_metric("loss", 0.5, 10**9)
        assert metric(folder, "loss")[-1] == (10**9, 0.5)
        assert metric(folder, "loss")[:-1] == points.get("loss", [])
        assert run_file(folder)["status"] == "succeeded"
    assert sum(kill["returned"] > 5 * MOST_PENDING for kill in kills) >= KILLS // 10


WAITING = """
import sys
from lineage_index.tracking import Run
run = Run(store=sys.argv[1], run_uuid="a" * 32)
for step in range(10):
    run.log_metric("loss", step, step)
    run.log_text("note", "größe", step)
run.log_inputs(lr=0.1)
print("logged", flush=True)
sys.stdin.read()
"""


def test_a_little_survives_too_when_it_had_a_second(tmp_path: Path) -> None:
    """Nothing fills the buffer here: only the flushing thread can have written what is found."""
    process = subprocess.Popen(
        [sys.executable, "-c", WAITING, tmp_path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=ENVIRONMENT,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    folder = tmp_path / ("a" * 32)
    try:
        assert process.stdout.readline() == "logged\n"
        deadline = time.monotonic() + 30
        path = folder / "events/metric/loss.plx"
        while len(whole_rows(path)) < 10 and time.monotonic() < deadline:
            pass
    finally:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()
    assert whole_rows(path) == [(step, float(step)) for step in range(10)]
    assert run_file(folder)["inputs"] == {"lr": 0.1}
    assert entry(folder, "loss")["summary"] == {"is_event": True}
