"""Texts of a file: every part of them is found where it stands."""

from __future__ import annotations

import pytest

from pql.diagnostics.diagnostic import Diagnostic, PqlError
from pql.diagnostics.span import Span
from pql.joins.source import Piece, Placed, Source, placed

FILE = Source("op.yaml", "q: ab{{n}}cd # end")
WHOLE = Span(3, 12)
# `{{n}}` became `XYZ`.
PIECES = (
    Piece(0, 2, Span(3, 5), True),
    Piece(2, 5, Span(5, 10), False),
    Piece(5, 7, Span(10, 12), True),
)
TEXT = Placed("abXYZcd", FILE, WHOLE, PIECES)


@pytest.mark.parametrize(
    ("part", "where"),
    [
        ((0, 1), "a"),
        ((1, 2), "b"),
        ((0, 2), "ab"),
        ((1, 3), "b{{n}}"),
        ((2, 5), "{{n}}"),
        ((3, 4), "{{n}}"),
        ((4, 6), "{{n}}c"),
        ((5, 7), "cd"),
        ((6, 7), "d"),
        ((0, 7), "ab{{n}}cd"),
    ],
)
def test_a_part_of_a_text_is_found_in_the_file(part: tuple[int, int], where: str) -> None:
    assert FILE.text[slice(*TEXT.locate(Span(*part)))] == where


@pytest.mark.parametrize(
    ("at", "span"), [(0, (3, 3)), (1, (4, 4)), (2, (5, 5)), (3, (5, 10)), (5, (10, 10)), (7, (12, 12))]
)
def test_a_place_between_two_characters(at: int, span: tuple[int, int]) -> None:
    assert TEXT.locate(Span(at, at)) == Span(*span)


def test_the_end_is_never_before_the_start() -> None:
    apart = Placed("abcd", FILE, WHOLE, (Piece(0, 2, Span(3, 5), True), Piece(2, 4, Span(10, 12), True)))
    assert apart.locate(Span(2, 2)) == Span(10, 10)


@pytest.mark.parametrize("part", [(0, 3), (2, 6), (0, 6), (1, 1), (5, 5)])
def test_a_part_that_comes_from_nowhere_is_the_whole_text(part: tuple[int, int]) -> None:
    middle = Placed("..ab..", FILE, WHOLE, (Piece(2, 4, Span(3, 5), True),))
    assert middle.locate(Span(*part)) == WHOLE
    assert [middle.locate(Span(2, end)) for end in (2, 3, 4)] == [Span(3, 3), Span(3, 4), Span(3, 5)]


def test_a_fault_of_a_text_is_one_of_the_file() -> None:
    for span, where in ((None, WHOLE), (Span(1, 2), Span(4, 5))):
        raised = TEXT.error("PQL401", span, "a hint", value="x")
        assert raised.diagnostic == Diagnostic("PQL401", where, {"value": "x"}, "a hint", "op.yaml")
        assert raised.text == FILE.text
    assert TEXT.error("PQL401", value="x").diagnostic.hint == ""
    assert FILE.error("PQL401", WHOLE, value="x").diagnostic.hint == ""


@pytest.mark.parametrize(
    ("hint", "note", "both"),
    [("", "", ""), ("one", "", "one"), ("", "two", "two"), ("one", "two", "one; two")],
)
def test_a_fault_found_in_the_text_alone_is_moved_into_the_file(hint: str, note: str, both: str) -> None:
    found = PqlError(Diagnostic("PQL401", Span(5, 7), {"value": "x"}, hint), TEXT.text)
    moved = TEXT.blame(found, note)
    assert moved.diagnostic == Diagnostic("PQL401", Span(10, 12), {"value": "x"}, both, "op.yaml")
    assert moved.text == FILE.text
    assert TEXT.blame(found).diagnostic.hint == hint


@pytest.mark.parametrize("text", ["", "a", "name:x"])
def test_a_text_that_is_a_file_of_its_own(text: str) -> None:
    own = placed(text)
    assert (own.text, own.whole, own.source) == (text, Span(0, len(text)), Source("query", text))
    assert placed(text, "sort").source.name == "sort"
    for start in range(len(text)):
        for end in range(start, len(text) + 1):
            assert own.locate(Span(start, end)) == Span(start, end)
    assert own.locate(Span(len(text), len(text))) == Span(len(text), len(text))
