"""Processes that write to an index, for the tests of killing and of doing it at once.

`store_worker.py kill INDEX OPERATION STAGE COUNT` changes an index and dies by SIGKILL when it comes to the
COUNT-th call of a stage; `store_worker.py many INDEX WORKER [FIFO]` makes commit after commit; with a FIFO
the first is held until the other worker, of 1 and 2, is at its first; `store_worker.py record INDEX WORKER`
records edges.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from store_samples import full

from lineage_index.store import compaction, logs, maintain, parquet, publish
from lineage_index.store.recorded import record_edges
from lineage_index.store.writer import write_batch

SHARED = range(100, 104)
"""Runs that every worker writes."""

STAGES: dict[str, tuple[Any, str]] = {
    "file": (parquet.TableFile, "close"),
    "table": (publish, "set_files"),
    "manifest": (publish, "write_manifest"),
    "commit": (publish, "commit_runs"),
    "committed": (publish, "commit_runs"),
    "unlink": (os, "unlink"),
    "checkpoint": (logs, "open_table"),
}


def arm(stage: str, count: int) -> None:
    """From now on the `count`-th call of a stage kills this process, before it or (`committed`) after."""
    owner, name = STAGES[stage]
    real: Callable[..., Any] = getattr(owner, name)
    calls = 0

    def deadly(*arguments: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == count and stage != "committed":
            os.kill(os.getpid(), signal.SIGKILL)
        result = real(*arguments, **named)
        if calls == count:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, name, deadly)


def meet(worker: int, fifo: str) -> None:
    """The first commit of this process waits for that of the other: ends of a pipe open together. Its output
    tells of each commit that is tried."""
    real = publish.commit_runs
    first = True

    def met(*arguments: Any, **named: Any) -> Any:
        nonlocal first
        print("commit")
        if first:
            os.close(os.open(fifo, os.O_WRONLY if worker == 1 else os.O_RDONLY))
            first = False
        return real(*arguments, **named)

    publish.commit_runs = met


def change(path: Path, what: str) -> None:
    """One of the operations that change an index."""
    match what:
        case "refresh":
            records = [full(1, tags=("changed",)), full(9)]
            write_batch(path, records, store="store", gone=[f"{2:032x}"])
        case "compact":
            compaction.compact(path, "mixed")
        case "vacuum":
            maintain.vacuum(path, older_than=timedelta(0), now=datetime.now(UTC) + timedelta(days=9))


def many(path: Path, worker: int) -> None:
    """Three commits of runs of this worker's own, and of runs that all workers have."""
    for step in range(3):
        own = [full(1000 * worker + 10 * step + n) for n in range(2)]
        shared = [full(n, outputs={"by": worker, "step": step}) for n in SHARED]
        write_batch(path, [*own, *shared], store=f"store {worker}")
        if worker == 1 and step == 1:
            compaction.compact(path)


def record(path: Path, worker: int) -> None:
    """Edges of a run of this worker's own, one more a commit."""
    edges: dict[str, dict[str, int]] = {}
    for step in range(4):
        edges[f"{step:032x}"] = {"step": step}
        record_edges(path, f"{900 + worker:032x}", edges)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["kill", index, what, stage, count]:
            arm(stage, int(count))
            change(Path(index), what)
        case ["many", index, worker, *fifo]:
            for each in fifo:
                meet(int(worker), each)
            many(Path(index), int(worker))
        case ["record", index, worker]:
            record(Path(index), int(worker))
