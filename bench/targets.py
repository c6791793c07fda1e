"""What was aimed at, and whether the figures of a report reach it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bench.joins import ANNOUNCED

__all__ = ["Target", "targets"]

_FROM = 100_000
"""Runs from which on searches, alone and beside the rivals, have a target."""
_SEARCH = 1.15
_HAUPT, _BEHIND_MS = 10, 5.0
_MLFLOW, _MLFLOW_FROM_MS = 20, 50
_START, _START_RIVALS = 1.6, 5
_GROWTH, _MEMORY = 5, 3
_READERS = 0.9
_JOIN = 1.5
_CAT, _FIND, _CLIENT, _SHARE = 4, 3, 20, 0.15
_RIVALS_STARTS = ("mlflow runs list", "polyaxon ops ls, no runs")


@dataclass(frozen=True, slots=True)
class Target:
    """One target in words, what was measured, and whether that is enough; None where nothing was measured."""

    aim: str
    measured: str
    met: bool | None


def targets(report: dict[str, Any]) -> list[Target]:
    """All targets, from the figures of a report whose sections may be missing or have failed."""
    kinds = {
        "search": _searches,
        "rivals": _rivals,
        "start_up": _starts,
        "growth": _growths,
        "readers": _readers,
        "joins": _joins,
        "refresh": _refreshes,
    }
    found: list[Target] = []
    for section, kind in kinds.items():
        figures = report.get(section) or {"failed": "not measured"}
        if "failed" in figures:
            found.append(Target(section, str(figures["failed"]), None))
        else:
            found += kind(figures)
    return found


def _searches(figures: dict[str, Any]) -> Iterator[Target]:
    for title, rows in figures.items():
        if not _large(title):
            continue
        over = [row["query"] for row in rows if row["cpu_ratio"] > _SEARCH]
        by_clock = max(rows, key=lambda row: row["ratio"])
        most = max(rows, key=lambda row: row["cpu_ratio"])
        yield Target(
            f"{title}: every search at most {_SEARCH} times SQL by hand",
            f"by processor at most {most['cpu_ratio']:.2f} ({most['query']}), by the clock at most "
            f"{by_clock['ratio']:.2f} ({by_clock['query']}){_named(over)}",
            not over,
        )


def _rivals(figures: dict[str, Any]) -> Iterator[Target]:
    for title, rivals in figures.items():
        for rival in rivals:
            name = rival["rival"]
            if not _large(title):
                continue
            if "missing" in rival:
                yield Target(f"{title}, beside {name}", f"{name} {rival['missing']}", None)
                continue
            rows = [row for row in rival["rows"] if "missing" not in row]
            if name == "haupt":
                metric = [row for row in rows if row["metric"]]
                yield _times(
                    f"{title}: {_HAUPT} times as fast as haupt in every query of a metric", metric, _HAUPT
                )
                others = [row for row in rows if not row["metric"]]
                most = max(others, key=lambda row: row["behind_ms"])
                behind = [row["query"] for row in others if row["behind_ms"] > _BEHIND_MS]
                yield Target(
                    f"{title}: elsewhere (an index, an early stop) at most {_BEHIND_MS:.0f} ms behind haupt",
                    f"at most {max(0.0, most['behind_ms']):.1f} ms ({most['query']}){_named(behind)}",
                    not behind,
                )
            else:
                slow = [row for row in rows if row["rival"]["median_ms"] > _MLFLOW_FROM_MS]
                aim = f"{_MLFLOW} times as fast as {name} where it takes over {_MLFLOW_FROM_MS} ms"
                yield _times(f"{title}: {aim}", slow, _MLFLOW)


def _times(aim: str, rows: Sequence[dict[str, Any]], least: float) -> Target:
    if not rows:
        return Target(aim, "no such query", None)
    worst = min(rows, key=lambda row: row["times_slower"])
    under = [row["query"] for row in rows if row["times_slower"] < least]
    return Target(aim, f"at least {worst['times_slower']:.1f} ({worst['query']}){_named(under)}", not under)


def _starts(figures: dict[str, Any]) -> Iterator[Target]:
    for title, rows in figures.items():
        own = rows["pql search"]
        yield Target(
            f"{title}: the process `pql search` at most {_START} times `duckdb, select 1`",
            f"{own['times_duckdb']:.2f}, {own['times_duckdb_cpu']:.2f} by processor",
            own["times_duckdb"] <= _START,
        )
        for name in _RIVALS_STARTS:
            aim = f"{title}: `pql search` {_START_RIVALS} times as fast as `{name}`"
            row = rows.get(name, {"missing": "not installed"})
            if "missing" in row:
                yield Target(aim, row["missing"], None)
                continue
            times = row["median_ms"] / own["median_ms"]
            cpu = row["cpu_ms"] / own["cpu_ms"]
            yield Target(aim, f"{times:.1f}, {cpu:.1f} by processor", times >= _START_RIVALS)


def _growths(figures: dict[str, Any]) -> Iterator[Target]:
    first, last = figures["rows"][0], figures["rows"][-1]
    span = f"from {first['index']} to {last['index']}"
    yield Target(
        f"{span}: top ten by a metric at most {_GROWTH} times",
        f"{last['times']:.2f}, {last['cpu_times']:.2f} by processor",
        last["times"] <= _GROWTH,
    )
    yield Target(
        f"{span}: peak memory at most {_MEMORY} times",
        f"{last['memory_times']:.2f}",
        last["memory_times"] <= _MEMORY,
    )


def _readers(figures: dict[str, Any]) -> Iterator[Target]:
    """More processes than cores share the cores and their caches; SQL by hand shows what that costs."""
    times = figures["times_one_process"]
    most = max(times["ours"], key=int)
    ours, hand = times["ours"][most], times["hand"][most]
    yield Target(
        f"{most} readers gain over one at least {_READERS} of what {most} of SQL by hand do",
        f"{ours:.2f} times one process, by hand {hand:.2f}: {ours / hand:.2f}",
        ours / hand >= _READERS,
    )


def _joins(figures: dict[str, Any]) -> Iterator[Target]:
    rows = [row for row in figures["rows"] if row["params"] == ANNOUNCED]
    most = max(rows, key=lambda row: row["ratio"])
    others = max(row["ratio"] for row in figures["rows"])
    yield Target(
        f"a join of {most['runs']:,} runs and the four params announced at most {_JOIN} times its search",
        f"at most {most['ratio']:.2f}, {most['cpu_ratio']:.2f} by processor; with other params up to "
        f"{others:.2f}",
        most["ratio"] <= _JOIN,
    )


def _refreshes(figures: dict[str, Any]) -> Iterator[Target]:
    for name, beside, most in (("from_nothing", "cat", _CAT), ("nothing_changed", "find", _FIND)):
        row = figures[name]
        yield Target(
            f"refresh, {name.replace('_', ' ')}: at most {most} times `{beside}`",
            f"{row['ratio']:.2f}, {row['cpu_ratio']:.2f} by processor",
            row["ratio"] <= most,
        )
    client = figures["from_nothing"]["real_client"]
    aim = f"refresh {_CLIENT} times as fast as the real client's classes read the same"
    if "missing" in client:
        yield Target(aim, str(client["missing"]), None)
    else:
        times = client["times_slower"]
        yield Target(
            aim,
            f"{times['refresh_seconds']}, {times['refresh_cpu']} by processor; "
            f"reading alone {times['reading_cpu']}",
            times["refresh_seconds"] >= _CLIENT,
        )
    share = figures["size"]["share"]
    yield Target(f"index at most {_SHARE:.0%} of the store's bytes", f"{share:.1%}", share <= _SHARE)


def _large(title: str) -> bool:
    return int(title.partition(" ")[0].replace(",", "")) >= _FROM


def _named(queries: Sequence[str]) -> str:
    return f"; missed: {', '.join(queries)}" if queries else ""
