"""Where the time of a search goes: stages, imports, and what the engine did."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from bench.queries import QUERIES, Query
from bench.sides import Hand, Ours, names_of
from lineage_index.index.warn import unknown_keys
from pql.binder.binder import Clock, bind
from pql.binder.bound import BoundQuery
from pql.catalog.fields import Entity
from pql.plan.scope import plan_query
from pql.sql.lower import lower, lower_count
from pql.syntax.parser import parse_query, parse_sort

__all__ = ["imports", "plans", "stages"]

_CHOSEN = ("metric top ten", "status + date + tag", "OR of metrics + status + input", "one uuid")


def stages(path: Path, rounds: int = 60) -> list[dict[str, Any]]:
    """Median microseconds of each stage. Before each round the same question goes through other SQL, so that
    the processor's caches are as cold as between two searches of different users."""
    ours = Ours(path)
    hand = Hand(ours.index.snapshot)
    names = names_of(hand, ours.index.snapshot)
    chosen = [each for each in QUERIES if each.name in _CHOSEN]
    rows = [
        {"query": query.name, "microseconds": _stages_of(query, ours, hand, names, rounds)}
        for query in chosen
    ]
    ours.index.close()
    return rows


def _stages_of(query: Query, ours: Ours, hand: Hand, names: Mapping[str, str], rounds: int) -> dict[str, int]:
    index, layout = ours.index, ours.index.snapshot.layout
    text = query.pql.format(**names)
    taken: dict[str, list[float]] = defaultdict(list)

    def timed(name: str, call: Callable[[], Any]) -> Any:
        start = time.perf_counter()
        found = call()
        taken[name].append((time.perf_counter() - start) * 1e6)
        return found

    def bound_query(node: Any, terms: Any) -> BoundQuery:
        return bind(
            node,
            terms,
            clock=Clock(datetime.now(UTC), UTC),
            text=text,
            sort_text=query.sort,
            limit=query.limit,
            offset=0,
            entity=Entity.RUN,
        )

    ours.run(query, names)
    for _ in range(rounds):
        hand.run(query, names)
        node = timed("parse", lambda: parse_query(text))
        terms = timed("parse sort", lambda: parse_sort(query.sort))
        bound = timed("bind", partial(bound_query, node, terms))
        plan = timed("plan", partial(plan_query, bound))
        statement = timed("lower", partial(lower, plan, layout))
        timed("warnings", partial(unknown_keys, bound, layout))
        timed("engine", partial(index._engine.rows, statement))
        hand.run(query, names)
        found = timed("whole search", lambda: index.search(text, sort=query.sort, limit=query.limit))
        timed("rows of the page", partial(getattr, found, "rows"))
    return {name: round(statistics.median(each)) for name, each in taken.items()}


def imports(index: Path, most: int = 15) -> list[dict[str, Any]]:
    """The modules that cost most of their own at the start of `pql search`, in microseconds."""
    code = (
        "import sys; from pql.cli.main import app; "
        f"app(['search', 'metrics.loss:<0.05', '--limit', '1', '--index', {str(index)!r}])"
    )
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", code], capture_output=True, text=True, check=False
    )
    found = []
    for line in done.stderr.splitlines():
        parts = line.removeprefix("import time:").split("|")
        if len(parts) == 3 and parts[0].strip().isdigit():
            found.append(
                {"module": parts[2].strip(), "own_us": int(parts[0]), "with_others_us": int(parts[1])}
            )
    return sorted(found, key=lambda each: -each["own_us"])[:most]


def plans(path: Path) -> list[dict[str, Any]]:
    """For each query the statement, and EXPLAIN ANALYZE of it and of the SQL by hand."""
    ours = Ours(path)
    index = ours.index
    hand = Hand(index.snapshot)
    names = names_of(hand, index.snapshot)
    rows = []
    for query in QUERIES:
        ours.run(query, names)
        hand.run(query, names)
        bound = index.bind(query.pql.format(**names) or None, sort=query.sort, limit=query.limit)
        plan = plan_query(bound)
        count = query.kind == "count"
        statement = lower_count(plan, index.snapshot.layout) if count else lower(plan, index.snapshot.layout)
        sql = query.sql.format(**names)
        head = "EXPLAIN (ANALYZE, FORMAT json) "
        mine = index._engine.select(head + statement.sql, statement.parameters)[0][1]
        theirs = hand.ask(head + sql)[0][1]
        rows.append(
            {
                "query": query.name,
                "ours": statement.sql,
                "hand": sql,
                "ours_plan": _tree(json.loads(mine)),
                "hand_plan": _tree(json.loads(theirs)),
            }
        )
    index.close()
    return rows


def _tree(found: dict[str, Any]) -> list[str]:
    """One line an operator: rows out, milliseconds, and for scans what was read."""
    lines: list[str] = []

    def walk(node: dict[str, Any], depth: int) -> None:
        kind = node.get("type", "?")
        if kind not in ("RESULT_COLLECTOR", "EXPLAIN_ANALYZE", "PROJECTION"):
            spent = node.get("timing", 0) * 1e3
            line = f"{'  ' * depth}{kind} {node.get('intermediate_rows', 0):,} rows, {spent:.2f} ms"
            if "rows_scanned" in node:
                groups = f"{node['row_groups_scanned']} of {node['total_row_groups_to_scan']} row groups"
                line += f", {groups}, {node['rows_scanned']:,} rows read"
            info = node.get("extra_info", {})
            for name in ("Projections", "Filters", "Join Type", "Conditions", "Order By"):
                if info.get(name):
                    line += f"; {name}: {info[name]}"
            lines.append(line[:400])
            depth += 1
        for child in node.get("children", []):
            walk(child, depth)

    for node in found.get("operator", []):
        walk(node, 0)
    return lines
