"""Whether a value passes a test. A nil value passes the test for nil and no other."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from datetime import datetime
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
from pql.reference.text import fold, matches
from pql.reference.values import Cell, number_of

__all__ = ["Lookup", "passes"]

Lookup = Callable[[FieldTest], Cell]
"""Gives the value of the other field of a field test, of the same run."""


def passes(test: Test, value: Cell, other: Lookup) -> bool:
    """Whether the value passes."""
    match test:
        case IsNil():
            return value is None
        case AnyOf(tests):
            return any(passes(each, value, other) for each in tests)
        case AllOf(tests):
            return all(passes(each, value, other) for each in tests)
        case NumberTest(operator, number):
            return _number(operator, number_of(value), number)
        case FieldTest(operator, _):
            return _two_numbers(operator, number_of(value), number_of(other(test)))
        case TextEquals() | TextLike() | TextMatches():
            texts = value if isinstance(value, frozenset) else [value]
            return any(isinstance(each, str) and _text(test, each) for each in texts)
        case TextOrder(operator, text):
            return isinstance(value, str) and operator.holds(value, text)
        case JsonEquals(text):
            return isinstance(value, list | dict) and json_text(value) == text
        case FlagTest(flag):
            return value is flag or value == ("true" if flag else "false")
        case TimeInside(start, end, closed):
            return isinstance(value, datetime) and _inside(value, start, end, closed)
        case TimeTest(operator, instant):
            return isinstance(value, datetime) and operator.holds(value, instant)
        case IsEmpty():
            raise AssertionError("a test of a relation, not of a value")
        case _:
            assert_never(test)


def _number(operator: Operator, value: int | float | None, number: int | float) -> bool:
    """Meaning 3: NaN equals NaN and satisfies no ordering."""
    if value is None:
        return False
    if math.isnan(number):
        return operator is Operator.EQ and math.isnan(value)
    return operator.holds(value, number)


def _two_numbers(operator: Operator, left: int | float | None, right: int | float | None) -> bool:
    """Field against field: NaN is equal to nothing there, as nobody wrote `nan`."""
    return left is not None and right is not None and operator.holds(left, right)


def _text(test: TextEquals | TextLike | TextMatches, text: str) -> bool:
    match test:
        case TextEquals(wanted):
            return text == wanted
        case TextLike(part, open_start, open_end):
            own, wanted = fold(text), fold(part)
            if open_start and open_end:
                return wanted in own
            return own.endswith(wanted) if open_start else own.startswith(wanted)
        case TextMatches(pattern, ignore_case):
            return matches(pattern, text, ignore_case=ignore_case)
        case _:
            assert_never(test)


def _inside(value: datetime, start: datetime | None, end: datetime | None, closed: bool) -> bool:
    if start is not None and value < start:
        return False
    return end is None or value < end or (closed and value == end)


def json_text(value: Cell) -> str:
    """JSON without blanks, members in their own order: two lists or mappings are equal if this is."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
