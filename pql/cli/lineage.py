"""`pql lineage`: what a run or an artifact comes from, and what comes of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lineage_index.index.index import Index
from lineage_index.index.lineage import Direction, Identity, Lineage, Node, Use, find_artifact, lineage
from lineage_index.index.why import find_runs
from pql.cli.exits import Exit, fail, guarded
from pql.cli.lineage_graph import dot_graph, json_graph, mermaid_graph, node_label
from pql.cli.output import strong, write_text
from pql.cli.output_cells import json_text, plain
from pql.cli.output_index import open_index
from pql.cli.search import whole
from pql.cli.show_run import one_run
from pql.cli.text import printable

__all__ = ["run_lineage"]

_HOPS = 10
"""As far as it goes unless told otherwise."""

_FORMATS = ("tree", "dot", "mermaid", "json", "openlineage")


def run_lineage(
    what: str,
    up: str | None,
    down: str | None,
    by: str,
    output: str,
    file: str | None,
    as_of: str | None,
    index: str | None,
) -> None:
    """Print what is upstream and downstream. One of `up` and `down` alone leaves the other direction out."""
    if output not in _FORMATS:
        fail(f"error: --format is one of {', '.join(_FORMATS)}, not {output!r}", Exit.USAGE)
    if by not in ("content", "uri"):
        fail(f"error: --by is one of content, uri, not {by!r}", Exit.USAGE)
    depths = {
        Direction.UP: None if up is None else whole(up, "--up", 0),
        Direction.DOWN: None if down is None else whole(down, "--down", 0),
    }
    both = up is None and down is None
    wanted = [each for each in Direction if both or depths[each] is not None]
    identity = Identity(by)
    with guarded(), open_index(index, as_of) as opened:
        if not find_runs(opened, what):
            uses = find_artifact(opened, what, identity)
            if not uses:
                fail(f"error: no run and no artifact is `{printable(what)}`", Exit.NOTHING)
            _write_uses(opened, uses, identity, output, file)
            return
        root = one_run(opened, what)
        hops = {each: _HOPS if depths[each] is None else depths[each] for each in wanted}
        parts = [lineage(opened, root, each, hops[each], identity) for each in wanted]
        _write(opened, parts, identity, output, file)


def _write(index: Index, parts: Sequence[Lineage], identity: Identity, output: str, file: str | None) -> None:
    match output:
        case "dot":
            write_text(dot_graph(parts), file, utf8=True)
        case "mermaid":
            write_text(mermaid_graph(parts), file, utf8=True)
        case "json":
            write_text(json_text(json_graph(parts)) + "\n", file, utf8=True)
        case "openlineage":
            from pql.cli.lineage_openlineage import openlineage_events

            events = openlineage_events(index, parts, identity)
            write_text("".join(json_text(each) + "\n" for each in events), file, utf8=True)
        case _:
            write_text("\n".join(_tree(parts, file)) + "\n", file)


def _tree(parts: Sequence[Lineage], file: str | None) -> list[str]:
    root = parts[0].root
    lines = [strong(node_label(parts[0].nodes[root]), file)]
    for part in parts:
        lines.append(strong(part.direction.value, file))
        lines += list(_branches(part)) or ["  (none)"]
    return lines


def _branches(part: Lineage) -> Iterator[str]:
    """A line a hop, deeper ones further right. What was shown before is not shown again."""
    shown: set[str] = set()
    way = {part.root}
    stack = [(part.root, "  ", _targets(part, part.root))]
    while stack:
        uuid, lead, waiting = stack[-1]
        if not waiting:
            stack.pop()
            way.discard(uuid)
            if part.nodes[uuid].cut:
                option = "--up" if part.direction is Direction.UP else "--down"
                yield f"{lead}└─ ... more behind the limit of hops ({option} N)"
            continue
        other, kinds = waiting.pop(0)
        last = not waiting and not part.nodes[uuid].cut
        node = part.nodes[other]
        line = f"{lead}{'└─' if last else '├─'} {node_label(node)}  [{printable(', '.join(kinds))}]"
        if other in way:
            yield f"{line}  (a cycle: it is above)"
        elif other in shown:
            yield f"{line}  (shown already)" if node.links or node.cut else line
        else:
            yield line
            shown.add(other)
            way.add(other)
            stack.append((other, lead + ("   " if last else "│  "), _targets(part, other)))


def _targets(part: Lineage, uuid: str) -> list[tuple[str, list[str]]]:
    """The runs one hop on, and why."""
    targets: dict[str, list[str]] = {}
    for link in part.nodes[uuid].links:
        targets.setdefault(link.uuid, []).append(link.kind)
    return list(targets.items())


def _labels(index: Index, uuids: Sequence[str]) -> dict[str, str]:
    """Name, beginning of the uuid and status of runs, as the tree has them."""
    rows = index._engine.select(
        "SELECT uuid, name, status FROM runs WHERE list_contains($1, uuid)", [list(dict.fromkeys(uuids))]
    )
    known = {uuid: Node(uuid, True, name, status, None, (), False) for uuid, name, status in rows}
    return {uuid: node_label(node) for uuid, node in known.items()}


def _write_uses(index: Index, uses: Sequence[Use], identity: Identity, output: str, file: str | None) -> None:
    """Who made an artifact, and who used it."""
    if output == "json":
        told = [
            {
                "run": each.uuid,
                "name": each.name,
                "kind": each.kind,
                "path": each.path,
                "state": each.state,
                "is_input": each.is_input,
            }
            for each in uses
        ]
        write_text(json_text(told) + "\n", file, utf8=True)
        return
    if output != "tree":
        fail(f"error: --format {output} is of runs; for an artifact there are tree and json", Exit.USAGE)
    lines = []
    labels = _labels(index, [each.uuid for each in uses])
    for same in dict.fromkeys(each.identity(identity) for each in uses):
        own = [each for each in uses if each.identity(identity) == same]
        first = own[0]
        facts = [first.name, plain(first.kind), plain(first.path), first.state or ""]
        lines.append(printable("  ".join(dict.fromkeys(each for each in facts if each))))
        for title, is_input in (("made by", False), ("used by", True)):
            for each in own:
                if bool(each.is_input) is is_input:
                    named = "" if each.name == first.name else f"  as {printable(each.name)}"
                    lines.append(f"  {title}  {labels[each.uuid]}{named}")
    write_text("\n".join(lines) + "\n", file)
