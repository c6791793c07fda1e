"""Canonical text means the same, and is its own canonical text."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from law_pools import TEXTS, share
from law_queries import artifact_queries, queries, sorts

from pql.diagnostics.diagnostic import PqlError
from pql.syntax.ast import (
    And,
    Compare,
    Comparison,
    Condition,
    Equals,
    FieldPath,
    Like,
    Literal,
    Node,
    OneOf,
    Range,
    SortTerm,
)
from pql.syntax.format import format_query, format_sort
from pql.syntax.parser import parse_query, parse_sort


@given(node=queries() | artifact_queries())
def test_a_tree_survives_its_text(node: Node) -> None:
    text = format_query(node)
    assert parse_query(text) == node
    assert format_query(parse_query(text)) == text


@given(terms=sorts())
def test_a_sort_survives_its_text(terms: tuple[SortTerm, ...]) -> None:
    text = format_sort(terms)
    assert parse_sort(text) == terms
    assert format_sort(parse_sort(text)) == text


_values = st.sampled_from(
    (
        *(
            "a",
            "0.5",
            "nil",
            "_any_",
            "<1",
            "<= 2",
            "< =5",
            "=>3",
            "~x",
            "~ nil",
            "~~x",
            "a|b",
            "a | b",
            "|a||b|",
        ),
        *(
            "0.1..0.4",
            "..1",
            "1..",
            "5. ..6",
            "1...5",
            "%a%",
            "a%",
            "%%",
            "% a %",
            "%",
            "/a,b/",
            "/a\\/b/i",
            '"x"',
        ),
        *(
            "'a, b'",
            '"a\\"b"',
            '"\\u00e9"',
            "O'Brien",
            "android",
            "a:b",
            "two words",
            "2024-06-15 10:30",
            "[1]",
        ),
        *("-7d", "s3://b/k", '""', "<'1'", '"a"|b', "NOT", "or", ">nil"),
    )
)
_fields = st.sampled_from(
    (
        *(
            "status",
            "metrics.loss",
            'metrics."my loss"',
            "inputs.a.b[0]",
            "upstream*.metrics.val-loss",
            "project.name",
        ),
        *("min(metrics.loss)", "at( metrics.loss , 100 )", "MAX(metrics.a)", 'inputs."a\\"b".c'),
    )
)
_blanks = st.sampled_from(("", "", " ", "  ", "\n", "\t"))
_conditions = st.builds(
    lambda field, before, after, value: f"{field}{before}:{after}{value}", _fields, _blanks, _blanks, _values
)
_and = st.sampled_from((", ", ",", " AND ", " and ", "\nAnd "))
_or = st.sampled_from((" OR ", " or ", " | "))


def _wrapped(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    joined = st.builds(lambda one, word, two: one + word + two, inner, _and | _or, inner)
    grouped = st.builds(
        lambda opening, text, blank: f"{opening}{text}{blank})",
        st.sampled_from(("(", "( ", "NOT (", "not (", "~(", "artifacts(", "upstream* (")),
        inner,
        _blanks,
    )
    return joined | grouped | inner.map(lambda text: f"NOT {text}")


@given(text=st.recursive(_conditions, _wrapped, max_leaves=6))
def test_a_text_keeps_its_meaning(text: str) -> None:
    try:
        node = parse_query(text)
    except PqlError:
        assume(False)
    canonical = format_query(node)
    assert parse_query(canonical) == node
    assert format_query(parse_query(canonical)) == canonical


_spellable = st.text(alphabet="ab |,()~%./<>=:'\"\\\n-é", max_size=6) | st.sampled_from(TEXTS)
_operations = st.one_of(
    st.builds(Equals, st.builds(Literal, _spellable, st.booleans())),
    st.builds(Compare, st.sampled_from(list(Comparison)), st.builds(Literal, _spellable, st.booleans())),
    st.builds(Like, _spellable, st.booleans(), st.booleans()),
    st.builds(Range, st.builds(Literal, _spellable), st.none() | st.builds(Literal, _spellable)),
    st.builds(
        lambda one, two: OneOf((one, two)),
        st.builds(Literal, _spellable, st.booleans()),
        st.builds(Literal, _spellable, st.booleans()),
    ),
)
_paths = st.builds(
    lambda segments, quoted: FieldPath("inputs", tuple(segments), quoted[: len(segments)]),
    st.lists(_spellable, min_size=3, max_size=3),
    st.tuples(st.booleans(), st.booleans(), st.just(True)),
)


@given(path=_paths, operation=_operations, negated=st.booleans())
def test_a_tree_that_no_text_spells_is_refused(path: FieldPath, operation: Equals, negated: bool) -> None:
    """Trees of arbitrary texts either survive, or are refused: never written as something else."""
    node = Condition(path, operation, negated)
    try:
        text = format_query(node)
    except ValueError:
        return
    assert parse_query(text) == node


@share(0.2)
@given(text=_spellable)
def test_every_text_can_be_quoted(text: str) -> None:
    node = Condition(FieldPath("inputs", (text,), (True,)), Equals(Literal(text, True)))
    assert parse_query(format_query(node)) == node


def test_a_tree_the_parser_never_makes_is_refused() -> None:
    one = parse_query("status:a")
    nested = And((one, And((one, one))))
    with pytest.raises(ValueError, match="no text spells this tree"):
        format_query(nested)
    with pytest.raises(ValueError, match="no text spells this sort"):
        format_sort([replace(term, subject=FieldPath("a b")) for term in parse_sort("name")])
