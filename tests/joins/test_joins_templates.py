"""Templates: each stands for one literal, whatever its value, and computes nothing."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pql.diagnostics.diagnostic import PqlError
from pql.diagnostics.render import line_and_column
from pql.diagnostics.span import Span
from pql.joins.querytext import render_query, render_sort
from pql.joins.source import Piece, Placed, Source, placed
from pql.joins.templates import LONGEST, render_text
from pql.syntax.ast import And, Compare, Comparison, Condition, Equals, FieldPath, Like, Literal, OneOf, Range
from pql.syntax.parser import parse_query, parse_sort

TEXTS = st.one_of(
    st.text(max_size=12),
    st.text("ab,|()\"'\\%~<>=:. \n\t{}/", max_size=10),
    st.sampled_from(
        [
            *("x, status:failed", "a OR b", "a AND b", "a | b:c", "x) , (y", "nil", "_any_", "true", "null"),
            *(
                "%like%",
                "1..2",
                "..",
                "~x",
                "<5",
                ">= 1",
                "/re/",
                '"',
                "'",
                "\\",
                "\\\\",
                "and",
                "OR",
                "not x",
            ),
            *(
                "metrics.loss",
                "1.0",
                "1e-3",
                "nan",
                "inf",
                "{{ x }}",
                "{% x %}",
                "]}",
                "a\nb",
                "\u2028",
                "t0x",
            ),
        ]
    ),
)


def query(template: str, **names: Any) -> str:
    return render_query(placed(template), names).text


def literal(text: str) -> Literal:
    return Literal(text, True)


def unquoted(value: Literal) -> str:
    return value.text


@given(TEXTS)
@example("x, status:failed")
@example("a OR b")
def test_a_value_adds_no_condition(value: str) -> None:
    tree = parse_query(query("status:running, name:{{ x }}, pipeline:~{{ x }}", x=value))
    assert isinstance(tree, And)
    first, second, third = tree.items
    assert first == parse_query("status:running")
    for condition, name, negated in ((second, "name", False), (third, "pipeline", True)):
        assert isinstance(condition, Condition)
        assert condition.subject == FieldPath(name)
        assert condition.negated is negated
        assert isinstance(condition.operation, Equals)
        assert condition.operation.value.text == value


@given(TEXTS, TEXTS)
def test_values_in_comparisons_and_lists(one: str, two: str) -> None:
    tree = parse_query(query("metrics.loss:<{{ one }} | (tags:{{ one }}|b|{{ two }})", one=one, two=two))
    first, second = tree.items  # type: ignore[union-attr]
    assert isinstance(first.operation, Compare)
    assert first.operation.operator is Comparison.LT
    assert first.operation.value.text == one
    assert isinstance(second.operation, OneOf)
    assert [each.text for each in second.operation.values] == [one, "b", two]


@given(TEXTS)
def test_a_value_inside_other_text(value: str) -> None:
    tree = parse_query(query('name:exp-{{ x }}-end, name:"say {{ x }}"', x=value))
    first, second = tree.items  # type: ignore[union-attr]
    assert first.operation == Equals(Literal(f"exp-{value}-end", first.operation.value.quoted))
    assert second.operation == Equals(literal(f"say {value}"))


@given(TEXTS)
def test_a_value_as_a_key(value: str) -> None:
    tree = parse_query(query("metrics.{{ x }}:>0.9, inputs.a.{{ x }}.b:1", x=value))
    first, second = tree.items  # type: ignore[union-attr]
    assert first.subject.segments == (value,)
    assert second.subject.segments == ("a", value, "b")


@given(TEXTS)
def test_where_nothing_can_be_quoted_a_value_is_itself_or_refused(value: str) -> None:
    """The last resort: the tree is the one that the template promises, or there is a diagnostic."""
    for template, kind in (("name:%{{ x }}%", Like), ("created_at:{{ x }}..2026-01-01", Range)):
        try:
            text = query(template, x=value)
        except PqlError as error:
            if error.diagnostic.code == "PQL610":
                continue
            raise
        tree = parse_query(text)
        assert isinstance(tree, Condition)
        assert isinstance(tree.operation, kind)
        held = tree.operation.text if isinstance(tree.operation, Like) else tree.operation.low.text  # type: ignore[union-attr]
        assert held == value


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("8f3e0a", "8f3e0a"),
        ("1.0", "1.0"),
        ("1e-3", "1e-3"),
        (0.5, "0.5"),
        (5, "5"),
        (1e-7, "1e-07"),
        (True, "true"),
        ("true", '"true"'),
        ("nil", '"nil"'),
        ("nan", '"nan"'),
        ("metrics.loss", '"metrics.loss"'),
        ('say "hi"', '"say \\"hi\\""'),
        ("a,b", '"a,b"'),
    ],
)
def test_values_are_quoted_where_they_must_be(value: Any, written: str) -> None:
    assert query("name:{{ x }}", x=value) == f"name:{written}"


@pytest.mark.parametrize(
    ("template", "names", "reason"),
    [
        ("name:{{ x }}", {"x": None}, "null"),
        ("name:{{ x }}", {"x": [1]}, "no single value"),
        ("name:{{ x }}", {"x": {"a": 1}}, "no single value"),
        ("{{ x }}:5", {"x": "name"}, "can't be a field"),
        ("{{ x }}", {"x": "name:5"}, ""),
        ("name:a {{ x }} status:b", {"x": ","}, ""),
        ("name:/{{ x }}/", {"x": ".*"}, "regular expression"),
        ("name:%{{ x }}%", {"x": "a,b"}, "one value"),
        ("metrics.loss:{{ x }}..1", {"x": "0|1"}, "one value"),
        ("{{ f }}(metrics.loss):1", {"f": "min"}, "one value of a condition"),
    ],
)
def test_what_a_template_can_not_stand_for(template: str, names: dict[str, Any], reason: str) -> None:
    with pytest.raises(PqlError) as caught:
        query(template, **names)
    assert caught.value.diagnostic.code in ("PQL610", "PQL103", "PQL109", "PQL102")
    assert reason in caught.value.diagnostic.message
    assert "tq" not in caught.value.diagnostic.message


def test_the_filter_pql_pastes_query_text() -> None:
    assert query("{{ q | pql }}, name:{{ q }}", q="status:failed | a:b") == (
        'status:failed | a:b, name:"status:failed | a:b"'
    )


@pytest.mark.parametrize(
    ("template", "names", "sort"),
    [
        ("{{ k }}", {"k": "-metrics.loss"}, "-metrics.loss"),
        ("-{{ k }}, name", {"k": "metrics.loss"}, "-metrics.loss, name"),
        ("-metrics.{{ m }}", {"m": "val loss, -x"}, '-metrics."val loss, -x"'),
        ("min({{ k }})", {"k": "metrics.loss"}, "min(metrics.loss)"),
        ("at(metrics.loss, {{ s }})", {"s": 100}, "at(metrics.loss, 100)"),
    ],
)
def test_sort_keys(template: str, names: dict[str, Any], sort: str) -> None:
    text = render_sort(placed(template, "sort"), names).text
    assert text == sort
    assert len(parse_sort(text)) == len(parse_sort(sort))


@pytest.mark.parametrize("value", ["a, b", "", "-", "a b", "name:x"])
def test_a_sort_key_is_one_key(value: str) -> None:
    with pytest.raises(PqlError) as caught:
        render_sort(placed("{{ k }}, name", "sort"), {"k": value})
    assert caught.value.diagnostic.code == "PQL610"


@pytest.mark.parametrize("value", ["-name"])
def test_a_sort_key_is_not_turned_twice(value: str) -> None:
    for template in ("-{{ k }}", "min({{ k }})"):
        with pytest.raises(PqlError):
            render_sort(placed(template, "sort"), {"k": value})


@given(TEXTS)
def test_a_sort_stays_as_long_as_it_is(value: str) -> None:
    try:
        text = render_sort(placed("name, {{ k }}, metrics.{{ k }}", "sort"), {"k": value}).text
    except PqlError as error:
        if error.diagnostic.code == "PQL610":
            return
        raise
    assert len(parse_sort(text)) == 3


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ("{% for x in y %}{{ x }}{% endfor %}", "a block"),
        ("{% set x = 1 %}", "a block"),
        ("{# note #}", "a comment"),
        ("{{ x() }}", "a call"),
        ("{{ x.__class__ }}", "the attribute `__class__`"),
        ("{{ x['__class__'] }}", "the attribute `__class__`"),
        ("{{ x.a.__init__.__globals__ }}", "the attribute `__globals__`"),
        ("{{ x | upper }}", "the filter `upper`"),
        ("{{ x | pql(1) }}", "the filter `pql`"),
        ("{{ x | pql | pql }}", "another filter inside"),
        ("{{ x if y else z }}", "a condition"),
        ("{{ 1 }}", "a constant"),
        ("{{ x + 1 }}", "`Add`"),
        ("{{ x is defined }}", "a test"),
        ("{{ x[y] }}", "a computed key"),
        ("{{ x[1:2] }}", "a computed key"),
        ("{{ x", "a template without its `}}`"),
        ("{{ }}", "a template without a name"),
        ("{{- x }}", "control of blanks"),
        ("{{ " + "(" * 400 + " }}", "`" + "(" * 40 + "`"),
        ("{{ " + "a" * 600 + " }}", "so long a template"),
    ],
)
def test_templates_compute_nothing(template: str, found: str) -> None:
    with pytest.raises(PqlError) as caught:
        render_text(placed(f"ab {template}"), {"x": {"a": 1}, "y": [1], "z": 1})
    assert caught.value.diagnostic.code == "PQL609"
    assert caught.value.diagnostic.payload["found"] == found
    assert caught.value.diagnostic.span.start == 3


@pytest.mark.parametrize(
    ("template", "listed"),
    [
        ("{{ lss }}", "did you mean `loss`? defined: globals, loss"),
        ("{{ globals.nam }}", "did you mean `name`? defined in `globals`: name, ports"),
        ("{{ globals.ports[1] }}", "`globals.ports` has 1 entries, counted from 0"),
        ("{{ globals.ports.append }}", "`globals.ports` has 1 entries, counted from 0"),
        ("{{ globals.items }}", "defined in `globals`: name, ports"),
        ("{{ loss.real }}", "`loss` is no mapping and has no parts"),
        ("{{ range }}", "defined: globals, loss"),
    ],
)
def test_what_is_not_defined_is_refused_with_what_is(template: str, listed: str) -> None:
    with pytest.raises(PqlError) as caught:
        render_text(placed(template), {"loss": 0.5, "globals": {"name": "n", "ports": [6006]}})
    assert caught.value.diagnostic.code == "PQL608"
    assert listed in caught.value.diagnostic.hint


def test_values_in_plain_text_are_texts_or_json() -> None:
    names = {"a": "x y", "b": [1, None, "q"], "c": {"d": True}, "n": 5}
    assert render_text(placed("{{ a }} {{b}} {{ c['d'] }} {{ b[2] }}{{ n }}"), names).text == (
        'x y [1, null, "q"] true q5'
    )


def test_what_templates_yield_is_bounded() -> None:
    with pytest.raises(PqlError) as caught:
        render_text(placed("{{ a }}{{ a }}"), {"a": "x" * (LONGEST // 2 + 1)})
    assert caught.value.diagnostic.code == "PQL623"


def test_faults_of_the_rendered_query_point_into_the_template() -> None:
    file = 'query: "pipeline:{{ id }}, metrics.loss:<abc"'
    start = file.index("pipeline")
    length = len(file) - start - 1
    span = Span(start, start + length)
    text = Placed(file[start:-1], Source("op.yaml", file), span, (Piece(0, length, span, True),))
    rendered = render_query(text, {"id": "a much longer value, with a comma"})
    at = rendered.text.index("abc")
    found = rendered.locate(Span(at, at + 3))
    assert file[found.start : found.end] == "abc"
    assert line_and_column(file, found.start) == (1, file.index("abc") + 1)
    inside = rendered.text.index("comma")
    found = rendered.locate(Span(inside, inside + 5))
    assert file[found.start : found.end] == "{{ id }}"
