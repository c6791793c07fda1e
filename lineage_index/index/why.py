"""The clauses of a query, one by one: whether they hold for a run, what the run has instead, how far off."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, assert_never

from lineage_index.index.index import Index
from lineage_index.index.result import SearchResult
from pql.binder.bound import (
    Bound,
    BoundAnd,
    BoundCondition,
    BoundConstant,
    BoundGroup,
    BoundNot,
    BoundOr,
    BoundQuery,
    ColumnValue,
    ElementId,
    SectionValue,
    SortKey,
    Step,
    TextEquals,
    Value,
)
from pql.catalog.fields import Entity, Relation, find_field
from pql.plan.scope import plan_query
from pql.sql.emitter import Emitter
from pql.sql.predicates import holds
from pql.sql.rows import Row

__all__ = [
    "Clause",
    "clause_values",
    "count_each",
    "find_runs",
    "inner_nodes",
    "node_values",
    "nodes_of",
    "related_uuids",
    "truths_of",
    "why",
]

_RUN = Row(Entity.RUN, "r", "r.run_id", "r.uuid")


@dataclass(frozen=True, slots=True)
class Clause:
    """A node of a query and whether it holds for one run, taken by itself.

    `values` are what the run (or, through a relation, its related elements) has where a condition looks;
    None where the node is no condition.
    """

    node: Bound
    holds: bool
    values: tuple[Any, ...] | None
    parts: tuple[Clause, ...]


def find_runs(index: Index, text: str) -> list[str]:
    """The uuids of the runs that a text names: by their uuid, with or without dashes; by a beginning of it
    (at least 4 digits); or by name, the newest first."""
    plain = text.replace("-", "").lower()
    engine = index._engine
    if len(plain) >= 4 and all(each in "0123456789abcdef" for each in plain):
        rows = engine.select(
            "SELECT uuid FROM runs WHERE starts_with(uuid, $1) ORDER BY uuid LIMIT 100", [plain]
        )
        if rows:
            return [each[0] for each in rows]
    sql = "SELECT uuid FROM runs WHERE name = $1 ORDER BY created_at DESC NULLS LAST, uuid LIMIT 100"
    return [each[0] for each in engine.select(sql, [text])]


def why(index: Index, bound: BoundQuery, uuid: str) -> Clause:
    """The tree of the query with the truth of every node for the run of that uuid, which is in the index."""
    condition = bound.condition or BoundConstant(True)
    nodes = nodes_of(condition)
    truths = truths_of(index, nodes, [uuid])[uuid]
    values = [node_values(index, uuid, node) for node in nodes]
    return _tree(condition, iter(zip(truths, values, strict=True)))


def nodes_of(node: Bound) -> list[Bound]:
    """The node and the nodes below it that speak of the run itself, from the top."""
    return [node, *(each for item in inner_nodes(node) for each in nodes_of(item))]


def inner_nodes(node: Bound) -> tuple[Bound, ...]:
    """The nodes that a node joins or negates."""
    match node:
        case BoundAnd(items) | BoundOr(items):
            return items
        case BoundNot(item):
            return (item,)
        case BoundCondition() | BoundGroup() | BoundConstant():
            return ()
        case _:
            assert_never(node)


def _tree(node: Bound, found: Iterator[tuple[bool, tuple[Any, ...] | None]]) -> Clause:
    """`found` has the truth and the values of each node from here on, in the order of `nodes_of`."""
    truth, values = next(found)
    return Clause(node, truth, values, tuple(_tree(item, found) for item in inner_nodes(node)))


def _predicate_sql(emitter: Emitter, node: Bound) -> str:
    """The condition that a node holds for a row `r` of `runs`, never NULL."""
    plan = plan_query(BoundQuery(Entity.RUN, node, ()))
    return f"(({holds(emitter, plan.predicate, _RUN)}) IS TRUE)"


_MOST = 500
"""As many runs are asked about at once."""


def truths_of(index: Index, nodes: Sequence[Bound], uuids: Sequence[str]) -> dict[str, list[bool]]:
    """Which nodes hold for each of the runs that are in the index."""
    if not uuids:
        return {}
    emitter = Emitter(index.snapshot.layout)
    selected = ", ".join(_predicate_sql(emitter, node) for node in nodes)
    found: dict[str, list[bool]] = {}
    for start in range(0, len(uuids), _MOST):
        wanted = ", ".join(emitter.parameter(uuid) for uuid in uuids[start : start + _MOST])
        sql = f"SELECT r.uuid, {selected} FROM (SELECT * FROM runs WHERE uuid IN ({wanted})) AS r"
        for uuid, *truths in index._engine.rows(emitter.statement(sql)):
            found[uuid] = [bool(each) for each in truths]
    return found


def count_each(index: Index, nodes: Sequence[Bound]) -> list[int]:
    """How many runs each node holds for."""
    emitter = Emitter(index.snapshot.layout)
    selected = ", ".join(f"count(*) FILTER (WHERE {_predicate_sql(emitter, node)})" for node in nodes)
    ((*counts,),) = index._engine.rows(emitter.statement(f"SELECT {selected} FROM runs AS r"))
    return [int(each) for each in counts]


def node_values(index: Index, uuid: str, node: Bound) -> tuple[Any, ...] | None:
    """What a run has where a condition looks; None for a node that looks at no single value."""
    if not isinstance(node, BoundCondition) or isinstance(node.value, SectionValue):
        return None
    return clause_values(index, uuid, node.path, node.value)


def clause_values(index: Index, uuid: str, path: tuple[Step, ...], value: Value) -> tuple[Any, ...]:
    """What stands at the end of the path, a value an element; missing values are None."""
    uuids, rest = [uuid], path
    while rest and rest[0].relation.to_runs:
        uuids = [each for own in uuids for each in related_uuids(index, own, rest[0])]
        uuids, rest = list(dict.fromkeys(uuids)), rest[1:]
    if rest:
        return tuple(each for own in uuids for each in _parts(index, own, rest[0].relation, value))
    if isinstance(value, ElementId):
        return tuple(uuids)
    return tuple(each for own in uuids for each in _of_run(index, own, value))


def _of_run(index: Index, uuid: str, value: Value) -> list[Any]:
    found = _only(index, uuid)
    if isinstance(value, ColumnValue):
        return [row[value.field.column] for row in found.rows]
    return found.values(value)


def _only(index: Index, uuid: str) -> SearchResult:
    field = find_field(Entity.RUN, "uuid")
    assert field is not None
    return index.run(
        BoundQuery(
            Entity.RUN,
            BoundCondition((), ColumnValue(field), TextEquals(uuid)),
            (SortKey((), ColumnValue(field)),),
        )
    )


def related_uuids(index: Index, uuid: str, step: Step) -> list[str]:
    """The runs that a step leads to, each once, in the index or not."""
    found: dict[str, None] = {}
    waiting = _one_hop(index, uuid, step.relation)
    while waiting:
        each = waiting.pop(0)
        if each not in found:
            found[each] = None
            if step.transitive:
                waiting += _one_hop(index, each, step.relation)
    return list(found)


def _one_hop(index: Index, uuid: str, relation: Relation) -> list[str]:
    match relation:
        case Relation.UPSTREAM | Relation.DOWNSTREAM:
            ends = ("upstream", "downstream") if relation is Relation.UPSTREAM else ("downstream", "upstream")
            sql = (
                f"SELECT DISTINCT e.{ends[0]} FROM edges AS e JOIN runs AS r ON r.run_id = e.run_id "
                f"WHERE e.{ends[1]} = $1 ORDER BY 1"
            )
        case _:
            column = relation.value
            sql = f'SELECT "{column}" FROM runs WHERE uuid = $1 AND "{column}" IS NOT NULL'
    return [each[0] for each in index._engine.select(sql, [uuid])]


def _parts(index: Index, uuid: str, relation: Relation, value: Value) -> list[Any]:
    """Of artifacts and connections, which are no runs."""
    if isinstance(value, ColumnValue):
        column = value.field.column
    else:
        column = "state" if relation is Relation.ARTIFACTS else "name"
    table = relation.value
    sql = (
        f'SELECT p."{column}" FROM {table} AS p JOIN runs AS r ON r.run_id = p.run_id WHERE r.uuid = $1 '
        f'ORDER BY p.name, p."{column}"'
    )
    return [each[0] for each in index._engine.select(sql, [uuid])]
