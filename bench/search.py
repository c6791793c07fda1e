"""Warm searches beside SQL written by hand on the same files."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from bench.measure import Samples, interleaved
from bench.queries import QUERIES
from bench.sides import Hand, Ours, names_of

__all__ = ["WrongAnswer", "search_bench"]


class WrongAnswer(Exception):
    """Two sides disagree."""


def search_bench(path: Path, *, rounds: int, seconds: float) -> list[dict[str, Any]]:
    """A row a query: both medians, the ratio, and how many rows came back. Raises WrongAnswer."""
    ours = Ours(path)
    hand = Hand(ours.index.snapshot)
    names = names_of(hand, ours.index.snapshot)
    rows = []
    for query in QUERIES:
        mine, theirs = ours.run(query, names), hand.run(query, names)
        if mine != theirs:
            raise WrongAnswer(f"{query.name}: {str(mine)[:200]} is not {str(theirs)[:200]}")
        found: dict[str, Samples] = interleaved(
            {"ours": lambda q=query: ours.run(q, names), "hand": lambda q=query: hand.run(q, names)},
            rounds=rounds,
            seconds=seconds,
        )
        ratio = found["ours"].median / found["hand"].median
        cpu_ratio = found["ours"].cpu / found["hand"].cpu
        rows.append(
            {
                "query": query.name,
                "pql": query.pql.format(**names),
                "answers": mine if isinstance(mine, int) else len(mine),
                "ours": found["ours"].to_dict(),
                "hand": found["hand"].to_dict(),
                "ratio": round(ratio, 3),
                "cpu_ratio": round(cpu_ratio, 3),
            }
        )
        print(
            f"{query.name:32} {found['ours'].median * 1e3:9.2f} {found['hand'].median * 1e3:9.2f} "
            f"{ratio:6.2f} {cpu_ratio:6.2f}  ±{found['ours'].spread:.0%} ±{found['hand'].spread:.0%}  {rows[-1]['answers']}",
            file=sys.stderr,
        )
    return rows


if __name__ == "__main__":
    search_bench(Path(sys.argv[1]), rounds=int(sys.argv[2]), seconds=float(sys.argv[3]))
