"""What a search finds in two versions of an index: what entered, what left, what moved, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from lineage_index.index.index import Index
from lineage_index.index.why import clause_values, inner_nodes, node_values, nodes_of, truths_of
from pql.binder.bound import Bound, BoundConstant, BoundQuery, SortKey

__all__ = ["Cause", "Change", "Difference", "Flip", "Reordering", "compare_versions", "flips", "sort_values"]


class Cause(Enum):
    """Why a run is found in one version and not in the other."""

    CLAUSE = "clause"
    """It is in both versions, and matches in one of them."""

    PRESENCE = "presence"
    """It is in one version only."""

    LIMIT = "limit"
    """It matches in both, and is within the limit in one of them."""


@dataclass(frozen=True, slots=True)
class Change:
    """A run that entered or left: its name, and its place (from 1) where it is found."""

    uuid: str
    name: str | None
    place: int
    cause: Cause


@dataclass(frozen=True, slots=True)
class Reordering:
    """A run that is found in both versions and stands elsewhere among those that are; places from 1."""

    uuid: str
    name: str | None
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed between two versions; `matched` counts are of all that match, whatever the limit.

    `moved` holds as few runs as can be: taken out of both orders, the others stand as they stood.
    """

    entered: tuple[Change, ...]
    left: tuple[Change, ...]
    moved: tuple[Reordering, ...]
    stayed: int
    matched_before: int
    matched_after: int


@dataclass(frozen=True, slots=True)
class Flip:
    """A clause whose truth for a run differs between the versions, and what the run had there in each; None
    where the clause looks at no single value."""

    node: Bound
    before: tuple[Any, ...] | None
    after: tuple[Any, ...] | None
    held: bool


def compare_versions(before: Index, after: Index, bound: BoundQuery) -> Difference:
    """Hold what a search finds in one version against another. A limit of the search is of both pages."""
    every = BoundQuery(bound.entity, bound.condition, bound.sort)
    old, new = (index.run(every).uuids for index in (before, after))
    limit = len(old) + len(new) if bound.limit is None else bound.limit
    old_page, new_page = old[:limit], new[:limit]
    old_places = {uuid: place for place, uuid in enumerate(old_page, start=1)}
    new_places = {uuid: place for place, uuid in enumerate(new_page, start=1)}
    entered = [uuid for uuid in new_page if uuid not in old_places]
    left = [uuid for uuid in old_page if uuid not in new_places]
    stayed = [uuid for uuid in new_page if uuid in old_places]
    moved = _moved(stayed, old_places, new_places)
    names = {**_names(before, left), **_names(after, [*entered, *moved])}
    return Difference(
        _changes(entered, new_places, names, set(old), set(_names(before, entered))),
        _changes(left, old_places, names, set(new), set(_names(after, left))),
        tuple(Reordering(uuid, names[uuid], old_places[uuid], new_places[uuid]) for uuid in moved),
        len(stayed) - len(moved),
        len(old),
        len(new),
    )


def _changes(
    uuids: Sequence[str],
    places: dict[str, int],
    names: dict[str, str | None],
    matching: set[str],
    present: set[str],
) -> tuple[Change, ...]:
    """`matching` and `present` are the runs that match, and that are, in the other version."""
    changes = []
    for uuid in uuids:
        cause = Cause.LIMIT if uuid in matching else Cause.CLAUSE if uuid in present else Cause.PRESENCE
        changes.append(Change(uuid, names[uuid], places[uuid], cause))
    return tuple(changes)


def _moved(uuids: Sequence[str], old_places: dict[str, int], new_places: dict[str, int]) -> list[str]:
    """The runs outside of a longest part of the new order that is also in the old one's order. Of several
    such parts, one in which most runs have the place they had."""
    ranks = {uuid: rank for rank, uuid in enumerate(sorted(uuids, key=old_places.__getitem__), start=1)}
    # The best part that ends at or before an old rank, in a binary indexed tree: (length, same places, end).
    tree: list[tuple[int, int, int]] = [(0, 0, -1)] * (len(uuids) + 1)
    before: list[int] = []
    for place, uuid in enumerate(uuids):
        rank = ranks[uuid]
        length, same, last = _best(tree, rank - 1)
        before.append(last)
        best = (length + 1, same + (old_places[uuid] == new_places[uuid]), place)
        at = rank
        while at <= len(uuids):
            tree[at] = max(tree[at], best)
            at += at & -at
    kept: set[int] = set()
    _, _, last = _best(tree, len(uuids))
    while last >= 0:
        kept.add(last)
        last = before[last]
    return [uuid for place, uuid in enumerate(uuids) if place not in kept]


def _best(tree: Sequence[tuple[int, int, int]], rank: int) -> tuple[int, int, int]:
    """The greatest entry up to a rank."""
    best = (0, 0, -1)
    while rank:
        best = max(best, tree[rank])
        rank -= rank & -rank
    return best


def _names(index: Index, uuids: Sequence[str]) -> dict[str, str | None]:
    """The names of those of the runs that are in the index."""
    if not uuids:
        return {}
    sql = "SELECT uuid, name FROM runs WHERE uuid IN (SELECT unnest($1::VARCHAR[]))"
    return dict(index._engine.select(sql, [list(uuids)]))


def flips(before: Index, after: Index, bound: BoundQuery, uuids: Sequence[str]) -> dict[str, list[Flip]]:
    """For runs that are in both versions: the innermost clauses whose truth differs, of those that decide:
    below a clause that is as it was nothing is told."""
    condition = bound.condition or BoundConstant(True)
    nodes = nodes_of(condition)
    old, new = (truths_of(index, nodes, uuids) for index in (before, after))
    found: dict[str, list[Flip]] = {}
    for uuid, held in old.items():
        if uuid in new:
            turned = [was is not now for was, now in zip(held, new[uuid], strict=True)]
            found[uuid] = [
                Flip(
                    nodes[place],
                    node_values(before, uuid, nodes[place]),
                    node_values(after, uuid, nodes[place]),
                    held[place],
                )
                for place in _innermost(condition, turned)
            ]
    return found


def _innermost(node: Bound, turned: Sequence[bool], place: int = 0) -> list[int]:
    """The places of the last nodes of each way down from a node along which all have turned."""
    if not turned[place]:
        return []
    found: list[int] = []
    below = place + 1
    for part in inner_nodes(node):
        found += _innermost(part, turned, below)
        below += len(nodes_of(part))
    return found or [place]


def sort_values(index: Index, key: SortKey, uuid: str) -> tuple[Any, ...]:
    """What a run has where a sort key looks."""
    return clause_values(index, uuid, key.path, key.value)
