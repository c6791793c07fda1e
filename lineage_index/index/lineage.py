"""What a run comes from and what comes from it: edges, relations, shared artifacts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from lineage_index.index.index import Index

__all__ = [
    "Direction",
    "Identity",
    "Lineage",
    "Link",
    "Node",
    "Use",
    "find_artifact",
    "lineage",
    "neighbours",
]


class Direction(Enum):
    """Towards what a run comes from, or towards what comes from it."""

    UP = "upstream"
    DOWN = "downstream"


class Identity(Enum):
    """What makes an artifact of two runs the same one: its content, or its URI."""

    CONTENT = "content"
    URI = "uri"


@dataclass(frozen=True, slots=True)
class Link:
    """One hop from a run: the run it leads to, and why: the kind of the edge, or `artifact NAME` where one
    run read what the other wrote."""

    uuid: str
    kind: str


@dataclass(frozen=True, slots=True)
class Node:
    """A run of a lineage. `known` tells whether it is in the index; name, status and kind are None if not.

    `links` lead on. `cut` says that there are more behind the depth limit.
    """

    uuid: str
    known: bool
    name: str | None
    status: str | None
    kind: str | None
    links: tuple[Link, ...]
    cut: bool


@dataclass(frozen=True, slots=True)
class Lineage:
    """Runs around a root in one direction, each once. `cycles` are the hops (from, to) that lead back to a
    run on the way that leads to them."""

    root: str
    direction: Direction
    nodes: dict[str, Node]
    cycles: frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Use:
    """A run's use of an artifact."""

    uuid: str
    name: str
    kind: str
    path: str | None
    state: str | None
    is_input: bool

    def identity(self, by: Identity) -> tuple[str, str]:
        """What it shares with the same artifact of other runs; a path inside a run is of that run alone."""
        path = self.path or ""
        is_uri = "://" in path or path.startswith("/")
        if by is Identity.CONTENT and self.state and (self.state != self.path or is_uri):
            return "", self.state
        return ("", path) if is_uri else (self.uuid, path or self.name)


def lineage(
    index: Index,
    root: str,
    direction: Direction,
    depth: int | None = None,
    identity: Identity = Identity.CONTENT,
) -> Lineage:
    """Everything up to `depth` hops from the run of that uuid; None is no limit."""
    nodes: dict[str, Node] = {}
    level, level_uuids = 0, [root]
    while level_uuids:
        links = _links(index, level_uuids, direction, identity)
        told = _told(index, level_uuids)
        at_end = depth is not None and level >= depth
        for uuid in level_uuids:
            own = tuple(links.get(uuid, ()))
            name, status, kind = told.get(uuid, (None, None, None))
            cut = at_end and any(link.uuid not in nodes and link.uuid not in level_uuids for link in own)
            shown = tuple(
                link for link in own if not at_end or link.uuid in nodes or link.uuid in level_uuids
            )
            nodes[uuid] = Node(uuid, uuid in told, name, status, kind, shown, cut)
        if at_end:
            break
        following = [link.uuid for uuid in level_uuids for link in nodes[uuid].links]
        level_uuids = [each for each in dict.fromkeys(following) if each not in nodes]
        level += 1
    return Lineage(root, direction, nodes, _cycles(root, nodes))


def neighbours(
    index: Index, uuid: str, direction: Direction, identity: Identity = Identity.CONTENT
) -> list[Link]:
    """The runs one hop away."""
    return _links(index, [uuid], direction, identity).get(uuid, [])


def find_artifact(index: Index, text: str, identity: Identity = Identity.CONTENT) -> list[Use]:
    """Every use of the artifacts that a content identity, a URI or a name stands for, outputs first."""
    own = "state" if identity is Identity.CONTENT else "path"
    for column in dict.fromkeys((own, "path", "name")):
        found = _uses(index, column, [text])
        if found:
            shared = sorted({key for scope, key in (each.identity(identity) for each in found) if not scope})
            everywhere = _uses(index, own, shared) if shared and column != own else []
            return list(dict.fromkeys([*found, *everywhere]))
    return []


def _uses(index: Index, column: str, values: list[str]) -> list[Use]:
    rows = index._engine.select(
        "SELECT r.uuid, a.name, a.kind, a.path, a.state, a.is_input FROM artifacts AS a "
        f"JOIN runs AS r ON r.run_id = a.run_id WHERE a.{column} IN (SELECT unnest($1::VARCHAR[])) "
        "ORDER BY a.is_input, r.created_at NULLS LAST, r.uuid, a.name",
        [values],
    )
    return [Use(*each) for each in rows]


_URI = "(contains({0}.path, '://') OR starts_with({0}.path, '/'))"
_REAL_CONTENT = f"({{0}}.state IS DISTINCT FROM {{0}}.path OR {_URI})"
"""Without a hash the path stands in for the content, and one inside a run says nothing of other runs."""

_MOST = 1_000
"""As many runs are asked about at once."""


def _links(index: Index, uuids: list[str], direction: Direction, identity: Identity) -> dict[str, list[Link]]:
    found: dict[str, dict[Link, None]] = {uuid: {} for uuid in uuids}
    near, far = ("downstream", "upstream") if direction is Direction.UP else ("upstream", "downstream")
    for part in _parts(uuids):
        edges = index._engine.select(
            f"SELECT DISTINCT e.{near}, e.{far}, coalesce(e.kind, 'edge') FROM edges AS e "
            "JOIN runs AS r ON r.run_id = e.run_id "
            f"WHERE e.{near} IN (SELECT unnest($1::VARCHAR[])) ORDER BY ALL",
            [part],
        )
        for own, other, kind in [*edges, *_shared(index, part, direction, identity)]:
            found[own][Link(other, kind)] = None
    return {uuid: list(links) for uuid, links in found.items()}


def _shared(
    index: Index, uuids: list[str], direction: Direction, identity: Identity
) -> list[tuple[str, str, str]]:
    """Runs that wrote what others read. A path inside a run is no identity; a URI or an absolute path is."""
    same = (
        f"o.state = i.state AND {_REAL_CONTENT.format('o')} AND {_REAL_CONTENT.format('i')}"
        if identity is Identity.CONTENT
        else f"o.path = i.path AND {_URI.format('o')}"
    )
    near, far = ("reader", "writer") if direction is Direction.UP else ("writer", "reader")
    return index._engine.select(
        f"SELECT DISTINCT {near}.uuid, {far}.uuid, 'artifact ' || i.name "
        "FROM artifacts AS i JOIN runs AS reader ON reader.run_id = i.run_id "
        f"JOIN artifacts AS o ON {same} JOIN runs AS writer ON writer.run_id = o.run_id "
        "WHERE i.is_input AND NOT o.is_input AND reader.uuid <> writer.uuid "
        f"AND {near}.uuid IN (SELECT unnest($1::VARCHAR[])) ORDER BY ALL",
        [uuids],
    )


def _told(index: Index, uuids: list[str]) -> dict[str, tuple[str | None, str | None, str | None]]:
    rows = [
        row
        for part in _parts(uuids)
        for row in index._engine.select(
            "SELECT uuid, name, status, kind FROM runs WHERE uuid IN (SELECT unnest($1::VARCHAR[]))", [part]
        )
    ]
    return {uuid: (name, status, kind) for uuid, name, status, kind in rows}


def _parts(uuids: list[str]) -> Iterable[list[str]]:
    return (uuids[start : start + _MOST] for start in range(0, len(uuids), _MOST))


def _cycles(root: str, nodes: dict[str, Node]) -> frozenset[tuple[str, str]]:
    """The hops that close a cycle: found by going down first, without recursion."""
    cycles: set[tuple[str, str]] = set()
    on_the_way: set[str] = {root}
    done: set[str] = set()
    stack = [(root, iter(nodes[root].links))]
    while stack:
        uuid, links = stack[-1]
        link = next(links, None)
        if link is None:
            stack.pop()
            on_the_way.discard(uuid)
            done.add(uuid)
        elif link.uuid in on_the_way:
            cycles.add((uuid, link.uuid))
        elif link.uuid not in done and link.uuid in nodes:
            on_the_way.add(link.uuid)
            stack.append((link.uuid, iter(nodes[link.uuid].links)))
    return frozenset(cycles)
