"""Templates: each stands for one literal, whatever its value, and computes nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pql.diagnostics.diagnostic import PqlError
from pql.diagnostics.render import line_and_column
from pql.diagnostics.span import Span
from pql.joins.querytext import render_query, render_sort
from pql.joins.source import Piece, Placed, Source, placed
from pql.joins.templates import LONGEST, assemble, render_text
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
        ("{{}}", "a template without a name"),
        ("{{- x }}", "control of blanks"),
        ("{{+ x }}", "control of blanks"),
        ("{{ x -}}", "control of blanks"),
        ("{{ x +}}", "control of blanks"),
        ("{{ x | pql(a=1) }}", "the filter `pql`"),
        ("{{ [1] }}", "a list"),
        ("{{ {'a': 1} }}", "a mapping"),
        ("{{ x < 1 }}", "a comparison"),
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
    ("text", "part", "hint"),
    [
        ("%} {% a %} {% b %}", "{% a %}", "write `{{ name }}` or `{{ name.part }}`"),
        ("#} {# a #} {# b #}", "{# a #}", "write `{{ name }}` or `{{ name.part }}`"),
        ("%} #} {% a ", "{% a ", "write `{{ name }}` or `{{ name.part }}`"),
        ("{{ x }} {{ 1 }} {{ 2 }}", "{{ 1 }}", "write `{{ name }}` or `{{ name.part }}`"),
        ("{{ x | upper }} {{ x }}", "{{ x | upper }}", "the only filter is `pql`"),
        ("{{ x y }} {{ x }}", "{{ x y }}", "expected token 'end of print statement', got 'y'"),
    ],
)
def test_what_is_refused_is_pointed_at_and_advice_is_given(text: str, part: str, hint: str) -> None:
    with pytest.raises(PqlError) as caught:
        render_text(placed(text), {"x": 1})
    found = caught.value.diagnostic
    assert (found.code, text[slice(*found.span)], found.hint) == ("PQL609", part, hint)


@pytest.mark.parametrize(
    ("template", "listed"),
    [
        ("{{ lss }}", "did you mean `loss`? defined: empty, globals, loss"),
        ("{{ globals.nam }}", "did you mean `name`? defined in `globals`: name, ports"),
        ("{{ globals.ports[1] }}", "`globals.ports` has 1 entries, counted from 0"),
        ("{{ globals.ports.append }}", "`globals.ports` has 1 entries, counted from 0"),
        ("{{ globals.items }}", "defined in `globals`: name, ports"),
        ("{{ loss.real }}", "`loss` is no mapping and has no parts"),
        ("{{ range }}", "defined: empty, globals, loss"),
        ("{{ empty.x }}", "nothing is defined in `empty`"),
    ],
)
def test_what_is_not_defined_is_refused_with_what_is(template: str, listed: str) -> None:
    with pytest.raises(PqlError) as caught:
        render_text(placed(template), {"loss": 0.5, "globals": {"name": "n", "ports": [6006]}, "empty": {}})
    assert caught.value.diagnostic.code == "PQL608"
    assert caught.value.diagnostic.payload["name"] == template.strip("{} ")
    assert listed in caught.value.diagnostic.hint


def test_where_nothing_is_defined_that_is_said() -> None:
    with pytest.raises(PqlError) as caught:
        render_text(placed("{{ a.b }}"), {})
    assert caught.value.diagnostic.hint == "nothing is defined here"


def test_values_in_plain_text_are_texts_or_json() -> None:
    names = {"a": "x y", "b": [1, None, "q"], "c": {"d": True}, "n": 5}
    assert render_text(placed("{{ a }} {{b}} {{ c['d'] }} {{ b[2] }}{{ n }}{{ b[0] }}"), names).text == (
        'x y [1, null, "q"] true q51'
    )


def test_dates_in_plain_text_are_iso_texts_and_letters_stay_letters() -> None:
    names = {
        "MAX": date(2026, 1, 2),
        "t": datetime(2026, 1, 2, 3, 4, tzinfo=UTC),
        "l": ["é", date(2026, 1, 2)],
    }
    assert render_text(placed("{{ MAX }} {{ t }} {{ l }}"), names).text == (
        '2026-01-02 2026-01-02T03:04:00+00:00 ["é", "2026-01-02"]'
    )


def test_a_quoted_key_may_hold_what_closes_a_template() -> None:
    names = {"x": {"}}": 1, "a}}": 2, "b'}}": 3, '"}} {{"': 4}}
    text = """{{ x['}}'] }} {{ x["a}}"] }} {{ x["b'}}"] }} {{ x['"}} {{"'] }}"""
    assert render_text(placed(text), names).text == "1 2 3 4"


def test_as_long_a_template_as_the_bound_says() -> None:
    name = "a" * 498
    assert render_text(placed("{{ " + name + " }}"), {name: 1}).text == "1"
    with pytest.raises(PqlError) as caught:
        render_text(placed("{{ " + name + "  }}"), {name: 1})
    assert caught.value.diagnostic.payload["found"] == "so long a template"


def test_what_templates_yield_is_bounded() -> None:
    half = "x" * (LONGEST // 2)
    assert len(render_text(placed("{{ a }}{{ a }}"), {"a": half}).text) == LONGEST
    with pytest.raises(PqlError) as caught:
        render_text(placed("{{ a }}.{{ a }}"), {"a": half})
    assert caught.value.diagnostic.code == "PQL623"
    assert caught.value.diagnostic.message == (
        "the text has more than 8,388,608 characters after its templates; at most 8,388,608 are taken"
    )


@given(st.lists(st.sampled_from(["a", "bc", ", d", "{{ x }}", "{{ y.z }}", "{{ empty }}"]), max_size=6))
def test_every_character_of_a_text_is_traced_to_the_file(parts: list[str]) -> None:
    """Twice over: what a template gave is pasted into a text that has templates again."""
    values = {"{{ x }}": "one", "{{ y.z }}": "[]", "{{ empty }}": ""}
    file = "query: '" + "".join(parts) + "'"
    span = Span(8, len(file) - 1)
    text = Placed(file[8:-1], Source("op.yaml", file), span, (Piece(0, len(file) - 9, span, True),))
    once = render_text(text, {"x": "one", "y": {"z": []}, "empty": ""})
    assert once.whole == span
    for rendered in (once, render_text(once, {}), assemble(once, [(Span(0, 0), "start ")])):
        at, start = len(rendered.text) - len(once.text), span.start
        for part in parts:
            new = values.get(part, part)
            for offset in range(len(new)):
                where = rendered.locate(Span(at + offset, at + len(new)))
                begin = start + (0 if part in values else offset)
                assert where == Span(begin, start + len(part))
            at, start = at + len(new), start + len(part)
        assert at == len(rendered.text)
    for cut in range(len(once.text) + 1):
        rendered, end = assemble(once, [(Span(cut, cut), "|")]), 0
        for piece in rendered.pieces:
            assert end == piece.start < piece.end
            end = piece.end
            if piece.verbatim:
                assert file[slice(*piece.span)] == rendered.text[piece.start : end]
        assert end == len(rendered.text)


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
