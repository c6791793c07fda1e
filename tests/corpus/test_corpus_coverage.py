"""Nothing of the language is left out of the corpus."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass
from typing import Any, get_args

import pytest
from corpus_files import BUCKETS, FAILING, FOLDER, cases, clock

from pql.binder import bound as bound_nodes
from pql.binder.binder import bind
from pql.binder.bound import HistoryValue, NumberTest, Operator, Step, TextOrder, TimeTest
from pql.catalog.fields import ENTITIES, HISTORY_FUNCTIONS, RELATIONS, Entity, Relation
from pql.diagnostics.registry import CODES
from pql.syntax import ast
from pql.syntax.ast import Call, Comparison, Condition, FieldPath
from pql.syntax.parser import parse_query, parse_sort

_ELSEWHERE = {"PQL501", "PQL404", "PQL114"}
"""What needs an index or the statement for it to be found, and what no UTF-8 file can hold."""


def _nodes(*roots: Any) -> Iterator[Any]:
    """Every dataclass node in the trees."""
    stack = list(roots)
    while stack:
        node = stack.pop()
        if isinstance(node, tuple):
            stack.extend(node)
        elif is_dataclass(node):
            yield node
            stack.extend(getattr(node, field.name) for field in fields(node))


def _parsed() -> list[Any]:
    found = []
    for case in cases("valid"):
        assert case.query is not None
        found.append(parse_query(case.query))
        found.append(parse_sort(case.given.get("sort", "")))
    return list(_nodes(*found))


def _bound() -> list[Any]:
    found = []
    for case in cases("valid"):
        assert case.query is not None
        found.append(bind(parse_query(case.query), clock=clock(), entity=case.entity).condition)
    return list(_nodes(*found))


def _names(paths: Iterable[FieldPath]) -> set[str]:
    named = set()
    for path in paths:
        named.add(path.name)
        named.add(".".join((path.name, *path.segments)))
    return named


def test_there_are_enough() -> None:
    assert sum(len(cases(bucket)) for bucket in BUCKETS) >= 1900


@pytest.mark.parametrize("bucket", BUCKETS)
def test_no_case_is_there_twice(bucket: str) -> None:
    seen = [
        (case.query, str({k: v for k, v in case.given.items() if k in _INPUTS})) for case in cases(bucket)
    ]
    assert len(seen) == len(set(seen))


_INPUTS = ("sort", "limit", "offset", "entity")


def test_every_field_and_alias_has_a_case() -> None:
    named = _names(node for node in _parsed() if isinstance(node, FieldPath))
    catalog = {name for field in ENTITIES[Entity.RUN] for name in (field.name, *field.aliases)}
    assert catalog - named == set()
    assert set(RELATIONS) - named == set()
    for entity in (Entity.ARTIFACT, Entity.CONNECTION):
        assert {f"{entity.value}.{field.name}" for field in ENTITIES[entity]} - named == set()
    of_points = [str(case.query) for case in cases("valid") if case.entity is Entity.POINT]
    for field in ENTITIES[Entity.POINT]:
        assert any(query.startswith(f"{field.name}:") for query in of_points)


def test_every_relation_has_a_case_in_every_form() -> None:
    steps = {(node.relation, node.transitive) for node in _bound() if isinstance(node, Step)}
    assert {relation for relation, _ in steps} == set(Relation)
    assert {relation for relation, transitive in steps if transitive} == {
        relation for relation in Relation if relation.walkable
    }


def test_every_operation_has_a_case_plain_and_negated() -> None:
    conditions = [node for node in _parsed() if isinstance(node, Condition)]
    wanted = {(kind, negated) for kind in get_args(ast.Operation) for negated in (False, True)}
    assert wanted - {(type(each.operation), each.negated) for each in conditions} == set()
    comparisons = {each.operation.operator for each in conditions if isinstance(each.operation, ast.Compare)}
    assert comparisons == set(Comparison)


def test_every_kind_of_node_has_a_case() -> None:
    assert set(get_args(ast.Node)) - {type(node) for node in _parsed()} == set()
    nodes = _bound()
    for union in (bound_nodes.Test, bound_nodes.Value, bound_nodes.Bound):
        assert set(get_args(union)) - {type(node) for node in nodes} == set()
    for test in (NumberTest, TextOrder, TimeTest):
        operators = {node.operator for node in nodes if isinstance(node, test)}
        assert set(Operator) - {Operator.EQ} <= operators


def test_every_history_function_has_a_case_in_a_query_and_in_a_sort() -> None:
    assert {node.function for node in _bound() if isinstance(node, HistoryValue)} == set(HISTORY_FUNCTIONS)
    sorted_by = [term for case in cases("valid") for term in parse_sort(case.given.get("sort", ""))]
    assert any(isinstance(term.subject, Call) for term in sorted_by)


def test_every_numbered_meaning_has_a_case() -> None:
    spec = (FOLDER.parent / "SPEC.md").read_text(encoding="utf-8")
    meanings = spec.partition("\n## Meaning\n")[2].partition("\n## ")[0]
    numbers = [int(each) for each in re.findall(r"^(\d+)\. \*\*", meanings, flags=re.MULTILINE)]
    assert numbers == list(range(1, len(numbers) + 1))
    cased = {case.given["meaning"] for bucket in BUCKETS for case in cases(bucket) if "meaning" in case.given}
    assert cased == set(numbers)


def test_every_code_of_a_query_has_a_case() -> None:
    named = {case.given["code"] for bucket in FAILING for case in cases(bucket)}
    named |= {code for case in cases("valid") for code, *_ in case.given.get("warnings", ())}
    wanted = {code for code in CODES if code < "PQL600"} - _ELSEWHERE
    assert wanted - named == set()
    assert named <= set(CODES)
