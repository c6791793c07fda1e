"""Narrow terminals: sentences break between words, and no column is lost in silence."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pql.cli.table import TextColumn, fit_table, stack_table
from pql.cli.text import fold, width
from pql.diagnostics.diagnostic import Diagnostic
from pql.diagnostics.render import render
from pql.diagnostics.span import Span

ESCAPE = re.compile(r"\x1b\[[\d;]*m")
WORDS = st.lists(st.text("abc模", min_size=1, max_size=8), min_size=1, max_size=12)


@given(WORDS, st.integers(12, 40), st.sampled_from(["", "  ", "│ "]))
def test_a_sentence_is_broken_between_its_words(words: list[str], columns: int, hang: str) -> None:
    lines = fold(" ".join(words), columns, hang).split("\n")
    assert [word for line in lines for word in line.removeprefix(hang).split()] == words
    assert all(width(line) <= columns or len(line.removeprefix(hang).split()) == 1 for line in lines)
    assert all(line.startswith(hang) for line in lines[1:])


def test_what_fits_or_has_no_end_stays_as_it_is() -> None:
    assert fold("a  b", 4) == fold("a  b", None) == "a  b"
    assert fold("  one two", 8, "    ") == "  one\n    two"
    assert fold("x" * 50, 10) == "x" * 50


def test_escapes_take_no_room() -> None:
    painted = "\x1b[1;31merror\x1b[0m: \x1b[1mno such thing\x1b[0m"
    assert fold(painted, 20) == painted
    assert ESCAPE.sub("", fold(painted, 15)) == "error: no such\n  thing"


@pytest.mark.parametrize("columns", [40, 60])
def test_a_diagnostic_keeps_to_the_columns_with_the_carets_below_their_words(columns: int) -> None:
    query = f"name:{'x' * 80}, stauts:b, tags:{'y' * 80}"
    start = query.index("stauts")
    found = Diagnostic("PQL201", Span(start, start + 6), {"field": "stauts"}, "did you mean `status`? " * 4)
    lines = render(found, query, columns=columns).split("\n")
    assert max(map(width, lines)) <= columns
    (under,) = (number for number, line in enumerate(lines) if "^^^^^^" in line)
    assert lines[under - 1][lines[under].index("^") :][:6] == "stauts"


TABLE: list[TextColumn] = [
    ("inputs.optimizer", ["adam", "sgd"], False),
    ("count", ["10", "200"], True),
    ("metrics.accuracy", ["0.123456", "1.5e-10"], True),
    ("best", ["0123abcd", "4567efab"], False),
]


@given(st.integers(1, 60))
def test_columns_are_kept_or_named(columns: int) -> None:
    text, left = stack_table(TABLE, columns)
    for head, cells, _ in TABLE[1:]:
        assert (head in left) != all(cell in text for cell in cells)
    if columns >= 18:
        assert left == []
        assert max(map(len, text.splitlines())) <= columns


def test_wide_enough_is_one_table() -> None:
    assert stack_table(TABLE, 80) == fit_table(TABLE, 80)
    assert stack_table(TABLE, None)[0].count("\n") == 2


def test_a_number_is_never_cut_but_its_heading_is() -> None:
    text, left = fit_table([("a long heading", ["123456"], True), ("b", ["1"], True)], 11)
    assert (text, left) == ("a long …  b\n  123456  1", [])
    assert fit_table([("a", ["123456789"], True)], 5)[0] == "        a\n123456789"


def test_a_title_has_the_whole_line_and_widens_no_column() -> None:
    table: list[TextColumn] = [("", ["a rather long title", "  x"], False), ("r", ["", "123456789"], True)]
    shown = "             r\na rather long title\n  x  123456789"
    assert fit_table(table, 20, titles=True) == (shown, [])
