"""`pql why`: the clauses of a query, held against one run."""

from __future__ import annotations

from typing import Any

from lineage_index.index.index import Index
from lineage_index.index.why import Clause, why
from pql.binder.bound import BoundAnd, BoundCondition, BoundNot, BoundOr, KeyValue
from pql.cli.exits import Exit, fail, guarded
from pql.cli.output import folded, strong, toned, write_text
from pql.cli.output_cells import json_text
from pql.cli.output_index import open_index
from pql.cli.show_run import one_run
from pql.cli.text import printable
from pql.cli.why_text import clause_text, distance, shown_values
from pql.diagnostics.suggest import nearest

__all__ = ["run_why"]


def run_why(run: str, query: str, output: str, as_of: str | None, index: str | None) -> None:
    """Print the tree; ends the process with 1 if the run does not match."""
    if output not in ("text", "json"):
        fail(f"error: --format is one of text, json, not {output!r}", Exit.USAGE)
    with guarded(), open_index(index, as_of) as opened:
        bound = opened.bind(query)
        uuid = one_run(opened, run)
        tree = why(opened, bound, uuid)
        row = _row(opened, uuid)
        if output == "json":
            told = {"run": uuid, "matches": tree.holds, "query": _json(tree, query, row)}
            write_text(json_text(told) + "\n", None, utf8=True)
        else:
            verdict = "matches" if tree.holds else "does not match"
            name = printable(row["name"] or "(no name)")
            lines = [folded(f"{strong(name)}  {uuid}  {_marked(verdict, tree)}"), *_lines(tree, query, row)]
            write_text("".join(f"{line}\n" for line in lines), None)
        if not tree.holds:
            raise SystemExit(int(Exit.NOTHING))


def _row(index: Index, uuid: str) -> dict[str, Any]:
    (row,) = index.search(f"uuid:{uuid}").rows
    return row


def _lines(clause: Clause, query: str, row: dict[str, Any], lead: str = "", branch: str = "") -> list[str]:
    mark = _marked("✓" if clause.holds else "✗", clause)
    said = _said(clause, row)
    line = f"{lead}{branch}{mark} {_heading(clause, query)}" + (f"  — {said}" if said else "")
    below = lead + {"": "", "├─ ": "│  ", "└─ ": "   "}[branch]
    lines = [folded(line, hang=below + ("│   " if clause.parts else "    "))]
    for place, part in enumerate(clause.parts):
        last = place == len(clause.parts) - 1
        lines += _lines(part, query, row, below, "└─ " if last else "├─ ")
    return lines


def _marked(text: str, clause: Clause) -> str:
    """Green where it holds, red where it does not."""
    return toned(text, "GOOD" if clause.holds else "BAD")


def _heading(clause: Clause, query: str) -> str:
    match clause.node:
        case BoundAnd():
            return "all of"
        case BoundOr():
            return "any of"
        case BoundNot():
            return "not"
        case _:
            return clause_text(clause.node, query)


def _said(clause: Clause, row: dict[str, Any]) -> str:
    """What the run has there, and how far off that is."""
    if isinstance(clause.node, BoundAnd) and not clause.holds and all(part.holds for part in clause.parts):
        return "each holds, but not all of one and the same related element"
    if clause.values is None or not isinstance(clause.node, BoundCondition):
        return ""
    parts = [shown_values(clause.values)]
    off = _off(clause)
    if off:
        parts.append(off)
    parts += _misspelt(clause.node, clause.values, row)
    return "; ".join(parts)


def _off(clause: Clause) -> str:
    node, values = clause.node, clause.values
    if clause.holds or not isinstance(node, BoundCondition) or node.negated or values is None:
        return ""
    return distance(node.test, values[0]) if len(values) == 1 else ""


def _misspelt(node: BoundCondition, values: tuple[Any, ...], row: dict[str, Any]) -> list[str]:
    """Keys that the run has and that look like the missing one."""
    if values != (None,) or node.path or not isinstance(node.value, KeyValue):
        return []
    section = node.value.section.value
    close = nearest(node.value.key, row[section])
    return [f"it has {' and '.join(f'`{section}.{printable(each)}`' for each in close)}"] if close else []


def _json(clause: Clause, query: str, row: dict[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {"clause": _heading(clause, query), "holds": clause.holds}
    if clause.values is not None:
        told["values"] = list(clause.values)
    said = _off(clause)
    if said:
        told["off"] = said
    if clause.parts:
        told["parts"] = [_json(part, query, row) for part in clause.parts]
    return told
