"""Resolving a join of 5,000 runs and four params, beside the same search alone, in turn in one process.

    python -m bench.joins.bench [ROUNDS]

Asks the index of 100,000 runs that `make bench` makes (it is made if it isn't there). The search gives its
uuids; what a join costs above it is fetching the values and making the lists.
"""

from __future__ import annotations

import sys
from pathlib import Path

from bench.data.build import build_index, index_path
from bench.measure import interleaved
from lineage_index import Index
from pql.joins import Join, parse_reference
from pql.joins.model import JoinParam
from pql.joins.source import placed

RUNS = 5_000
SHAPE, SIZE = "full", 100_000
QUERIES = {
    "one metric": ("metrics.loss:<0.5", "metrics.loss"),
    "metric and status": ("metrics.loss:~nil, status:succeeded", "metrics.loss"),
    "artifact": ("artifacts.name:best, status:succeeded", "-created_at"),
}


def params_of(index: Index) -> dict[str, tuple[str, ...]]:
    """Four references each: keys that are columns, keys that are rows, lineage, and some of all."""
    rows = index._engine.select(
        "SELECT section, key FROM keys WHERE section IN ('inputs', 'outputs') "
        "AND num_column IS NULL AND str_column IS NULL AND bool_column IS NULL "
        "ORDER BY runs DESC, section, key LIMIT 4",
        (),
    )
    rare = tuple(f"{section}.{key}" for section, key in rows)
    return {
        "four columns": ("inputs.lr", "inputs.optimizer", "outputs.loss", "outputs.acc"),
        "two columns, uuid, name": ("inputs.lr", "outputs.loss", "globals.uuid", "globals.name"),
        "an artifact, three columns": ("artifacts.best", "inputs.lr", "outputs.loss", "globals.uuid"),
        "four keys that are rows": rare,
        "mixed": ("inputs.lr", rare[0], "artifacts.best", "globals.created_at"),
    }


def join_of(query: str, sort: str, references: tuple[str, ...]) -> Join:
    params = tuple(
        JoinParam(f"p{place}", parse_reference(each), True) for place, each in enumerate(references)
    )
    return Join(placed(query), placed(sort, "sort"), RUNS, params=params)


def measured(path: Path, rounds: int) -> list[tuple[str, str, int, float, float]]:
    """Query, params, runs, and times the search alone: by the clock, by processor time."""
    found = []
    with Index.open(path) as index:
        for name, (query, sort) in QUERIES.items():

            def alone(query: str = query, sort: str = sort) -> object:
                return index.search(query, sort=sort, limit=RUNS).uuids

            for title, references in params_of(index).items():
                join = join_of(query, sort, references)
                runs = len(index.search(query, sort=sort, limit=RUNS))
                times = interleaved(
                    {"alone": alone, "join": lambda j=join: index.resolve(j)}, rounds=rounds, seconds=30
                )
                clock = times["join"].median / times["alone"].median
                found.append((name, title, runs, clock, times["join"].cpu / times["alone"].cpu))
    return found


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 21
    root = Path(__file__).parents[2] / ".bench" / "data"
    path = index_path(root, SHAPE, SIZE)
    if not path.exists():
        build_index(root, SHAPE, SIZE)
    print(f"{'search':20} {'params':28} {'runs':>6} {'clock':>7} {'processor':>10}")
    for name, title, runs, clock, cpu in measured(path, rounds):
        print(f"{name:20} {title:28} {runs:6,} {clock:6.2f}x {cpu:9.2f}x")


if __name__ == "__main__":
    main()
