"""`pql show`: one run, readable."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from lineage_index.index.index import Index
from lineage_index.index.lineage import Direction, neighbours
from pql.cli.exits import Exit, fail, guarded
from pql.cli.output import folded, paints, strong, terminal_width, write_text
from pql.cli.output_cells import json_text, plain
from pql.cli.output_index import open_index
from pql.cli.show_run import one_run
from pql.cli.show_spark import sparkline
from pql.cli.table import TextColumn, stack_table
from pql.cli.text import clip, printable, width

__all__ = ["run_show"]

_SECTIONS = ("inputs", "outputs", "meta_info")
_CURVE = 32
_BELOW = "    "
_MOST = 100
"""More lines of one kind than this are counted, not shown."""


def run_show(run: str, output: str, as_of: str | None, index: str | None) -> None:
    """Print the run."""
    if output not in ("text", "json"):
        fail(f"error: --format is one of text, json, not {output!r}", Exit.USAGE)
    with guarded(), open_index(index, as_of) as opened:
        uuid = one_run(opened, run)
        (row,) = opened.search(f"uuid:{uuid}").rows
        facts = _facts(opened, uuid)
        if output == "json":
            write_text(json_text({**row, **facts}) + "\n", None, utf8=True)
            return
        write_text("\n".join(_lines(row, facts)) + "\n", None)


def _facts(index: Index, uuid: str) -> dict[str, Any]:
    """What other tables say of the run, as plain data."""
    engine = index._engine
    own = "JOIN runs AS r ON r.run_id = t.run_id WHERE r.uuid = $1"
    curves = engine.select(
        f"SELECT t.key, t.value FROM points AS t {own} AND t.section = 'metrics' ORDER BY t.key, t.seq",
        [uuid],
    )
    series = engine.select(
        f"SELECT t.name, t.count, t.first, t.last, t.min, t.max, t.mean FROM series AS t {own} "
        "AND t.section = 'metrics' AND t.kind = 'metric' ORDER BY t.name",
        [uuid],
    )
    points: dict[str, list[float]] = {}
    for key, value in curves:
        points.setdefault(key, []).append(value)
    names = ("metric", "points", "first", "last", "min", "max", "mean")
    artifacts = engine.select(
        f"SELECT t.name, t.kind, t.path, t.state, t.is_input, t.summary FROM artifacts AS t {own} "
        "ORDER BY t.is_input DESC, t.kind, t.name",
        [uuid],
    )
    of_artifact = ("name", "kind", "path", "state", "is_input", "summary")
    return {
        "metrics": [
            {**dict(zip(names, each, strict=True)), "curve": sparkline(points.get(each[0], []), _CURVE)}
            for each in series
        ],
        "artifacts": [
            {**dict(zip(of_artifact, each, strict=True)), "summary": json.loads(each[5]) if each[5] else None}
            for each in artifacts
        ],
        **{
            each.value: list(dict.fromkeys(link.uuid for link in neighbours(index, uuid, each)))
            for each in Direction
        },
    }


def _lines(row: dict[str, Any], facts: dict[str, Any]) -> list[str]:
    lines = [strong(printable(row["name"] or "(no name)"))]
    skipped = {*_SECTIONS, "name"}
    fields = {
        name: _field(name, value)
        for name, value in row.items()
        if name not in skipped and value not in (None, [])
    }
    lines += _pairs(fields)
    metrics = facts["metrics"]
    logged = {each["metric"] for each in metrics}
    sections = {name: dict(row[name]) for name in _SECTIONS}
    sections["outputs"] = {name: value for name, value in sections["outputs"].items() if name not in logged}
    for name, values in sections.items():
        if values:
            lines += [
                "",
                strong(name),
                *_pairs({key: _value(value) for key, value in sorted(values.items())}),
            ]
    if metrics:
        lines += ["", strong("metrics"), *_metrics(metrics)]
    if facts["artifacts"]:
        lines += ["", strong("artifacts"), *_artifacts(facts["artifacts"])]
    for name in ("upstream", "downstream"):
        if facts[name]:
            links = [f"  {each}" for each in facts[name][:_MOST]]
            lines += ["", f"{strong(name)} (pql lineage shows more)", *links]
    return lines


def _field(name: str, value: Any) -> str:
    if isinstance(value, datetime):
        return plain(value) + " UTC"
    if name in ("duration", "wait_time"):
        return f"{plain(value)} s"
    return plain(value)


def _value(value: Any) -> str:
    """Texts as they are, unless they would read like something else."""
    if isinstance(value, float | int) and not isinstance(value, bool):
        return "NaN" if value != value else repr(value)
    if isinstance(value, str) and value and value == value.strip():
        return value
    return json_text(value)


def _pairs(pairs: dict[str, str]) -> list[str]:
    names = [printable(name) or '""' for name in pairs]
    wide = min(max((width(name) for name in names), default=0), 30)
    columns = terminal_width()
    lines = []
    for name, text in list(zip(names, pairs.values(), strict=True))[:_MOST]:
        text = printable(text)
        line = f"  {name}{' ' * (wide - width(name))}  {text}"
        if columns is not None and width(text) <= columns - len(_BELOW) < width(line) - len(_BELOW):
            lines += [f"  {name}", _BELOW + text]  # whole, if not beside its name
        else:
            lines.append(clip(line, columns) if columns else line)
    if len(pairs) > _MOST:
        lines.append(f"  ... and {len(pairs) - _MOST} more (--format json)")
    return lines


def _metrics(metrics: list[dict[str, Any]]) -> list[str]:
    shown = metrics[:_MOST]
    columns: list[TextColumn] = [
        ("  metric", [f"  {each['metric']}" for each in shown], False),
        ("last", [plain(each["last"]) for each in shown], True),
        ("curve", [each["curve"] for each in shown], False),
        *(
            (name, [plain(each[name]) for each in shown], True)
            for name in ("first", "min", "max", "mean", "points")
        ),
    ]
    return _table(columns, len(metrics))


def _artifacts(artifacts: list[dict[str, Any]]) -> list[str]:
    shown = artifacts[:_MOST]
    columns: list[TextColumn] = [
        ("  name", [f"  {each['name']}" for each in shown], False),
        ("kind", [plain(each["kind"]) for each in shown], False),
        ("", ["input" if each["is_input"] else "output" for each in shown], False),
        ("path", [plain(each["path"]) for each in shown], False),
    ]
    contents = [_content(each) for each in shown]
    if any(each != "-" for each in contents):
        columns.append(("content", contents, False))
    return _table(columns, len(artifacts))


def _content(artifact: dict[str, Any]) -> str:
    """The beginning of the hash; a path that stands in for one says nothing new."""
    state = artifact["state"]
    return "-" if not state or state == artifact["path"] else str(state)[:12]


def _table(columns: list[TextColumn], total: int) -> list[str]:
    text, hidden = stack_table(columns, terminal_width(), coloured=paints())
    lines = text.splitlines()
    if hidden:
        lines.append(folded(f"  no room for: {', '.join(hidden)} (--format json)", hang="    "))
    if total > _MOST:
        lines.append(f"  ... and {total - _MOST:,} more (--format json)")
    return lines
