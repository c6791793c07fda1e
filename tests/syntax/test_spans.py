"""Every node's span covers what was written for it: operators, signs and parentheses included."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import pytest
from marked import split

from pql.diagnostics.span import Span
from pql.syntax.ast import And, Call, Condition, FieldPath, Group, Literal, Not, Or, Range
from pql.syntax.parser import parse_query, parse_sort

CASES = [
    (Not, "‹NOT status:running›, kind:job"),
    (Not, "kind:job, ‹not (status:running)›"),
    (Not, "‹~(status:running OR kind:job)› , name:a"),
    (Not, "a:1, (‹NOT  ( b:2 )› )"),
    (Not, "‹NOT artifacts(kind:model)›"),
    (Group, "‹artifacts(kind:model, name:best)›"),
    (Group, "a:1, ‹upstream* ( status:failed )›, b:2"),
    (Group, "‹upstream((status:failed))›"),
    (Call, "‹min(metrics.loss)›:<1"),
    (Call, "a:1 OR ‹at ( metrics.loss , 100 )›:<1"),
    (FieldPath, 'NOT ‹metrics."my loss".x› : 1'),
    (Condition, "(‹status : ~running›)"),
    (Condition, "‹min(metrics.loss):<1›"),
    (Condition, '‹name:"a, b"› '),
    (Or, "‹(a:1) | (b:2)›"),
    (Or, "a:1, (‹b:2 OR c:3›)"),
    (And, "‹a:1, (b:2 OR c:3)›"),
    (And, "‹(a:1 OR b:2), NOT (c:3)›"),
    (And, "‹artifacts(kind:model), min(metrics.loss):<1›"),
]


def _nodes(node: Any) -> Iterator[Any]:
    if isinstance(node, tuple):
        for each in node:
            yield from _nodes(each)
    elif is_dataclass(node):
        yield node
        for field in fields(node):
            yield from _nodes(getattr(node, field.name))


@pytest.mark.parametrize(("kind", "text"), CASES)
def test_the_span_of_a_node(kind: type, text: str) -> None:
    query, span = split(text)
    assert span in [each.span for each in _nodes(parse_query(query)) if isinstance(each, kind)]


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("a:0.1..0.4", "0.1", "0.4"),
        ('a:"x" .. "y z"', '"x"', '"y z"'),
        ('a:x .. "y z"', "x", '"y z"'),
        ('a:.. "y"', None, '"y"'),
        ("a:'x'..", "'x'", None),
        ("a:~ 1 ..", "1", None),
    ],
)
def test_the_ends_of_a_range(text: str, low: str | None, high: str | None) -> None:
    condition = parse_query(text)
    assert isinstance(condition, Condition)
    assert isinstance(condition.operation, Range)
    assert _written(text, condition.operation.low) == low
    assert _written(text, condition.operation.high) == high
    assert condition.span == Span(0, len(text))


def _written(text: str, literal: Literal | None) -> str | None:
    return None if literal is None else text[slice(*literal.span)]


def test_a_sort_key_with_its_sign() -> None:
    text = "name , - min( metrics.loss )"
    assert [text[slice(*term.span)] for term in parse_sort(text)] == ["name", "- min( metrics.loss )"]


def test_a_node_s_span_holds_those_of_its_parts() -> None:
    text = "(a:1 OR NOT (b:2)) AND artifacts(kind:x, ~(name:y)), at(metrics.a, 3):>1 OR c:1|2"
    for node in _nodes(parse_query(text)):
        for part in list(_nodes(node))[1:]:
            if hasattr(node, "span") and hasattr(part, "span"):
                assert node.span.start <= part.span.start
                assert part.span.end <= node.span.end
