"""Bound conditions as plain data: nested lists of names, texts and numbers.

The form is what `pql explain --emit bound` shows and what the conformance corpus holds, so it names nothing
of this implementation; `grammar/corpus/README.md` describes it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from datetime import datetime
from itertools import repeat
from typing import Any, assert_never

from pql.binder.bound import (
    AllOf,
    AnyOf,
    Bound,
    BoundAnd,
    BoundCondition,
    BoundConstant,
    BoundGroup,
    BoundNot,
    BoundOr,
    ColumnValue,
    ElementId,
    FieldTest,
    FlagTest,
    HistoryValue,
    IsEmpty,
    IsNil,
    JsonEquals,
    KeyValue,
    NumberTest,
    SectionValue,
    SortKey,
    Step,
    Test,
    TextEquals,
    TextLike,
    TextMatches,
    TextOrder,
    TimeInside,
    TimeTest,
    Value,
)
from pql.syntax.build import quote

__all__ = ["Form", "condition_form", "field_name", "key_name", "sort_form", "test_form"]

Form = list[Any]
"""A list whose first member is a word; the others are texts, numbers, booleans, None or forms."""

_SPECIAL = re.compile(r"""[\s:,()|"'<>=~]""")
_SPLITTING = re.compile(r"\.|\[[0-9]+\]\Z|\*\Z")


def condition_form(condition: Bound | None) -> Form:
    """The form of a condition; no condition at all is `["all"]`."""
    match condition:
        case None:
            return ["all"]
        case BoundConstant(holds):
            return ["all"] if holds else ["none"]
        case BoundAnd(items):
            return ["and", *(condition_form(item) for item in items)]
        case BoundOr(items):
            return ["or", *(condition_form(item) for item in items)]
        case BoundNot(item):
            return ["not", condition_form(item)]
        case BoundGroup(step, item):
            return ["some", _step(step), condition_form(item)]
        case BoundCondition(path, value, test, negated):
            form: Form = ["is", field_name(path, value), test_form(test)]
            return ["isnt", *form[1:]] if negated else form
        case _:
            assert_never(condition)


def sort_form(keys: tuple[SortKey, ...]) -> list[str]:
    """Each sort key as its name, with `-` in front where it is descending."""
    return [("-" if key.descending else "") + field_name(key.path, key.value) for key in keys]


def field_name(path: tuple[Step, ...], value: Value) -> str:
    """The canonical name of a value: hops, then a field, a `section.key` or a history function."""
    hops = ".".join(_step(step) for step in path)
    match value:
        case ElementId():
            return hops
        case HistoryValue(function, metric, step):
            inner = f"{hops}.metrics" if hops else "metrics"
            argument = f"{inner}.{_key(metric.split('.'), repeat(False))}"
            return f"{function}({argument})" if step is None else f"{function}({argument}, {step})"
        case ColumnValue(field):
            own = field.name
        case SectionValue(section, numbers_only):
            own = "metrics" if numbers_only else section.value
        case KeyValue(section, segments, quoted, numbers_only):
            name = "metrics" if numbers_only else section.value
            own = f"{name}.{_key(segments, quoted or repeat(False))}"
        case _:
            assert_never(value)
    return f"{hops}.{own}" if hops else own


def key_name(section: str, key: str) -> str:
    """The name that a query has for a stored key of a section (`inputs`, `metrics`, ...)."""
    return f"{section}.{_key(key.split('.'), repeat(True))}"


def _step(step: Step) -> str:
    return step.relation.value + ("*" if step.transitive else "")


def _key(segments: Iterable[str], quoted: Iterable[bool]) -> str:
    return ".".join(
        quote(each) if _needs_quotes(each, flag) else each
        for each, flag in zip(segments, quoted, strict=False)
    )


def _needs_quotes(segment: str, was_quoted: bool) -> bool:
    """Quotes are kept only where the bare segment would mean something else, or nothing."""
    return not segment or bool(_SPECIAL.search(segment)) or (was_quoted and bool(_SPLITTING.search(segment)))


def test_form(test: Test) -> Form:
    """The form of a test."""
    match test:
        case IsNil():
            return ["nil"]
        case IsEmpty():
            return ["empty"]
        case NumberTest(operator, number):
            return [operator.value, _number(number)]
        case TextEquals(text):
            return ["text", text]
        case TextOrder(operator, text):
            return [f"text{operator.value}", text]
        case JsonEquals(text):
            return ["json", text]
        case TextLike(text, open_start, open_end):
            return ["like", text, "%" if open_start else "", "%" if open_end else ""]
        case TextMatches(pattern, ignore_case):
            return ["regex", pattern, "i" if ignore_case else ""]
        case FlagTest(flag):
            return ["flag", flag]
        case TimeInside(start, end, closed):
            return ["between" if closed else "during", _time(start), _time(end)]
        case TimeTest(operator, instant):
            return [f"time{operator.value}", _time(instant)]
        case FieldTest(operator, other):
            return [f"field{operator.value}", field_name((), other)]
        case AnyOf(tests):
            return ["any", *(test_form(each) for each in tests)]
        case AllOf(tests):
            return ["both", *(test_form(each) for each in tests)]
        case _:
            assert_never(test)


def _number(number: int | float) -> int | float | str:
    """JSON has no NaN and no infinities; a double that is whole is written as an integer."""
    if isinstance(number, int):
        return number
    if not math.isfinite(number):
        return "nan" if math.isnan(number) else "inf" if number > 0 else "-inf"
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="microseconds").removesuffix(".000000")
