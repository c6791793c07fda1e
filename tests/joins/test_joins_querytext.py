"""Values in a query or a sort: how each is written, and how one that can't stand in its place is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from pql.diagnostics.diagnostic import PqlError
from pql.diagnostics.span import Span
from pql.joins.querytext import render_query, render_sort
from pql.joins.source import Placed, placed
from pql.joins.templates import Names

PASTE = "the filter `pql` pastes query text: `{{ name | pql }}`"
ONE_VALUE = "it can't be written as one value in this place"
NO_FIELD = "a template can't be a field, only a value or a key"
NOWHERE = "a template stands for one value of a condition, or for a key"


def query(template: str, **names: Any) -> str:
    return render_query(placed(template), names).text


def refused(
    template: str, names: Names, render: Callable[[Placed, Names], Placed] = render_query
) -> tuple[str, str, dict[str, str], str]:
    """The code, what it stands at, its payload and its hint."""
    with pytest.raises(PqlError) as caught:
        render(placed(template, "op.yaml"), names)
    found = caught.value.diagnostic
    assert caught.value.text == template
    assert found.source == "op.yaml"
    return found.code, template[slice(*found.span)], dict(found.payload), found.hint


@pytest.mark.parametrize(
    ("template", "value", "written"),
    [
        ("not (kind:a | name:{{ x }})", "a b", 'not (kind:a | name:"a b")'),
        ("not metrics.loss:{{ x }}..1", 0, "not metrics.loss:0..1"),
        ("upstream(name:{{ x }}, metrics.loss:{{ x }}..9)", 1, "upstream(name:1, metrics.loss:1..9)"),
        ("metrics.loss:{{ x }}..", 5, "metrics.loss:5.."),
        ("metrics.loss:..{{ x }}", 5, "metrics.loss:..5"),
        ("metrics.loss:1..{{ x }}", 5, "metrics.loss:1..5"),
        ("name:%{{ x }}%", "abc", "name:%abc%"),
        ("min(metrics.{{ x }}):<1", "a b", 'min(metrics."a b"):<1'),
        ("at(metrics.{{ x }}, {{ x }}):<{{ x }}", 100, "at(metrics.100, 100):<100"),
        ("upstream*.metrics.{{ x }}:>1", "loss", "upstream*.metrics.loss:>1"),
        ("inputs.a+b.{{ x }}.c:1", "d", "inputs.a+b.d.c:1"),
        ('metrics."{{ x }}":1', "d", 'metrics."d":1'),
        ('name:"{{ x }}"', 5, 'name:"5"'),
        ('name:"{{ x }}"', "a", 'name:"a"'),
        ("name:{{ x }}", False, "name:false"),
        ("name:{{ x }}", float("inf"), "name:inf"),
        (
            "name:{{ x }}, pipeline:nil, tags:_any_, kind:~/a/",
            "a",
            "name:a, pipeline:nil, tags:_any_, kind:~/a/",
        ),
        ("created_at:>{{ x }}", date(2026, 1, 2), "created_at:>2026-01-02"),
        (
            "created_at:>{{ x }}",
            datetime(2026, 1, 2, 3, 4, tzinfo=UTC),
            'created_at:>"2026-01-02T03:04:00+00:00"',
        ),
        ("name:ttq{{ x }}", "tqq", "name:ttqtqq"),
    ],
)
def test_how_a_value_is_written(template: str, value: Any, written: str) -> None:
    assert query(template, x=value) == written


@pytest.mark.parametrize(
    ("template", "value"),
    [
        ("kind:a, metrics.loss:{{ x }}..1", "0, metrics.acc:0"),
        ("kind:a | metrics.loss:{{ x }}..1", "0 | metrics.acc:0"),
        ("kind:a, (kind:b | metrics.loss:{{ x }}..1)", "0 | metrics.acc:0"),
        ("kind:a | kind:b, metrics.loss:{{ x }}..1", "0, metrics.acc:0"),
        ("not (metrics.loss:{{ x }}..1)", "0, metrics.acc:0"),
        ("upstream(metrics.loss:{{ x }}..1)", "0, metrics.acc:0"),
        ("at(metrics.loss, {{ x }}):1", " 5 "),
        ("metrics.loss:1..{{ x }}", " 5 "),
        ("metrics.loss:{{ x }}..1", "<0"),
        ("name:%{{ x }}%", " a "),
        ("name:%{{ x }}%", "a%"),
        ("name:%{{ x }}%", "a,b"),
        ("metrics.loss:{{ x }}..1", "0|1"),
    ],
)
def test_a_value_that_would_be_read_as_more_is_refused(template: str, value: str) -> None:
    assert refused(template, {"x": value}) == ("PQL610", template, {"name": "x", "reason": ONE_VALUE}, PASTE)


@pytest.mark.parametrize(
    ("template", "names", "part", "reason", "hint"),
    [
        ("a:b, name:{{ x }}", {"x": None}, "{{ x }}", "it is null", "`nil` asks for a missing value"),
        (
            "name:{{ x.y }}, a:b",
            {"x": {"y": [1]}},
            "{{ x.y }}",
            "it is no single value",
            "one template stands for one literal",
        ),
        ("a:b, {{ x }}:5, {{ x }}:6", {"x": "name"}, "{{ x }}", NO_FIELD, PASTE),
        ("a:b, {{ x }}(metrics.loss):1", {"x": "min"}, "{{ x }}", NOWHERE, PASTE),
        ("name:/{{ x }}/, a:b", {"x": ".*"}, "{{ x }}", "a regular expression holds no literal", PASTE),
    ],
)
def test_what_a_template_can_not_stand_for(
    template: str, names: Names, part: str, reason: str, hint: str
) -> None:
    name = part.strip("{} ")
    assert refused(template, names) == ("PQL610", part, {"name": name, "reason": reason}, hint)


def test_a_name_that_is_not_defined() -> None:
    found = refused("a:b, name:{{ lrr }}, c:d", {"lr": 1})
    assert found == ("PQL608", "{{ lrr }}", {"name": "lrr"}, "did you mean `lr`? defined: lr")


def test_all_templates_of_a_query_that_reads_as_more_are_named() -> None:
    template = "name:%{{ x }}%, kind:%{{ y }}%, name:%{{ x }}%"
    assert refused(template, {"x": "a,b", "y": "c"})[2] == {"name": "x, y", "reason": ONE_VALUE}


@pytest.mark.parametrize(
    ("template", "code", "part", "payload", "hint"),
    [
        (
            "metrics.{{ x }}<5",
            "PQL103",
            "metrics.{{ x }}",
            {"field": "metrics.{{ x }}"},
            "write `metrics.{{ x }}:<5`",
        ),
        ("sttus = {{ x }}", "PQL103", "sttus", {"field": "sttus"}, "write `sttus:{{ x }}`"),
        (
            "name:a {{ x }} status:b",
            "PQL109",
            "status",
            {"field": "status"},
            "put a comma before `status:`, or quote the value if it is one text",
        ),
        (
            "{{ x }}",
            "PQL103",
            "{{ x }}",
            {"field": "{{ x }}"},
            "write `field:value`, e.g. `metrics.loss:<0.01`",
        ),
    ],
)
def test_a_fault_of_the_query_is_told_in_the_words_of_the_template(
    template: str, code: str, part: str, payload: dict[str, str], hint: str
) -> None:
    assert refused(template, {"x": ","}) == (code, part, payload, hint)


@pytest.mark.parametrize(
    ("template", "value", "reason"),
    [
        ("name, {{ k }}", "a, b", "it is not one sort key"),
        ("name, {{ k }}", "", "it is not one sort key"),
        ("{{ k }}, name", "-", "it is no sort key (unexpected end of the text; expected a sort key)"),
        ("{{ k }}, name", "a b", "it is no sort key (unexpected `b`; expected `,` or `:`)"),
        ("{{ k }}, name", "name:x", "it is no sort key (unexpected `:`; expected `,` or the end)"),
        ("name, -{{ k }}", "-name", "it has a `-` of its own"),
        ("min({{ k }}), name", "-name", "it has a `-` of its own"),
    ],
)
def test_a_sort_key_is_one_key(template: str, value: str, reason: str) -> None:
    found = refused(template, {"k": value}, render_sort)
    assert found == ("PQL610", "{{ k }}", {"name": "k", "reason": reason}, PASTE)


def test_a_part_of_a_sort_key_adds_no_key() -> None:
    template = "at(metrics.loss, {{ k }}), name"
    found = refused(template, {"k": "1), min(metrics.x"}, render_sort)
    assert found == ("PQL610", template, {"name": "k", "reason": ONE_VALUE}, PASTE)


def test_a_fault_of_a_sort_is_told_in_the_words_of_the_template() -> None:
    found = refused("name, {{ k }} {{ k }}", {"k": "a"}, render_sort)
    assert found == ("PQL102", "{{ k }}", {"found": "`{{ k }}`", "expected": "`,` or `:`"}, "")


@pytest.mark.parametrize(("template", "render"), [("a:{{ x }}", render_query), ("a.{{ x }}", render_sort)])
def test_a_query_and_a_sort_are_no_longer_than_without_templates(template: str, render: Any) -> None:
    rendered = render(placed(template), {"x": "y" * 65_534})
    assert len(rendered.text) == 65_536
    limit = {"length": "more than 65,536", "limit": "65,536"}
    assert refused(template, {"x": "y" * 65_535}, render) == ("PQL623", template, limit, "")


def test_pasted_text_is_no_longer_either() -> None:
    found = refused("{{ x | pql }}", {"x": "a:" + "y" * 65_535})
    assert found[0] == "PQL623"


def test_a_fault_in_pasted_text_points_at_its_template() -> None:
    file = "kind:{{ k }}, {{ q | pql }}, name:x"
    rendered = render_query(placed(file), {"k": "a longer kind", "q": "metrics.loss:<abc"})
    at = rendered.text.index("abc")
    assert file[slice(*rendered.locate(Span(at, at + 3)))] == "{{ q | pql }}"
    at = rendered.text.index("name")
    assert file[slice(*rendered.locate(Span(at, at + 6)))] == "name:x"
