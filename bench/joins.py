"""Resolving a join of 5,000 runs and four params beside the same search alone, in turn in one process.

The search gives its uuids; what a join costs above it is fetching the values and making the lists.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bench.measure import interleaved
from lineage_index import Index
from pql.joins import Join, parse_reference
from pql.joins.model import JoinParam
from pql.joins.source import placed

__all__ = ["ANNOUNCED", "joins_bench"]

RUNS = 5_000
QUERIES = (
    ("metrics.acc:>0.5", "-metrics.acc"),
    ("metrics.acc:>0.5, status:succeeded", "-metrics.acc"),
    ("metrics.loss:<0.5", "metrics.loss"),
    ("artifacts.name:best, status:succeeded", "-created_at"),
)
ANNOUNCED = "uuid, an input, two outputs"
"""The four params of the join in Polyaxon's announcement."""


def joins_bench(path: Path, rounds: int, seconds: float) -> list[dict[str, Any]]:
    """For each search and four params: the runs, and how often the join costs the search alone."""
    found = []
    with Index.open(path) as index:
        for query, sort in QUERIES:

            def alone(query: str = query, sort: str = sort) -> list[str]:
                return index.search(query, sort=sort, limit=RUNS).uuids

            for params, references in _params(index).items():
                join = _join(query, sort, references)
                times = interleaved(
                    {"alone": alone, "join": lambda join=join: index.resolve(join)},
                    rounds=rounds,
                    seconds=seconds,
                )
                found.append(
                    {
                        "query": query,
                        "params": params,
                        "runs": len(alone()),
                        "alone": times["alone"].to_dict(),
                        "join": times["join"].to_dict(),
                        "ratio": round(times["join"].median / times["alone"].median, 3),
                        "cpu_ratio": round(times["join"].cpu / times["alone"].cpu, 3),
                    }
                )
    return found


def _params(index: Index) -> dict[str, tuple[str, ...]]:
    """Four references each: of what the page's rows hold, keys that are rows, lineage, and some of all."""
    rows = index._engine.select(
        "SELECT section, key FROM keys WHERE section IN ('inputs', 'outputs') "
        "AND num_column IS NULL AND str_column IS NULL AND bool_column IS NULL "
        "ORDER BY runs DESC, section, key LIMIT 4",
        (),
    )
    rare = tuple(f"{section}.{key}" for section, key in rows)
    return {
        ANNOUNCED: ("globals.uuid", "inputs.lr", "outputs.acc", "outputs.loss"),
        "two inputs, two outputs": ("inputs.lr", "inputs.optimizer", "outputs.loss", "outputs.acc"),
        "an artifact, three columns": ("artifacts.best", "inputs.lr", "outputs.loss", "globals.uuid"),
        "four keys that are rows": rare,
        "mixed": ("inputs.lr", rare[0], "artifacts.best", "globals.created_at"),
    }


def _join(query: str, sort: str, references: tuple[str, ...]) -> Join:
    params = tuple(
        JoinParam(f"p{place}", parse_reference(each), True) for place, each in enumerate(references)
    )
    return Join(placed(query), placed(sort, "sort"), RUNS, params=params)
