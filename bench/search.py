"""Warm searches: through the library, by hand in SQL on the same files, and in the rivals."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.measure import Samples, interleaved
from bench.queries import QUERIES, Query
from bench.rivals.rival import RIVALS, Rival, Worker, environment
from bench.sides import Hand, Ours, names_of

__all__ = ["AnswersDifferError", "Effort", "rival_bench", "search_bench"]


class AnswersDifferError(Exception):
    """Two sides disagree."""


@dataclass(frozen=True, slots=True)
class Effort:
    """Rounds a query, and the seconds after which no further round begins (five are made anyway)."""

    rounds: int
    seconds: float


def search_bench(path: Path, effort: Effort) -> list[dict[str, Any]]:
    """A row a query: both medians, their ratio by the clock and by processor time, and the answer's size."""
    ours = Ours(path)
    hand = Hand(ours.index.snapshot)
    names = names_of(hand, ours.index.snapshot)
    rows = []
    for query in QUERIES:
        mine = ours.run(query, names)
        _compare(query, mine, hand.run(query, names), "by hand")
        found = interleaved(
            {
                "ours": lambda q=query: ours.run(q, names),
                "first": lambda q=query: ours.first(q, names),
                "hand": lambda q=query: hand.run(q, names),
            },
            rounds=effort.rounds,
            seconds=effort.seconds,
        )
        row = {
            "query": query.name,
            "pql": query.pql.format(**names),
            "sort": query.sort,
            "answers": mine if isinstance(mine, int) else len(mine),
            "ours": found["ours"].to_dict(),
            "first": found["first"].to_dict(),
            "hand": found["hand"].to_dict(),
            "ratio": round(found["ours"].median / found["hand"].median, 3),
            "cpu_ratio": round(found["ours"].cpu / found["hand"].cpu, 3),
            "first_ratio": round(found["first"].median / found["hand"].median, 3),
            "first_cpu_ratio": round(found["first"].cpu / found["hand"].cpu, 3),
        }
        rows.append(row)
        _tell(f"{query.name:32} x{row['ratio']:5.2f} by the clock, x{row['cpu_ratio']:5.2f} of the processor")
    ours.index.close()
    return rows


def _compare(query: Query, mine: Any, theirs: Any, who: str) -> None:
    if mine != theirs:
        raise AnswersDifferError(f"{query.name}, {who}: {str(mine)[:300]} is not {str(theirs)[:300]}")


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def rival_bench(path: Path, root: Path, effort: Effort, *, install: bool) -> list[dict[str, Any]]:
    """A row a rival: what it is, why it is missing or its peak memory, and its rows of queries."""
    return [_one_rival(rival, path, root, effort, install=install) for rival in RIVALS]


def _one_rival(rival: Rival, path: Path, root: Path, effort: Effort, *, install: bool) -> dict[str, Any]:
    head: dict[str, Any] = {"rival": rival.name, "packages": list(rival.packages), "rows": []}
    head["date"] = datetime.now(UTC).isoformat(timespec="minutes")
    python = environment(rival, root, install=install)
    if isinstance(python, str):
        return {**head, "missing": python}
    ours = Ours(path)
    hand = Hand(ours.index.snapshot)
    names = names_of(hand, ours.index.snapshot)
    hand.connection.close()
    home = path.parent / f"{rival.name}-{path.name}"
    started = time.perf_counter()
    try:
        worker = Worker(rival, python, home, ours.index.snapshot)
        head["filled_seconds"] = round(time.perf_counter() - started, 1)
        try:
            head["rows"] = [_beside(rival, query, names, ours, worker, effort) for query in QUERIES]
            head["peak_mb"] = round(worker.peak_mb())
        finally:
            worker.close()
    except (OSError, RuntimeError, subprocess.SubprocessError) as error:
        return {**head, "missing": f"failed: {error}"}
    finally:
        ours.index.close()
    return head


def _beside(
    rival: Rival, query: Query, names: Mapping[str, str], ours: Ours, worker: Worker, effort: Effort
) -> dict[str, Any]:
    ask = rival.ask(query, names)
    if ask is None:
        return {"query": query.name, "metric": query.metric, "missing": f"{rival.name} can't say it"}
    first, answer = worker.ask(ask)
    if query.kind == "join":
        answer = [tuple(each) for each in answer]
    _compare(query, ours.run(query, names), answer, rival.name)
    mine, theirs = _alternate(query, names, ours, worker, ask, effort)
    ratio = theirs.median / mine.median
    _tell(f"{query.name:32} {rival.name} x{ratio:7.1f} of ours")
    return {
        "query": query.name,
        "metric": query.metric,
        "ours": mine.to_dict(),
        "rival": theirs.to_dict(),
        "rival_first_ms": round(first * 1e3, 2),
        "times_slower": round(ratio, 2),
        "behind_ms": round((mine.median - theirs.median) * 1e3, 2),
    }


def _alternate(
    query: Query,
    names: Mapping[str, str],
    ours: Ours,
    worker: Worker,
    ask: dict[str, Any],
    effort: Effort,
) -> tuple[Samples, Samples]:
    """Theirs, ours, theirs, ours; a rival that takes seconds gets three rounds."""
    mine: list[float] = []
    theirs: list[float] = []
    began = time.perf_counter()
    ours.run(query, names)
    for number in range(effort.rounds):
        theirs.append(worker.ask(ask)[0])
        start = time.perf_counter()
        ours.run(query, names)
        mine.append(time.perf_counter() - start)
        if number >= 2 and time.perf_counter() - began > effort.seconds:
            break
    return _samples(mine), _samples(theirs)


def _samples(seconds: Sequence[float]) -> Samples:
    return Samples(tuple(seconds), tuple(seconds))
