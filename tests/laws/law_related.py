"""Narrow queries on related elements: few values, so that it matters which element a condition speaks of."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from law_narrow import Case
from law_pools import UUIDS

from pql.reference.model import Artifact, Connection, Related, Run
from pql.syntax.ast import (
    And,
    Condition,
    Equals,
    FieldPath,
    Group,
    IsNil,
    Literal,
    Node,
    Not,
    OneOf,
    Operation,
    Or,
    SortTerm,
)

__all__ = ["graph_cases", "part_cases"]

_RUNS = UUIDS[:5]
"""The runs that may be in the index; the edges may lead to two more."""

_kinds = st.sampled_from(("model", "metric"))
_names = st.sampled_from(("a", "b"))
_statuses = st.sampled_from(("running", "failed"))


@st.composite
def _operation(draw: st.DrawFn, values: st.SearchStrategy[str]) -> Operation:
    match draw(st.integers(0, 5)):
        case 0:
            return IsNil()
        case 1:
            return OneOf((Literal(draw(values)), Literal(draw(values))))
        case _:
            return Equals(Literal(draw(values)))


def _flat(kind: type[And] | type[Or], items: list[Node]) -> Node:
    parts: list[Node] = []
    for item in items:
        parts.extend(item.items if isinstance(item, kind) else (item,))
    return kind(tuple(parts))


@st.composite
def _tree(draw: st.DrawFn, leaves: st.SearchStrategy[Node], depth: int) -> Node:
    kind = draw(st.integers(0, 6)) if depth else 0
    if kind < 2:
        return draw(leaves)
    if kind == 6:
        return Not(draw(_tree(leaves, depth - 1)))
    items = draw(st.lists(_tree(leaves, depth - 1), min_size=2, max_size=3))
    return _flat(And if kind < 5 else Or, items)


def _negated() -> st.SearchStrategy[bool]:
    return st.sampled_from((False, False, False, True))


# Artifacts and connections.


@st.composite
def _part_condition(draw: st.DrawFn, relation: str) -> Node:
    if draw(st.integers(0, 9)) == 0:
        return Condition(FieldPath("status"), Equals(Literal(draw(_statuses))), draw(_negated()))
    if draw(st.integers(0, 9)) == 0:
        return Condition(FieldPath(relation), IsNil(), draw(_negated()))
    name = draw(st.sampled_from(("kind", "name", "path") if relation == "artifacts" else ("kind", "name")))
    values = _names if name == "name" else _kinds
    path = FieldPath(relation, (name,))
    if draw(st.integers(0, 3)):
        return Condition(path, draw(_operation(values)), draw(_negated()))
    inner = st.builds(Condition, st.just(FieldPath(name)), _operation(values), _negated())
    return Group(relation, False, draw(_tree(inner, 1)))


@st.composite
def part_cases(draw: st.DrawFn) -> Case:
    """Conditions, groups and negations about the artifacts or connections of a run."""
    relation = draw(st.sampled_from(("artifacts", "artifacts", "connections")))
    node = draw(_tree(_part_condition(relation), 2))
    maybe = st.none() | _kinds
    parts: dict[str, Any] = {
        "artifacts": st.lists(st.builds(Artifact, _names, _kinds, maybe, maybe), max_size=3).map(tuple),
        "connections": st.lists(st.builds(Connection, _names, maybe), max_size=2).map(tuple),
    }
    runs = [
        Run(uuid, {"status": draw(_statuses)}, **{relation: draw(parts[relation])})
        for uuid in draw(st.lists(st.sampled_from(_RUNS), min_size=2, unique=True))
    ]
    return node, (), tuple(runs)


# Runs that lead to runs.

_steps = st.sampled_from(
    ("upstream", "downstream", "upstream*", "downstream*", "pipeline", "original", "controller")
)


@st.composite
def _graph_condition(draw: st.DrawFn) -> Node:
    steps = draw(st.lists(_steps, min_size=1, max_size=2))
    many = steps[0] not in ("pipeline", "original", "controller")
    if many and draw(st.integers(0, 3)) == 0:
        inner = st.builds(Condition, st.just(FieldPath("status")), _operation(_statuses), _negated())
        return Group(steps[0].removesuffix("*"), steps[0].endswith("*"), draw(_tree(inner, 1)))
    kind = draw(st.integers(0, 5))
    if kind == 0 and len(steps) == 1:
        operation = draw(
            st.one_of(st.just(IsNil()), st.sampled_from(UUIDS[:7]).map(lambda each: Equals(Literal(each))))
        )
        return Condition(_path(steps), operation, draw(_negated()))
    name, values = draw(
        st.sampled_from((("status", _statuses), ("status", _statuses), ("name", _names), ("kind", _kinds)))
    )
    return Condition(_path([*steps, name]), draw(_operation(values)), draw(_negated()))


def _path(names: list[str]) -> FieldPath:
    head, *rest = names
    return FieldPath(head.removesuffix("*"), tuple(rest), (), head.endswith("*"))


@st.composite
def graph_cases(draw: st.DrawFn) -> Case:
    """Conditions along edges and single links, with cycles and with runs that are not in the index."""
    node = draw(_tree(_graph_condition(), 1))
    linked = st.sampled_from(UUIDS[:7])
    maybe = st.none() | _names
    told = st.none() | st.builds(Related, linked, maybe, st.none() | _kinds, maybe)
    runs = []
    for uuid in draw(st.lists(st.sampled_from(_RUNS), min_size=2, unique=True)):
        scalars = {"status": draw(_statuses), "kind": draw(_kinds)}
        if draw(st.booleans()):
            scalars["name"] = draw(_names)
        edges = tuple(draw(st.lists(linked, max_size=2)))
        controller = draw(st.none() | linked)
        runs.append(
            Run(
                uuid, scalars, upstream=edges, pipeline=draw(told), original=draw(told), controller=controller
            )
        )
    sort = draw(
        st.sampled_from(("name", "pipeline.name", "pipeline.pipeline.kind", "original.status", "controller"))
    )
    return node, (SortTerm(_path(sort.split(".")), draw(st.booleans())),), tuple(runs)
