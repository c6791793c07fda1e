"""A lineage as text that other programs draw: Graphviz, Mermaid, JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lineage_index.index.lineage import Direction, Lineage, Node
from pql.cli.text import printable

__all__ = ["dot_graph", "json_graph", "mermaid_graph", "node_label"]

_Edge = tuple[str, str, str, bool]
"""(upstream uuid, downstream uuid, kind, whether it closes a cycle)"""


def node_label(node: Node) -> str:
    """Name and status of a run, on one line."""
    if not node.known:
        return f"{node.uuid[:8]} (not in the index)"
    return f"{printable(node.name or '(no name)')} {node.uuid[:8]} {node.status or 'unknown'}"


def _nodes(parts: Sequence[Lineage]) -> dict[str, Node]:
    """Each run once; that it is cut in one direction is kept."""
    nodes: dict[str, Node] = {}
    for part in parts:
        for uuid, node in part.nodes.items():
            if uuid not in nodes or node.cut:
                nodes[uuid] = node
    return nodes


def _edges(parts: Sequence[Lineage]) -> list[_Edge]:
    edges: dict[tuple[str, str, str], bool] = {}
    for part in parts:
        for node in part.nodes.values():
            for link in node.links:
                ends = (link.uuid, node.uuid) if part.direction is Direction.UP else (node.uuid, link.uuid)
                closing = (node.uuid, link.uuid) in part.cycles
                edges[(*ends, link.kind)] = edges.get((*ends, link.kind), False) or closing
    return [(*edge, closing) for edge, closing in edges.items()]


def json_graph(parts: Sequence[Lineage]) -> dict[str, Any]:
    """Nodes and edges as plain data."""
    return {
        "root": parts[0].root,
        "nodes": [
            {
                "uuid": node.uuid,
                "name": node.name,
                "status": node.status,
                "kind": node.kind,
                "in_index": node.known,
                "cut": node.cut,
            }
            for node in _nodes(parts).values()
        ],
        "edges": [
            {"upstream": up, "downstream": down, "kind": kind, "closes_cycle": closing}
            for up, down, kind, closing in _edges(parts)
        ],
    }


def dot_graph(parts: Sequence[Lineage]) -> str:
    """A digraph of Graphviz, from what comes first to what comes of it."""
    lines = ["digraph lineage {", "  rankdir=LR;", "  node [shape=box];"]
    for node in _nodes(parts).values():
        label = node_label(node) + (" ..." if node.cut else "")
        style = "" if node.known else ", style=dashed"
        bold = ", penwidth=2" if node.uuid == parts[0].root else ""
        lines.append(f"  {_dot(node.uuid)} [label={_dot(label)}{style}{bold}];")
    for up, down, kind, closing in _edges(parts):
        colour = ", color=red" if closing else ""
        lines.append(f"  {_dot(up)} -> {_dot(down)} [label={_dot(printable(kind))}{colour}];")
    return "\n".join([*lines, "}"]) + "\n"


def _dot(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def mermaid_graph(parts: Sequence[Lineage]) -> str:
    """A flowchart of Mermaid."""
    nodes = _nodes(parts)
    places = {uuid: f"n{place}" for place, uuid in enumerate(nodes)}
    lines = ["flowchart LR"]
    for node in nodes.values():
        label = node_label(node) + (" ..." if node.cut else "")
        lines.append(f'  {places[node.uuid]}["{_mermaid(label)}"]')
    for up, down, kind, closing in _edges(parts):
        arrow = "-.->" if closing else "-->"
        lines.append(f'  {places[up]} {arrow}|"{_mermaid(printable(kind))}"| {places[down]}')
    return "\n".join(lines) + "\n"


def _mermaid(text: str) -> str:
    """Everything that Mermaid or HTML could take for its own as an entity."""
    return "".join(each if each.isalnum() or each in " .-_/=()" else f"#{ord(each)};" for each in text)
