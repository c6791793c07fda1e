"""Refreshing an index beside reading the same bytes, listing the same tree, and the real client's reader."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.data.folders import change_runs, write_store
from bench.measure import Samples
from bench.rivals.rival import RIVALS, environment

__all__ = ["refresh_bench"]

_PQL = str(Path(sys.executable).with_name("pql"))
_READ = """
import json, sys, time
from pathlib import Path
from lineage_index.ingest.batch import Batch
from lineage_index.ingest.scan import scan

wanted = {line.strip() for line in sys.stdin}
folders = [each for each in scan(Path(sys.argv[1])) if str(each.path) in wanted]
def read(some):
    batch = Batch(some)
    points = sum(table.num_rows for table in batch.points())
    batch.records()
    return points

read(folders[:1])  # what is imported late is no part of reading
start, cpu = time.perf_counter(), time.process_time()
points = read(folders)
spent = {"seconds": time.perf_counter() - start, "cpu": time.process_time() - cpu}
print(json.dumps({**spent, "points": points}))
"""
"""What the client's reader does, and no writing: read the same folders into memory."""

_ROOT = Path(__file__).parent.parent


def refresh_bench(
    root: Path, environments: Path, *, deep: int, wide: int, rounds: int, sample: int
) -> dict[str, Any]:
    """`deep` runs have 10 metrics of 100 steps each, `wide` runs have none. Whole processes, in turn."""
    deep_store = write_store(root, deep, 10, 100)
    wide_store = write_store(root, wide, 0, 0)
    scratch = root / "refresh"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    found: dict[str, Any] = {"deep_runs": deep, "wide_runs": wide}
    found["from_nothing"] = _from_nothing(deep_store, environments, scratch, rounds, sample, deep)
    index = scratch / "deep-0"
    raw, size = _bytes(deep_store), _live_bytes(index)
    found["size"] = {
        "store_mb": round(raw / 1e6, 1),
        "index_mb": round(size / 1e6, 1),
        "share": round(size / raw, 4),
    }
    found |= _unchanged(wide_store, scratch, rounds)
    return found


Spent = tuple[float, float]
"""Seconds by the clock and of the processor."""


def _run(command: list[str]) -> Spent:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    done = subprocess.run(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False, cwd=_ROOT
    )
    seconds = time.perf_counter() - start
    if done.returncode:
        raise RuntimeError(f"{command[0]} ended with {done.returncode}: {done.stderr[-500:]}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _turns(rounds: int, sides: Mapping[str, Callable[[int], Spent]]) -> dict[str, Samples]:
    """Every side `rounds` times, in turn; each is called with the number of the round."""
    taken: dict[str, list[Spent]] = {name: [] for name in sides}
    for number in range(rounds):
        for name, side in sides.items():
            taken[name].append(side(number))
    return {name: Samples(*zip(*each, strict=True)) for name, each in taken.items()}


def _refresh(store: Path, index: Path) -> list[str]:
    return [_PQL, "index", "refresh", str(store), "--index", str(index)]


def _beside(found: dict[str, Samples], other: str) -> dict[str, Any]:
    ratio = found["refresh"].median / found[other].median
    return {
        "refresh": found["refresh"].to_dict(),
        other: found[other].to_dict(),
        "ratio": round(ratio, 2),
        "cpu_ratio": round(found["refresh"].cpu / found[other].cpu, 2),
    }


def _from_nothing(
    store: Path, environments: Path, scratch: Path, rounds: int, sample: int, runs: int
) -> dict[str, Any]:
    cat = ["sh", "-c", f"find '{store}' -type f -print0 | xargs -0 cat > /dev/null"]
    folders = [str(each) for each in sorted(store.iterdir())[:sample]]
    sides: dict[str, Callable[[int], Spent]] = {
        "cat": lambda _: _run(cat),
        "refresh": lambda number: _run(_refresh(store, scratch / f"deep-{number}")),
        "reading": lambda _: _reading([sys.executable, "-c", _READ, str(store)], folders),
    }
    python = environment(RIVALS[0], environments, install=False)
    if not isinstance(python, str):
        script = str(Path(__file__).parent / "rivals" / "client_reader.py")
        sides["client"] = lambda _: _reading([str(python), script], folders)
    _run(cat)  # so that the first to read does not read from the disk
    found = _turns(rounds, sides)
    client = {"missing": python} if isinstance(python, str) else _client(found, len(folders), runs)
    return {**_beside(found, "cat"), "real_client": client}


def _reading(command: list[str], folders: Sequence[str]) -> Spent:
    """What a process says that reading these folders took it, its start left out."""
    done = subprocess.run(
        command, input="\n".join(folders), capture_output=True, text=True, check=True, cwd=_ROOT
    )
    said = json.loads(done.stdout.splitlines()[-1])
    return said["seconds"], said["cpu"]


def _client(found: dict[str, Samples], sample: int, runs: int) -> dict[str, Any]:
    """The real client's classes beside our reading of the same folders, and beside the whole refresh."""
    milliseconds: dict[str, float] = {}
    for name, folders in (("client", sample), ("reading", sample), ("refresh", runs)):
        milliseconds[f"{name}_seconds"] = found[name].median * 1e3 / folders
        milliseconds[f"{name}_cpu"] = found[name].cpu * 1e3 / folders
    return {
        "runs_read": sample,
        "ms_a_run": {name: round(value, 3) for name, value in milliseconds.items()},
        "times_slower": {
            f"{side}_{what}": round(milliseconds[f"client_{what}"] / milliseconds[f"{side}_{what}"], 1)
            for side in ("reading", "refresh")
            for what in ("seconds", "cpu")
        },
    }


def _unchanged(store: Path, scratch: Path, rounds: int) -> dict[str, Any]:
    index = scratch / "wide"
    first = Samples(*zip(_run(_refresh(store, index)), strict=True))
    find = ["sh", "-c", f"find '{store}' -printf '%s %T@\\n' > /dev/null"]
    found = _turns(rounds, {"find": lambda _: _run(find), "refresh": lambda _: _run(_refresh(store, index))})
    same = _beside(found, "find")
    changed = change_runs(store, 0.01)
    part = Samples(*zip(_run(_refresh(store, index)), strict=True))
    nothing = found["refresh"].median
    return {
        "nothing_changed": same,
        "one_percent_changed": {
            "runs": changed,
            "refresh": part.to_dict(),
            "times_nothing_changed": round(part.median / nothing, 2),
            "share_of_from_nothing": round(part.median / first.median, 4),
        },
    }


def _bytes(folder: Path) -> int:
    return sum(
        os.path.getsize(os.path.join(place, name)) for place, _, names in os.walk(folder) for name in names
    )


def _live_bytes(index: Path) -> int:
    """The files of the newest snapshot: what a vacuum would leave."""
    from lineage_index.store.snapshot import open_snapshot

    return sum(os.path.getsize(file) for files in open_snapshot(index).files.values() for file in files)
