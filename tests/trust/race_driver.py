"""Writers, readers and a keeper of one index, all at once, each a process: `race_driver.py FOLDER SECONDS`.

SECONDS 0 is a small fixed number of commits. Prints what was committed and what was seen as lines of JSON.
"""

from __future__ import annotations

import json
import os
import sys
import time
import traceback
from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

import pandas  # noqa: F401 - Arrow would import these two in every fork
import pyarrow as pa
import pyarrow.dataset
from race_history import Committed, Seen
from store_samples import tables_of
from trust_store import points_of, write_run

from lineage_index.index.index import Index
from lineage_index.index.refresh import refresh
from lineage_index.store.compaction import compact
from lineage_index.store.errors import IndexMissing
from lineage_index.store.maintain import vacuum
from lineage_index.store.snapshot import open_snapshot

WRITERS, READERS, RUNS = 3, 2, 3
COMMITS, KEPT = 3, 2
"""In the short profile: commits of a writer, rounds of the keeper."""


def write(folder: Path, writer: int, seconds: float, log: Path) -> None:
    """Commit after commit: all runs of this writer in the next generation."""
    store, end, generation = folder / f"store-{writer}", time.monotonic() + seconds, 0
    while (generation < COMMITS) if not seconds else (time.monotonic() < end):
        generation += 1
        for number in range(RUNS):
            write_run(store, 1000 * writer + 2 * number, generation)
        version = refresh(store, folder / "index", compaction=False).version
        note(log, Committed(writer, generation, version, time.monotonic()))


def keep(folder: Path, seconds: float, log: Path) -> None:
    """Compacts and vacuums while others write and read."""
    index, end, rounds = folder / "index", time.monotonic() + seconds, 0
    while (rounds < KEPT) if not seconds else (time.monotonic() < end):
        try:
            compact(index, "mixed" if rounds % 2 else "auto")
            vacuum(index, older_than=timedelta(seconds=20) if seconds else timedelta(hours=1))
        except IndexMissing:
            continue
        rounds += 1


def read(folder: Path, reader: int, seconds: float, log: Path) -> None:
    """Opens and reads the whole index again and again, once more when all writers are done."""
    done = False
    while not done:
        done = (folder / "done").exists()
        begun = time.monotonic()
        try:
            index = Index.open(folder / "index")
        except IndexMissing:
            continue
        with index:
            note(log, Seen(f"reader {reader}", begun, index.version, state_of(index)))


def travel(folder: Path, log: Path) -> None:
    """Reads every version that is kept."""
    newest = open_snapshot(folder / "index").version
    for version in range(newest + 1):
        try:
            index = Index.open(folder / "index", version)
        except IndexMissing:
            continue
        with index:
            note(log, Seen(f"traveller to {version}", 0.0, index.version, state_of(index)))


def state_of(index: Index) -> dict[int, int]:
    """The generation of each writer's runs; AssertionError where two tables, or two runs of one writer, say
    different ones."""
    tables = tables_of(index.snapshot)
    uuids = {row["run_id"]: row["uuid"] for row in tables["runs"].to_pylist()}
    told: dict[str, dict[str, int]] = {uuid: {} for uuid in uuids.values()}

    def note_all(what: str, rows: Iterable[tuple[Any, int]]) -> None:
        for run_id, generation in rows:
            told[uuids[run_id]][what] = generation

    def rows(name: str) -> list[dict[str, Any]]:
        table: pa.Table = tables[name]
        found: list[dict[str, Any]] = table.to_pylist()
        return found

    def last(text: str) -> int:
        return int(text.rpartition("-")[2])

    note_all("runs", ((row["run_id"], last(row["name"])) for row in rows("runs")))
    note_all("payload", ((row["run_id"], json.loads(row["inputs"])["generation"]) for row in rows("payload")))
    note_all(
        "artifacts",
        ((row["run_id"], last(row["name"])) for row in rows("artifacts") if row["kind"] == "model"),
    )
    note_all("edges", ((row["run_id"], json.loads(row["values"])["generation"]) for row in rows("edges")))
    note_all("connections", ((row["run_id"], last(row["name"])) for row in rows("connections")))
    note_all("statuses", ((row["run_id"], last(row["reason"])) for row in rows("statuses")))
    note_all("series", ((row["run_id"], int(row["mean"])) for row in rows("series")))
    note_all("points", ((row["run_id"], int(row["value"])) for row in rows("points")))
    counts = dict.fromkeys(told, 0)
    for row in rows("points"):
        counts[uuids[row["run_id"]]] += 1
    for found in index.search("inputs.generation:>=0, outputs.loss:>=0").rows:
        told[found["uuid"]]["search"] = found["inputs"]["generation"]
        told[found["uuid"]]["loss"] = round(1 / found["outputs"]["loss"]) - 1

    state: dict[int, int] = {}
    writers = [int(uuid, 16) // 1000 for uuid in told]
    assert all(writers.count(each) == RUNS for each in writers), f"runs are missing: {sorted(told)}"
    for uuid, each in told.items():
        assert len(each) == 10, f"{uuid} is not in every table: {each}"
        generations = set(each.values())
        assert len(generations) == 1, f"the tables say different generations of {uuid}: {each}"
        generation = state.setdefault(int(uuid, 16) // 1000, *generations)
        assert {generation} == generations, f"the runs of one commit differ: {told}"
        assert counts[uuid] == points_of(generation), f"{counts[uuid]} points of generation {generation}"
    return state


def note(log: Path, event: Committed | Seen) -> None:
    """Appends an event to the log of this process."""
    with log.open("a", encoding="utf-8") as lines:
        lines.write(json.dumps([type(event).__name__, asdict(event)]) + "\n")


def started(function: Callable[..., None], *arguments: Any) -> int:
    """A fork that runs the function, and ends with 1 when it raises."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            function(*arguments)
            code = 0
        except BaseException:  # noqa: BLE001 - told on stderr, and by the code
            traceback.print_exc()
        os._exit(code)
    return child


def main() -> int:
    """The race; 1 when a process failed."""
    folder, seconds = Path(sys.argv[1]).resolve(), float(sys.argv[2])
    writing = [
        started(write, folder, writer, seconds, folder / f"writer-{writer}.jsonl")
        for writer in range(1, WRITERS + 1)
    ]
    writing.append(started(keep, folder, seconds, folder / "keeper.jsonl"))
    reading = [
        started(read, folder, reader, seconds, folder / f"reader-{reader}.jsonl") for reader in range(READERS)
    ]
    failed = sum(os.waitpid(child, 0)[1] != 0 for child in writing)
    (folder / "done").touch()
    failed += sum(os.waitpid(child, 0)[1] != 0 for child in reading)
    failed += os.waitpid(started(travel, folder, folder / "traveller.jsonl"), 0)[1] != 0
    for log in sorted(folder.glob("*.jsonl")):
        sys.stdout.write(log.read_text(encoding="utf-8"))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
