"""Queries that are meant to cost too much: `resource_driver.py FOLDER RUNS CASE...`, or `list` for the cases.

Each runs in a process of its own, which the kernel kills when it has used up its time of the processor.
Prints a line of JSON for each: what came of it, its seconds of processor time, its MB of memory.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pandas  # noqa: F401 - Arrow would import these two in every fork
import pyarrow.dataset  # noqa: F401
from gate import run_child

from lineage_index.index.index import Index
from lineage_index.ingest.record import FolderRecord, RunRecord
from lineage_index.store.writer import write_index
from pql.diagnostics.diagnostic import PqlError
from pql.joins import Join, JoinParam, parse_reference, placed

SECONDS, MEGABYTES = 10, 1024
_BEGIN = datetime.fromisoformat("2026-01-01T00:00:00+00:00").replace(tzinfo=None)

Query = Callable[[int], str]
"""size → a query of that size"""

QUERIES: dict[str, tuple[Query, int]] = {
    "conditions of one metric": (lambda n: ", ".join(f"metrics.loss:<{2 + i}" for i in range(n)), 10_000),
    "alternatives": (lambda n: " | ".join(f"name:run-{i}" for i in range(n)), 10_000),
    "keys": (lambda n: " | ".join(f"inputs.k{i}:1" for i in range(n)), 10_000),
    "negations": (lambda n: ", ".join(f"NOT inputs.k{i}:1" for i in range(n)), 10_000),
    "artifacts": (lambda n: ", ".join(f"artifacts.name:a{i}" for i in range(n)), 10_000),
    "alternatives of two": (
        lambda n: " | ".join(f"(inputs.lr:{i}, metrics.loss:<{i})" for i in range(n // 2)),
        10_000,
    ),
    "list of texts": (lambda n: "name:" + "|".join(f"run-{i}" for i in range(n)), 100_000),
    "list of numbers": (lambda n: "inputs.lr:" + "|".join(f"{i}" for i in range(n)), 100_000),
    "list of many kinds": (
        lambda n: "inputs.lr:" + "|".join(f'{i}|v{i}|"{i}"|[{i}]' for i in range(n // 4)),
        100_000,
    ),
    "list of tags": (lambda n: "tags:~" + "|".join(f"t{i}" for i in range(n)), 100_000),
    "list of dates": (
        lambda n: (
            "created_at:"
            + "|".join((_BEGIN + timedelta(seconds=7 * i)).strftime('"%Y-%m-%dT%X"') for i in range(n))
        ),
        100_000,
    ),
    "patterns": (lambda n: " | ".join(f"name:%n-{i}{i}%" for i in range(n)), 10_000),
    "conditions of patterns": (lambda n: ", ".join(f"name:%x{i}%" for i in range(n)), 10_000),
    "negated patterns": (lambda n: ", ".join(f"NOT name:%x{i}%" for i in range(n)), 10_000),
    "alternatives of numbers": (lambda n: " | ".join(f"inputs.lr:{i}" for i in range(n)), 10_000),
    "alternatives of elements": (
        lambda n: " | ".join(f"artifacts(kind:model, name:m{i})" for i in range(n)),
        5_000,
    ),
    "choices": (
        lambda n: ", ".join(f"(inputs.lr:{i} | metrics.loss:<{i + 5})" for i in range(n // 2)),
        10_000,
    ),
    "lookups": (lambda n: ", ".join(f"artifacts(kind:model, name:m{i})" for i in range(n)), 5_000),
    "parentheses": (lambda n: "(" * n + "name:run-1" + ")" * n, 100_000),
    "nested negations": (lambda n: "NOT " * n + "name:run-1", 60_000),
    "nested groups": (lambda n: "(name:a, (name:b | " * n + "name:c" + "))" * n, 5_000),
    "nested stars": (lambda n: "name:/" + "(" * n + "n+" + ")+" * n + "$/", 300),
    "stars": (lambda n: "name:/" + "(.*)" * n + "z/", 200),
    "repetitions": (lambda n: "name:/" + "(a|b|c|d)" * n + "{1000}/", 70),
    "nested repetitions": (lambda n: "name:/" + "(" * n + "a" + "{9}){9}" * n + "/", 3),
    "optional repetitions": (lambda n: "name:/" + "(.?){1000}" * n + "zz/", 20),
    "alternatives of repetitions": (
        lambda n: " | ".join(f"name:/a{{1,900}}b{i}/" for i in range(n)),
        2_000,
    ),
    "wildcards": (lambda n: "name:" + "%a" * n + "%", 30_000),
}


def search(index: Path, query: str, max_length: int | None) -> str:
    """How many runs match, or the code with which the query is refused."""
    try:
        with Index.open(index) as opened:
            return f"{opened.search(query, limit=5, max_length=max_length).total} runs"
    except PqlError as error:
        return error.diagnostic.code


def join(index: Path) -> str:
    """How many runs a join without a limit takes its values from."""
    references = ("inputs", "outputs.loss", "globals.uuid", "globals.created_at")
    params = tuple(JoinParam(each, parse_reference(each)) for each in references)
    with Index.open(index) as opened:
        found = opened.resolve(Join(placed("uuid:~nil"), params=params)).params
    return f"{min(len(each.value) for each in found.values())} runs"


def limited(function: Callable[..., str], *arguments: Any) -> tuple[str, float, float]:
    """What the function gives, and what it took; killed when it takes too long."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    outcome = function(*arguments)
    used = resource.getrusage(resource.RUSAGE_SELF)
    return outcome, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def build(index: Path, runs: int) -> None:
    """An index of so many small runs."""
    records = (
        RunRecord(
            uuid=f"{number:032x}",
            folder=FolderRecord(f"{number:032x}", "f"),
            scalars={"name": f"run-{number}", "created_at": _BEGIN + timedelta(seconds=number)},
            inputs={"lr": number / 7},
            outputs={"loss": 1 / (number + 1)},
        )
        for number in range(runs)
    )
    write_index(index, records)


def main() -> None:
    """Runs the cases."""
    if sys.argv[1:] == ["list"]:
        print(json.dumps([*QUERIES, "too long", "join"]))
        return
    index = Path(sys.argv[1]).resolve() / "index"
    assert run_child(build, index, int(sys.argv[2])).error is None
    for name in sys.argv[3:]:
        if name == "too long":
            ended = run_child(limited, search, index, "name:" + "x" * 70_000, 65_536)
        elif name == "join":
            ended = run_child(limited, join, index)
        else:
            query, size = QUERIES[name]
            ended = run_child(limited, search, index, query(size), None)
        outcome, seconds, megabytes = ended.value or (ended.error or f"signal {ended.signal}", None, None)
        print(json.dumps({"case": name, "outcome": outcome, "seconds": seconds, "megabytes": megabytes}))


if __name__ == "__main__":
    main()
