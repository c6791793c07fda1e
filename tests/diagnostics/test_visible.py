"""What others wrote is shown so that it steers no terminal and carets stand where they belong."""

from __future__ import annotations

import pytest

from pql.cli import text as of_commands
from pql.diagnostics import visible
from pql.diagnostics.render import excerpt
from pql.diagnostics.span import Span
from pql.diagnostics.visible import clip, printable, width


def test_one_serves_both() -> None:
    assert of_commands.printable is visible.printable
    assert of_commands.width is visible.width


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain é 日本 e\u0301", "plain é 日本 e\u0301"),
        ("a\tb", "a\u2409b"),
        ("a\r\nb", "a\u240d\u240ab"),
        ("\x1b[31mred", "\u241b[31mred"),
        ("\x7f", "\u2421"),
        ("\u202e\x9b\ud800", "\ufffd\ufffd\ufffd"),
    ],
)
def test_what_is_shown(text: str, shown: str) -> None:
    assert printable(text) == shown
    assert printable(text).isprintable()


@pytest.mark.parametrize(
    ("text", "columns"), [("abc", 3), ("日本", 4), ("e\u0301", 1), ("a\u2409", 2), ("", 0)]
)
def test_columns(text: str, columns: int) -> None:
    assert width(text) == columns
    assert clip(text, columns) == text


def test_what_is_cut_ends_in_an_ellipsis() -> None:
    assert clip("日本語", 4) == "日…"
    assert clip("abcdef", 4) == "abc…"


@pytest.mark.parametrize(
    ("text", "span", "source", "caret"),
    [
        ("name:a\tb:c", Span(7, 8), "name:a\u2409b:c", " " * 7 + "^"),
        ("日本 name:x", Span(3, 7), "日本 name:x", " " * 5 + "^^^^"),
        ("a:1,\r\nb:2,,\r\nc", Span(10, 11), "b:2,,", "    ^"),
        ("a:\r", Span(3, 3), "a:\u240d", "   ^"),
        ("e\u0301:\x1b", Span(3, 4), "e\u0301:\u241b", "  ^"),
    ],
)
def test_the_caret_stands_under_its_text(text: str, span: Span, source: str, caret: str) -> None:
    assert excerpt(text, span) == (source, caret)
