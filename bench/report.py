"""The report as Markdown: every figure beside its ratio."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from bench.targets import targets

__all__ = ["VERDICTS", "markdown"]

VERDICTS = {True: "met", False: "missed", None: "not measured"}


def markdown(report: dict[str, Any], *, plans: bool = True) -> str:
    """The whole report as text, or without the plans of the statements."""
    parts = [_head(report["machine"], report["profile"]), _older(report), _targets(report)]
    for section, written in _WRITTEN.items():
        found = report.get(section)
        if not found or (section == "plans" and not plans):
            continue
        if "failed" in found:
            parts.append(f"## {section}\n\nNot measured: {found['failed']}")
        else:
            parts += written(found)
    return "\n\n".join(part for part in parts if part) + "\n"


def _older(report: dict[str, Any]) -> str:
    """What was measured at another time than the rest."""
    older = [
        f"{name} {each['date']} at commit {each['commit']}"
        for name, each in report["measured"].items()
        if each["date"] != report["machine"]["date"]
    ]
    return f"Measured at other times: {'; '.join(older)}." if older else ""


def _targets(report: dict[str, Any]) -> str:
    table = _table(
        ("target", "measured", "met?"),
        [(each.aim, each.measured, f"**{VERDICTS[each.met]}**") for each in targets(report)],
    )
    return f"## Targets\n\n{table}"


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join([*lines, *("| " + " | ".join(str(each) for each in row) + " |" for row in rows)])


def _ms(samples: dict[str, Any]) -> str:
    return f"{samples['median_ms']:.2f} ± {samples['iqr_ms']:.2f}"


def _head(machine: dict[str, Any], profile: str) -> str:
    versions = ", ".join(f"{name} {each}" for name, each in machine["versions"].items())
    return (
        f"# Bench, {profile} profile, {machine['date']}\n\n"
        f"{machine['processor']}, {machine['cores']} cores, {machine['memory_gib']} GiB, "
        f"{machine['system']}; "
        f"Python {machine['python']}, {versions}; commit {machine['commit']}. Load when it began: "
        f"{', '.join(map(str, machine['load_at_start']))}.\n\n"
        "Milliseconds are medians ± interquartile range. Ratios are of medians of interleaved samples; "
        "*processor* ratios compare processor time of all threads and hardly feel other work on the machine."
    )


def _search(name: str, rows: list[dict[str, Any]]) -> str:
    table = _table(
        (
            *("query", "answers", "ours ms", "SQL by hand ms", "ours ÷ hand"),
            *("ours, processor ms", "by hand", "ours ÷ hand", "first asked ÷ hand"),
        ),
        [
            (
                row["query"],
                row["answers"],
                _ms(row["ours"]),
                _ms(row["hand"]),
                f"**{row['ratio']:.2f}**",
                f"{row['ours']['cpu_ms']:.2f}",
                f"{row['hand']['cpu_ms']:.2f}",
                f"**{row['cpu_ratio']:.2f}**",
                f"{row['first_cpu_ratio']:.2f}",
            )
            for row in rows
        ],
    )
    return f"## Warm search beside SQL by hand: {name}\n\n{table}"


def _rivals(name: str, rivals: list[dict[str, Any]]) -> str:
    parts = [f"## Beside what a user would take instead: {name}"]
    for rival in rivals:
        title = f"### {', '.join(rival['packages'])}"
        if "missing" in rival:
            parts.append(f"{title}\n\n{rival['rival']} {rival['missing']}.")
            continue
        rows = [
            (row["query"], "-", "-", row["missing"], "-")
            if "missing" in row
            else (
                row["query"],
                _ms(row["ours"]),
                _ms(row["rival"]),
                f"**{row['times_slower']:.1f}** times ours",
                f"{row['behind_ms']:.1f}" if row["behind_ms"] > 0 else "-",
            )
            for row in rival["rows"]
        ]
        table = _table(("query", "ours ms", f"{rival['rival']} ms", "ratio", "we are behind by ms"), rows)
        parts.append(f"{title}\n\n{rival['date']}; peak memory {rival['peak_mb']} MB.\n\n{table}")
    return "\n\n".join(parts)


def _start_up(found: dict[str, Any]) -> str:
    parts = ["## Whole processes"]
    for name, rows in found.items():
        table = _table(
            ("process", "ms", "times `duckdb, select 1`", "processor"),
            [
                (each, row["missing"], "-", "-")
                if "missing" in row
                else (each, _ms(row), f"**{row['times_duckdb']:.2f}**", f"{row['times_duckdb_cpu']:.2f}")
                for each, row in rows.items()
            ],
        )
        parts.append(f"On {name}:\n\n{table}")
    return "\n\n".join(parts)


def _growth(found: dict[str, Any]) -> str:
    table = _table(
        ("index", "top ten ms", "times the first", "processor", "peak MB", "times the first"),
        [
            (
                row["index"],
                f"{row['top_ten_ms']:.2f}",
                f"**{row['times']:.2f}**",
                f"{row['cpu_times']:.2f}",
                f"{row['peak_mb']:.0f}",
                f"**{row['memory_times']:.2f}**",
            )
            for row in found["rows"]
        ],
    )
    return f"## Growth\n\n{table}"


def _readers(found: dict[str, Any]) -> str:
    rates, times = found["searches_a_second"], found["times_one_process"]
    busy = found["processor_ms_a_search"]
    table = _table(
        (
            *("reader processes", "searches a second", "times one process", "processor ms a search"),
            *("SQL by hand a second", "times one process", "processor ms"),
        ),
        [
            (
                count,
                *(
                    cell
                    for side in ("ours", "hand")
                    for cell in (
                        rates[side][count],
                        f"**{times[side][count]:.2f}**",
                        f"{busy[side][count]:.2f}",
                    )
                ),
            )
            for count in rates["ours"]
        ],
    )
    return f"## Many readers on {found['cores']} cores\n\n{table}"


def _joins(found: dict[str, Any]) -> str:
    table = _table(
        ("search", "params", "runs", "search alone ms", "join ms", "join ÷ search", "processor"),
        [
            (
                f"`{row['query']}`",
                row["params"],
                f"{row['runs']:,}",
                _ms(row["alone"]),
                _ms(row["join"]),
                f"**{row['ratio']:.2f}**",
                f"{row['cpu_ratio']:.2f}",
            )
            for row in found["rows"]
        ],
    )
    return f"## Joins beside the search alone: {found['index']}\n\n{table}"


def _refresh(found: dict[str, Any]) -> str:
    full, same, part = found["from_nothing"], found["nothing_changed"], found["one_percent_changed"]
    rows = [
        (
            f"from nothing, {found['deep_runs']:,} runs × 10 metrics × 100 steps",
            _ms(full["refresh"]),
            f"`cat` of the same bytes: {_ms(full['cat'])}",
            f"**{full['ratio']:.2f}**",
        ),
        (
            f"nothing changed, {found['wide_runs']:,} runs",
            _ms(same["refresh"]),
            f"`find -printf`: {_ms(same['find'])}",
            f"**{same['ratio']:.2f}**",
        ),
        (
            f"1 % changed ({part['runs']:,} runs)",
            _ms(part["refresh"]),
            "the same refresh with nothing changed",
            f"**{part['times_nothing_changed']:.2f}**",
        ),
    ]
    client = full["real_client"]
    times = client.get("times_slower", {})
    told = (
        f"The real client's reader: {client['missing']}."
        if "missing" in client
        else f"The real client's own classes take {client['ms_a_run']['client_seconds']} ms a run to read "
        f"({client['runs_read']} runs, in turn with the refresh): "
        f"**{times['reading_seconds']}** times our reading, "
        f"{times['reading_cpu']} times by processor; {times['refresh_seconds']} times the whole refresh, "
        f"start and writing included, **{times['refresh_cpu']}** times by processor."
    )
    size = found["size"]
    stored = (
        f"On disk the index has **{size['share']:.1%}** of the store's bytes "
        f"({size['index_mb']} of {size['store_mb']} MB)."
    )
    table = _table(("refresh", "ours ms", "beside", "ratio"), rows)
    return f"## Refresh, as whole processes\n\n{table}\n\n{told}\n\n{stored}"


def _stages(rows: list[dict[str, Any]]) -> str:
    names = list(rows[0]["microseconds"])
    table = _table(
        ("query", *names),
        [(row["query"], *(_share(row["microseconds"], name) for name in names)) for row in rows],
    )
    return f"## Where a warm search spends its time: microseconds (share of the whole search)\n\n{table}"


def _share(found: dict[str, int], name: str) -> str:
    return f"{found[name]} ({found[name] / found['whole search']:.0%})"


def _imports(rows: list[dict[str, Any]]) -> str:
    whole = sum(row["own_us"] for row in rows)
    table = _table(
        ("module", "own µs", "share of these"),
        [(row["module"], row["own_us"], f"{row['own_us'] / whole:.0%}") for row in rows],
    )
    return f"## The dearest imports of `pql search`\n\n{table}"


def _plans(name: str, rows: list[dict[str, Any]]) -> str:
    parts = [f"## EXPLAIN ANALYZE: {name}"]
    for row in rows:
        mine = "\n".join((row["ours"], "", *row["ours_plan"]))
        theirs = "\n".join((row["hand"], "", *row["hand_plan"]))
        parts.append(
            f"<details><summary>{row['query']}</summary>\n\nOurs:\n\n```text\n{mine}\n```\n\n"
            f"By hand:\n\n```text\n{theirs}\n```\n\n</details>"
        )
    return "\n\n".join(parts)


_WRITTEN: dict[str, Callable[[Any], list[str]]] = {
    "search": lambda found: [_search(name, rows) for name, rows in found.items()],
    "rivals": lambda found: [_rivals(name, rivals) for name, rivals in found.items()],
    "start_up": lambda found: [_start_up(found)],
    "growth": lambda found: [_growth(found)],
    "readers": lambda found: [_readers(found)],
    "joins": lambda found: [_joins(found)],
    "refresh": lambda found: [_refresh(found)],
    "stages": lambda found: [_stages(found)],
    "imports": lambda found: [_imports(found)],
    "plans": lambda found: [_plans(name, rows) for name, rows in found.items()],
}
"""The sections in their order."""
