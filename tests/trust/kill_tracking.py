"""A training script that is killed, and what must be found of its run."""

from __future__ import annotations

import json
import mmap
import struct
from pathlib import Path

from run_folders import metric, run_file

from lineage_index.index.refresh import refresh
from lineage_index.tracking import Run

__all__ = ["UUID", "look_at_run", "train"]

UUID = "a" * 32
_ROUNDS = 4


def train(store: Path, safe: mmap.mmap) -> None:
    """Logs, flushes and ends; `safe` counts the rounds whose flush has returned."""
    run = Run("killed", store=store, run_uuid=UUID, strict=True)
    _log(run, 0, safe)


def _log(run: Run, first: int, safe: mmap.mmap | None) -> None:
    note = Path(run.folder).parent.parent / "note.txt"
    for number in range(first, _ROUNDS):
        for step in range(10 * number, 10 * number + 10):
            run.log_metric("loss", step / 8, step)
        run.log_inputs(**{f"round-{number}": number})
        run.log_artifact(note, name=f"note-{number}", rel_path=f"notes/{number}")
        run.flush()
        if safe is not None:
            struct.pack_into("q", safe, 0, number + 1)
    run.end()


def look_at_run(store: Path, rounds: int) -> None:
    """Finds everything of the rounds that were flushed, whole; then the script goes on and ends."""
    folder = store / UUID
    if rounds or (folder / "run.plx.json").exists():
        inputs = run_file(folder).get("inputs", {})
        assert [inputs.get(f"round-{number}") for number in range(rounds)] == list(range(rounds))
    if (folder / "lineages.plx.json").exists():
        kept = {each["name"] for each in json.loads((folder / "lineages.plx.json").read_text())}
        assert kept >= {f"note-{number}" for number in range(rounds)}
    points = _points(folder)
    assert points[: 10 * rounds] == [(step, step / 8) for step in range(10 * rounds)]
    assert points == [(step, step / 8) for step in range(len(points))]
    if folder.exists():
        report = refresh(store, store.parent / "index-before")
        # An event file is there before its first line is.
        told = {each.code for each in report.problems if each.message != "the file is empty"}
        assert told <= {"no-run-file", "no-lineage-file", "not-a-run"}
    run = Run(store=store, run_uuid=UUID, strict=True)
    for step in range(len(points), 10 * (-(-len(points) // 10))):
        run.log_metric("loss", step / 8, step)
    _log(run, -(-len(points) // 10), None)
    assert metric(folder, "loss") == [(step, step / 8) for step in range(10 * _ROUNDS)]
    assert run_file(folder)["status"] == "succeeded"
    report = refresh(store, store.parent / "index-after")
    assert [each for each in report.problems if each.path != "note.txt"] == []


def _points(folder: Path) -> list[tuple[int, float]]:
    path = folder / "events" / "metric" / "loss.plx"
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8").split("\n")
    assert lines.pop() == "", "a row without its end"
    rows = [line.split("|") for line in lines[1:]]
    return [(int(step), float(value)) for step, _, value in rows]
