"""Both compilers in one process, interleaved; prints microseconds of processor time as JSON. Runs in the
rival's environment."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from lark import Lark

import pql
from bench.language.rival import rival_parse, rival_sql
from bench.measure import interleaved
from pql.catalog.layout import KeyLayout, Layout
from pql.syntax.grammar import grammar_text
from pql.syntax.parser import parse_query

QUERIES = {
    "one condition": "metrics.loss:<0.01",
    "five conditions": (
        "(metrics.loss:<0.1 OR metrics.accuracy:>0.95) AND status:succeeded AND inputs.optimizer:adam"
    ),
}
BATCH = 20
"""Calls in a row: the one side does not pay for caches that the other has filled."""

LAYOUT = Layout(
    {
        **{("outputs", name): KeyLayout(num=f"k{place}") for place, name in enumerate(("loss", "accuracy"))},
        **{("outputs", f"metric_{number}"): KeyLayout(long=True) for number in range(60)},
        **{("inputs", f"input_{number}"): KeyLayout(num=f"k{9 + number}") for number in range(40)},
        ("inputs", "optimizer"): KeyLayout(text="k3"),
    },
    settled=True,
)
"""As a compacted index has it: the keys that many runs have are columns."""

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def _batch(call: Callable[[], Any]) -> Callable[[], None]:
    def several() -> None:
        for _ in range(BATCH):
            call()

    return several


def main(rounds: int) -> None:
    theirs, theirs_plain, their_parse = rival_sql(plain=False), rival_sql(plain=True), rival_parse()
    bare = Lark(grammar_text(), parser="lalr", start=["query", "sort"], maybe_placeholders=True)
    report: dict[str, Any] = {}
    for name, query in QUERIES.items():
        sides: dict[str, Callable[[], Any]] = {
            "pql": lambda query=query: pql.compile(query, now=NOW, limit=20, layout=LAYOUT),
            "pql, no index": lambda query=query: pql.compile(query, now=NOW, limit=20),
            "pql parse": lambda query=query: parse_query(query),
            "bare lark parse": lambda query=query: bare.parse(query, start="query"),
            "haupt": lambda query=query: theirs(query),
            "haupt, plain": lambda query=query: theirs_plain(query),
            "haupt parse": lambda query=query: their_parse(query),
        }
        batches = {side: _batch(call) for side, call in sides.items()}
        samples = interleaved(batches, rounds=rounds, seconds=60, warmups=3)
        report[name] = {side: each.cpu / BATCH * 1e6 for side, each in samples.items()}
    print(json.dumps(report))


if __name__ == "__main__":
    main(int(sys.argv[1]))
