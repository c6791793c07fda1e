"""Whole processes: start-up beside the least a DuckDB process costs, memory, many readers at once."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.measure import Samples

__all__ = ["peak_memory", "readers", "start_up"]

_BIN = Path(sys.executable).parent
_ONE = "import duckdb; duckdb.connect().execute('select 1')"
_QUERY = ("metrics.loss:<0.05", "--sort", "metrics.loss", "--limit", "10")


def start_up(
    index: Path, rivals: Mapping[str, Sequence[str]], *, rounds: int, rival_rounds: int = 3
) -> dict[str, Any]:
    """Seconds of whole processes, one after the other in turn. `rivals` are commands by name; one that fails
    has its reason in `missing`."""
    commands: dict[str, Sequence[str]] = {
        "duckdb, select 1": [sys.executable, "-c", _ONE],
        "pql search": [str(_BIN / "pql"), "search", *_QUERY, "--index", str(index)],
        "pql search --format uuid": [
            *(str(_BIN / "pql"), "search", *_QUERY, "--index", str(index)),
            *("--format", "uuid"),
        ],
        "pql --help": [str(_BIN / "pql"), "--help"],
        "python -c pass": [sys.executable, "-c", "pass"],
    }
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in (*commands, *rivals)}
    missing: dict[str, dict[str, Any]] = {}
    for name, command in commands.items():
        _timed(name, command)
    for number in range(rounds):
        for name, command in commands.items():
            found[name].append(_timed(name, command))
        if number < rival_rounds:
            for name, command in rivals.items():
                try:
                    found[name].append(_timed(name, command))
                except RuntimeError as error:
                    missing[name] = {"missing": str(error)}
    samples = {
        name: Samples(tuple(wall for wall, _ in each), tuple(cpu for _, cpu in each))
        for name, each in found.items()
        if name not in missing
    }
    base = samples["duckdb, select 1"]
    timed = {
        name: {
            **each.to_dict(),
            "times_duckdb": round(each.median / base.median, 3),
            "times_duckdb_cpu": round(each.cpu / base.cpu, 3),
        }
        for name, each in samples.items()
    }
    return timed | missing


def _timed(name: str, command: Sequence[str]) -> tuple[float, float]:
    """Seconds by the clock, and of the processor (user and system)."""
    # An installed package has its bytecode beside it; where none may be written, each start would compile.
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    seconds = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise RuntimeError(f"{name} ended with {done.returncode}: {done.stderr[-300:]}")
    return seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


_READ = """
import json, sys, time
from bench.queries import QUERIES
from bench.sides import Hand, Ours
from pathlib import Path
names = json.loads(sys.argv[2])
ours = Ours(Path(sys.argv[1]))
side = ours if sys.argv[5] == "ours" else Hand(ours.index.snapshot)
chosen = [query for query in QUERIES if query.name in sys.argv[4].split(";")]
for query in chosen:
    side.run(query, names)
print("ready", flush=True)
sys.stdin.readline()
start = time.process_time()
for _ in range(int(sys.argv[3])):
    for query in chosen:
        side.run(query, names)
seconds = time.process_time() - start
status = Path("/proc/self/status").read_text().splitlines()
peak = next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM"))
print(json.dumps([seconds, peak]), flush=True)
"""
_CHOSEN = ("metric top ten", "pipeline", "status + date + tag", "OR of metrics + status + input", "one uuid")


def _reader(
    index: Path, names: Mapping[str, str], rounds: int, queries: Sequence[str], side: str = "ours"
) -> Any:
    told = (str(index), json.dumps(dict(names)), str(rounds), ";".join(queries), side)
    return subprocess.Popen(
        [sys.executable, "-c", _READ, *told],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parent.parent,
    )


def readers(index: Path, names: Mapping[str, str], counts: Sequence[int], rounds: int) -> dict[str, Any]:
    """Searches a second by so many processes at once, ours and with SQL by hand, in turn; the ratio to what
    one process does; and the processor milliseconds of one search."""
    rates: dict[str, dict[str, float]] = {"ours": {}, "hand": {}}
    busy: dict[str, dict[str, float]] = {"ours": {}, "hand": {}}
    for count in counts:
        for side in rates:
            rate, spent = _asked_at_once(index, names, count, rounds, side)
            rates[side][str(count)] = round(rate, 1)
            busy[side][str(count)] = round(spent, 3)
    first = str(counts[0])
    return {
        "cores": os.cpu_count(),
        "searches_a_second": rates,
        "times_one_process": {
            side: {count: round(rate / found[first], 3) for count, rate in found.items()}
            for side, found in rates.items()
        },
        "processor_ms_a_search": busy,
    }


def _asked_at_once(
    index: Path, names: Mapping[str, str], count: int, rounds: int, side: str
) -> tuple[float, float]:
    """Searches a second of all processes, and processor milliseconds of one search."""
    processes = [_reader(index, names, rounds, _CHOSEN, side) for _ in range(count)]
    for process in processes:
        process.stdout.readline()
    start = time.perf_counter()
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    told = [json.loads(process.stdout.readline()) for process in processes]
    searches = count * rounds * len(_CHOSEN)
    rate = searches / (time.perf_counter() - start)
    for process in processes:
        process.communicate()
    return rate, sum(seconds for seconds, _ in told) / searches * 1e3


def peak_memory(index: Path, names: Mapping[str, str], queries: Sequence[str]) -> float:
    """The peak memory, in MB, of a process that opens the index and runs the queries three times."""
    process = _reader(index, names, 3, queries)
    process.stdout.readline()
    out, _ = process.communicate("go\n")
    return float(json.loads(out)[1])
