"""Random runs: only the fields that a query asks about, so that most of them matter."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, is_dataclass
from functools import cache
from typing import Any

from hypothesis import strategies as st
from law_pools import NUMBERS, PLAIN_NUMBERS, TIMES, UUIDS, numbers, texts

from pql.binder.bound import BoundQuery, ColumnValue, HistoryValue, KeyValue, SectionValue, Step
from pql.catalog.fields import STATUSES, Family, Relation
from pql.reference.model import Artifact, Connection, Point, Related, Run

DERIVED = {"uuid", "pipeline", "controller", "original", "tags", "contributors", "teams"}
FROM_ARTIFACTS = {"commit", "in_artifact_kind", "out_artifact_kind"}


@dataclass
class Needs:
    """What a query asks about."""

    columns: dict[str, Family] = field(default_factory=dict)
    keys: dict[str, set[str]] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    metrics: set[str] = field(default_factory=set)
    relations: set[Relation] = field(default_factory=set)


def needs_of(query: BoundQuery) -> Needs:
    needs = Needs(columns={"updated_at": Family.DATETIME})
    stack: list[object] = [query.condition, *query.sort]
    while stack:
        match stack.pop():
            case ColumnValue(own):
                needs.columns[own.column] = own.family
            case KeyValue() as value:
                _add_key(needs, value)
            case SectionValue(section):
                needs.keys.setdefault(section.value, set()).update(("loss", "a"))
                needs.metrics.add("loss")
            case HistoryValue(_, metric):
                needs.metrics.add(metric)
            case Step(relation):
                needs.relations.add(relation)
            case tuple() as items:
                stack.extend(items)
            case node if is_dataclass(node):
                stack.extend(getattr(node, each.name) for each in fields(node))
    return needs


def _add_key(needs: Needs, value: KeyValue) -> None:
    keys = needs.keys.setdefault(value.section.value, set())
    keys.add(value.key)
    if value.numbers_only:
        needs.metrics.add(value.key)
    for count in range(1, len(value.segments) + 1):
        head = ".".join(value.segments[:count])
        keys.update({head, head.partition("[")[0]})
        needs.names.update({value.segments[count - 1], value.segments[count - 1].partition("[")[0]})


@cache
def cells(family: Family, column: str) -> st.SearchStrategy[Any]:
    match family:
        case Family.DATETIME:
            return st.sampled_from(TIMES)
        case Family.BOOL:
            return st.booleans()
        case Family.INTEGER:
            return st.sampled_from((1, 0, -1))
        case Family.SCALAR | Family.DURATION | Family.CPU | Family.MEMORY:
            return st.sampled_from((*PLAIN_NUMBERS, 5400.0, 90.0, 2.0**30, 128.0 * 2**20))
        case _ if column == "status":
            return st.sampled_from(STATUSES)
        case _:
            return texts


@cache
def leaves() -> st.SearchStrategy[Any]:
    return numbers | texts | st.booleans() | st.none() | st.sampled_from((10**400, -(10**400)))


@cache
def values(names: tuple[str, ...]) -> st.SearchStrategy[Any]:
    """JSON values; mappings have the names that paths look for."""
    keys = st.sampled_from([*names, "a", "b", "0"])
    nested = st.recursive(
        leaves(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
        max_leaves=5,
    )
    return st.one_of(numbers, leaves(), nested)


@cache
def points() -> st.SearchStrategy[tuple[Point, ...]]:
    steps = st.none() | st.integers(-1, 4)
    value = st.sampled_from([float(each) for each in NUMBERS[:12]] + [float("nan"), float("inf"), -0.5])
    return st.lists(st.builds(Point, value, steps), max_size=4).map(tuple)


_maybe_uuid = st.none() | st.sampled_from(UUIDS)
_edges = st.lists(st.sampled_from(UUIDS), max_size=3).map(tuple)
_uuids = st.lists(st.sampled_from(UUIDS), max_size=5, unique=True)
_three_in_four = st.sampled_from((True, True, True, False))
_sets = st.lists(texts, max_size=3).map(tuple)
_kinds = st.sampled_from(("model", "metric", "coderef", "data", "Model", "x|y"))
_optional_text = st.none() | st.sampled_from(("model", "best", "Best", "", "a", "outputs/model", "1"))
_artifacts = st.lists(
    st.builds(
        Artifact,
        st.sampled_from(("best", "model", "a", "A", "")),
        _kinds,
        _optional_text,
        _optional_text,
        st.booleans(),
        st.sampled_from((None, {}, {"last": 0.5})),
    ),
    max_size=3,
).map(tuple)
_connections = st.lists(
    st.builds(Connection, st.sampled_from(("a", "A", "s3")), _optional_text), max_size=2
).map(tuple)
_related = st.none() | st.builds(
    Related, st.sampled_from(UUIDS), st.none() | texts, st.none() | texts, st.none() | texts
)


@st.composite
def runs(draw: st.DrawFn, needs: Needs) -> tuple[Run, ...]:
    """Up to five runs."""
    uuids = draw(_uuids)
    return tuple(_run(draw, uuid, needs) for uuid in uuids)


def _run(draw: st.DrawFn, uuid: str, needs: Needs) -> Run:
    own: dict[str, Any] = {}
    scalars: dict[str, Any] = {}
    for column, family in needs.columns.items():
        if column in ("tags", "contributors", "teams"):
            own[column] = draw(_sets)
        elif column == "controller":
            own[column] = draw(_maybe_uuid)
        elif column in ("pipeline", "original"):
            own[column] = draw(_related)
        elif column not in DERIVED | FROM_ARTIFACTS and draw(_three_in_four):
            scalars[column] = draw(cells(family, column))
    value = values(tuple(sorted(needs.names)))
    for section, keys in needs.keys.items():
        own[section] = {key: draw(value) for key in sorted(keys) if draw(_three_in_four)}
    if needs.metrics:
        own["history"] = {key: draw(points()) for key in sorted(needs.metrics) if draw(_three_in_four)}
    if Relation.ARTIFACTS in needs.relations or FROM_ARTIFACTS & needs.columns.keys():
        own["artifacts"] = draw(_artifacts)
    if Relation.CONNECTIONS in needs.relations:
        own["connections"] = draw(_connections)
    if needs.relations & {Relation.UPSTREAM, Relation.DOWNSTREAM}:
        own["upstream"] = draw(_edges)
    for relation in (Relation.PIPELINE, Relation.ORIGINAL):
        if relation in needs.relations:
            own[relation.value] = draw(_related)
    if Relation.CONTROLLER in needs.relations:
        own["controller"] = draw(_maybe_uuid)
    return Run(uuid, scalars, **own)
