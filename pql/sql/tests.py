"""Tests as SQL conditions over typed columns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import assert_never

from pql.binder.bound import (
    AllOf,
    AnyOf,
    FieldTest,
    FlagTest,
    IsEmpty,
    IsNil,
    JsonEquals,
    NumberTest,
    Operator,
    Test,
    TextEquals,
    TextLike,
    TextMatches,
    TextOrder,
    TimeInside,
    TimeTest,
)
from pql.sql.emitter import FALSE, Emitter, both, either, negate
from pql.sql.members import LONG, PATTERN, in_elements, in_numbers, in_texts, in_times, united
from pql.sql.numeric import compare_number

__all__ = ["Typed", "escape_element", "passes"]


@dataclass(frozen=True, slots=True)
class Typed:
    """The columns (SQL expressions) that hold one value by its type; None where it can't have that type.

    `elements` is a set in its text form. `present` is the condition that there is a value at all.
    """

    present: str
    num: str | None = None
    big: str | None = None
    text: str | None = None
    flag: str | None = None
    time: str | None = None
    elements: str | None = None
    nested: str | None = None
    has_nan: bool = False
    json_flags: bool = False


def passes(emitter: Emitter, test: Test, value: Typed) -> str:
    """The condition that the value passes the test. It may be NULL instead of false."""
    match test:
        case IsNil():
            return negate(value.present)
        case AnyOf(tests):
            return _any_of(emitter, tests, value)
        case AllOf(tests):
            return both(passes(emitter, each, value) for each in tests)
        case NumberTest(operator, number):
            if value.num is None:
                return FALSE
            return compare_number(emitter, operator, number, value.num, value.big, value.has_nan)
        case TextEquals(text):
            if value.elements is not None:
                return f"contains({value.elements}, {emitter.parameter(f'|{escape_element(text)}|')})"
            return FALSE if value.text is None else f"{value.text} = {emitter.parameter(text)}"
        case TextOrder(operator, text):
            if value.text is None:
                return FALSE
            return f"{value.text} {operator.value} {emitter.parameter(text)}"
        case JsonEquals(text):
            return FALSE if value.nested is None else f"{value.nested} = {emitter.parameter(text)}"
        case TextLike() | TextMatches():
            return _some_text(value, partial(_text_condition, emitter, test))
        case FlagTest(flag):
            parts = [] if value.flag is None else [value.flag if flag else f"NOT {value.flag}"]
            if value.json_flags and value.text is not None:
                parts.append(f"{value.text} = {emitter.parameter('true' if flag else 'false')}")
            return either(parts)
        case TimeInside(start, end, closed):
            if value.time is None:
                return FALSE
            parts = [] if start is None else [f"{value.time} >= {emitter.parameter(start)}"]
            if end is not None:
                parts.append(f"{value.time} {'<=' if closed else '<'} {emitter.parameter(end)}")
            return both(parts)
        case TimeTest(operator, instant):
            if value.time is None:
                return FALSE
            return f"{value.time} {operator.value} {emitter.parameter(instant)}"
        case FieldTest() | IsEmpty():
            raise AssertionError("handled where the row is known")
        case _:
            assert_never(test)


def _any_of(emitter: Emitter, tests: tuple[Test, ...], value: Typed) -> str:
    """A long list of texts or numbers is one IN; the rest is OR."""
    if len(tests) > LONG:
        return _any_of_many(emitter, tests, value)
    texts = [each.text for each in tests if isinstance(each, TextEquals)]
    if len(texts) < 2 or value.elements is not None:
        return either(passes(emitter, each, value) for each in tests)
    others = [each for each in tests if not isinstance(each, TextEquals)]
    parts = [] if value.text is None else [_in_texts(emitter, texts, value.text)]
    return either([*parts, *(passes(emitter, each, value) for each in others)])


def _any_of_many(emitter: Emitter, tests: tuple[Test, ...], value: Typed) -> str:
    """What can be asked of the value at once is; the rest is OR."""
    texts: list[str] = []
    nested: list[str] = []
    numbers: list[int | float] = []
    spans: list[tuple[datetime, datetime]] = []
    likes: list[TextLike] = []
    others: list[Test] = []
    for test in dict.fromkeys(tests):
        match test:
            case TextEquals(text):
                texts.append(text)
            case JsonEquals(text):
                nested.append(text)
            case NumberTest(Operator.EQ, number):
                numbers.append(number)
            case TimeInside(datetime() as start, datetime() as end, closed=False):
                spans.append((start, end))
            case TextLike(text) if len(text) < PATTERN // 2:
                likes.append(test)
            case _:
                others.append(test)
    parts: list[str] = []
    if numbers and value.num is not None:
        parts.append(in_numbers(emitter, numbers, value.num, value.big, value.has_nan))
    if texts and value.elements is not None:
        parts.append(in_elements(emitter, [escape_element(text) for text in texts], value.elements))
    elif texts and value.text is not None:
        parts.append(in_texts(emitter, texts, value.text))
    if nested and value.nested is not None:
        parts.append(in_texts(emitter, nested, value.nested))
    if spans and value.time is not None:
        parts.append(in_times(emitter, spans, value.time))
    parts += (_some_text(value, partial(_matches_small, emitter, pattern)) for pattern in united(likes))
    return either([*parts, *(passes(emitter, each, value) for each in others)])


def _in_texts(emitter: Emitter, texts: list[str], column: str) -> str:
    places = ", ".join(emitter.parameter(text) for text in dict.fromkeys(texts))
    return f"{column} IN ({places})"


def _some_text(value: Typed, condition: Callable[[str], str]) -> str:
    """The condition on the text, or on one of the elements."""
    if value.elements is not None:
        parts = f"string_split(substr({value.elements}, 2, length({value.elements}) - 2), '|')"
        return f"len(list_filter({parts}, lambda x: {condition(_UNESCAPED)})) > 0"
    return FALSE if value.text is None else condition(value.text)


# Cut at escaped backslashes, what is left of an escape is a bar.
_UNESCAPED = r"array_to_string(list_transform(string_split(x, '\\'), lambda y: replace(y, '\p', '|')), '\')"


def _text_condition(emitter: Emitter, test: TextLike | TextMatches, column: str) -> str:
    match test:
        case TextMatches(pattern, ignore_case):
            options = "'i'" if ignore_case else "'c'"
            return f"regexp_matches({column}, {emitter.parameter(pattern)}, {options})"
        case TextLike(text, open_start, open_end):
            part = f"lower({emitter.parameter(text)})"
            folded = f"lower({column})"
            if open_start and open_end:
                return f"contains({folded}, {part})"
            function = "suffix" if open_start else "prefix"
            return f"{function}({folded}, {part})"


def _matches_small(emitter: Emitter, pattern: str, column: str) -> str:
    return f"regexp_matches(lower({column}), lower({emitter.parameter(pattern)}), 'c')"


def escape_element(text: str) -> str:
    """An element of a set as it stands in the set's text."""
    return text.replace("\\", "\\\\").replace("|", "\\p")
