"""Narrow queries on related elements: few values, so that it matters which element a condition speaks of."""

from __future__ import annotations

from functools import cache
from typing import Any

from hypothesis import strategies as st
from law_narrow import Case
from law_pools import UUIDS
from law_queries import joined

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
_negated = st.sampled_from((False, False, False, True))
_rarely = st.sampled_from((False,) * 9 + (True,))


@cache
def _operation(values: st.SearchStrategy[str]) -> st.SearchStrategy[Operation]:
    literals = values.map(Literal)
    equal = st.builds(Equals, literals)
    one_of = st.builds(lambda one, two: OneOf((one, two)), literals, literals)
    return st.one_of(equal, equal, equal, one_of, st.just(IsNil()))


@cache
def _test(name: str, values: st.SearchStrategy[str]) -> st.SearchStrategy[Node]:
    return st.builds(Condition, st.just(FieldPath(name)), _operation(values), _negated)


@cache
@st.composite
def _tree(draw: st.DrawFn, leaves: st.SearchStrategy[Node], depth: int) -> Node:
    shape = draw(st.sampled_from(("and", "and", "and", "or", "not", "leaf", "leaf"))) if depth else "leaf"
    if shape == "leaf":
        return draw(leaves)
    if shape == "not":
        return Not(draw(_tree(leaves, depth - 1)))
    items = [draw(_tree(leaves, depth - 1)) for _ in range(draw(st.sampled_from((2, 3))))]
    return joined(And if shape == "and" else Or, items)


# Artifacts and connections.


@cache
@st.composite
def _part_condition(draw: st.DrawFn, relation: str) -> Node:
    if draw(_rarely):
        return Condition(FieldPath("status"), Equals(Literal(draw(_statuses))), draw(_negated))
    if draw(_rarely):
        return Condition(FieldPath(relation), IsNil(), draw(_negated))
    name = draw(st.sampled_from(("kind", "name", "path") if relation == "artifacts" else ("kind", "name")))
    values = _names if name == "name" else _kinds
    path = FieldPath(relation, (name,))
    if draw(st.sampled_from((True, True, True, False))):
        return Condition(path, draw(_operation(values)), draw(_negated))
    return Group(relation, False, draw(_tree(_test(name, values), 1)))


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

_MANY = ("upstream", "downstream", "upstream*", "downstream*")
_ONE = ("pipeline", "original", "controller")
_SORTS = ("name", "pipeline.name", "pipeline.pipeline.kind", "original.status", "controller")
_steps = st.sampled_from((*_MANY, *_ONE))


@cache
@st.composite
def _graph_condition(draw: st.DrawFn) -> Node:
    steps = draw(st.lists(_steps, min_size=1, max_size=2))
    many = steps[0] in _MANY
    if many and draw(st.sampled_from((False, False, False, True))):
        inner = _tree(_test("status", _statuses), 1)
        return Group(steps[0].removesuffix("*"), steps[0].endswith("*"), draw(inner))
    if len(steps) == 1 and draw(_rarely):
        uuids = st.sampled_from(UUIDS[:7]).map(lambda each: Equals(Literal(each)))
        return Condition(_path(steps), draw(uuids | st.just(IsNil())), draw(_negated))
    name = draw(st.sampled_from(("status", "status", "name", "kind")))
    values = {"status": _statuses, "name": _names, "kind": _kinds}[name]
    return Condition(_path([*steps, name]), draw(_operation(values)), draw(_negated))


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
    sort = draw(st.sampled_from(_SORTS))
    return node, (SortTerm(_path(sort.split(".")), draw(st.booleans())),), tuple(runs)
