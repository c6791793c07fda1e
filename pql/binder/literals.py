"""From an operation and a field's family to a typed test."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, NoReturn

from pql.binder.bound import (
    AllOf,
    AnyOf,
    FlagTest,
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
from pql.binder.quantities import parse_bool, parse_cores, parse_duration, parse_memory
from pql.binder.regexes import regex_fault
from pql.catalog.fields import Family
from pql.catalog.numbers import spelt_number
from pql.diagnostics.diagnostic import Diagnostic, PqlError
from pql.diagnostics.span import Span
from pql.diagnostics.suggest import suggestion
from pql.syntax.ast import (
    AnyValue,
    Compare,
    Comparison,
    Equals,
    Like,
    Literal,
    OneOf,
    Operation,
    Range,
    Regex,
)
from pql.syntax.ast import IsNil as NilSyntax
from pql.syntax.build import joined_halves

if TYPE_CHECKING:
    from pql.binder.dates import Interval

__all__ = ["OPERATORS", "Typing", "is_null", "type_operation"]

OPERATORS = {
    Comparison.LT: Operator.LT,
    Comparison.LE: Operator.LE,
    Comparison.GT: Operator.GT,
    Comparison.GE: Operator.GE,
}
_DATE_WORDS = ("today", "tomorrow", "yesterday", "now", "last_7_days", "last_month", "last_week", "last_year")
_TEXT_FAMILIES = frozenset({Family.STRING, Family.VALUE, Family.UUID})
_NUMBER_FAMILIES = frozenset({Family.SCALAR, Family.DURATION, Family.CPU, Family.MEMORY, Family.INTEGER})
OPERATIONS_OF = {
    Family.STRING: "values, lists, `%like%`, /regex/ and nil",
    Family.VALUE: "values, lists, `%like%`, /regex/ and nil",
    Family.UUID: "values, lists, `%like%`, /regex/ and nil",
    Family.INTEGER: "values, lists and nil",
    Family.SCALAR: "numbers, lists, comparisons, ranges and nil",
    Family.DURATION: "durations, lists, comparisons, ranges and nil",
    Family.CPU: "cores, lists, comparisons, ranges and nil",
    Family.MEMORY: "sizes, lists, comparisons, ranges and nil",
    Family.BOOL: "true, false, lists and nil",
    Family.FLAG: "true, false, lists and nil",
    Family.DATETIME: "dates, lists, comparisons, ranges and nil",
    Family.ANY: "values, lists, comparisons, ranges, `%like%`, /regex/ and nil",
    Family.JSON: "nil",
}
_NUMBERS: dict[Family, tuple[Callable[[str], int | float | None], str, str, str]] = {
    # family: how to read it, the code when it can't be, what it takes, a right example
    Family.SCALAR: (spelt_number, "PQL301", "a number", "0.5"),
    Family.INTEGER: (spelt_number, "PQL301", "a number", "1"),
    Family.ANY: (spelt_number, "PQL301", "a number", "0.5"),
    Family.DURATION: (parse_duration, "PQL306", "seconds", "1h30m"),
    Family.CPU: (parse_cores, "PQL305", "cores", "500m"),
    Family.MEMORY: (parse_memory, "PQL305", "a size", "4Gi"),
}


@dataclass(frozen=True, slots=True)
class Typing:
    """What typing needs to know: the field as the user named it, its family, clock and zone, the text."""

    field: str
    family: Family
    now: datetime
    zone: tzinfo
    text: str
    span: Span


def type_operation(operation: Operation, at: Typing) -> Test | None:
    """The test that an operation means on a field of that family; None for `_any_`.

    Raises PqlError (PQL3xx) where the family does not take the operation or the literal.
    """
    if at.family is Family.JSON and not isinstance(operation, AnyValue | NilSyntax):
        _refuse("a value", at, f"`{at.field}:nil` asks whether there is none")
    match operation:
        case AnyValue():
            return None
        case NilSyntax():
            return IsNil()
        case Equals(value):
            return _equal(value, at)
        case OneOf(values):
            wanted = values if at.family is not Family.ANY else [each for each in values if not is_null(each)]
            tests = tuple(_equal(each, at) for each in wanted)
            return tests[0] if len(tests) == 1 else AnyOf(tests)
        case Compare(operator, value):
            return _compare(OPERATORS[operator], value, at)
        case Range(low, high):
            return _range(low, high, at)
        case Like(text, open_start, open_end):
            if at.family not in _TEXT_FAMILIES and at.family is not Family.ANY:
                _refuse("a like", at)
            plain = text.replace("-", "") if at.family is Family.UUID else text
            return TextLike(plain, open_start, open_end)
        case Regex(pattern, ignore_case):
            if at.family not in _TEXT_FAMILIES and at.family is not Family.ANY:
                _refuse("a regular expression", at)
            if reason := regex_fault(pattern):
                raise PqlError(Diagnostic("PQL307", at.span, {"reason": reason}), at.text)
            return TextMatches(pattern, ignore_case)


def _refuse(operation: str, at: Typing, hint: str = "") -> NoReturn:
    payload = {"field": at.field, "takes": OPERATIONS_OF[at.family], "operation": operation}
    raise PqlError(Diagnostic("PQL304", at.span, payload, hint), at.text)


def _equal(value: Literal, at: Typing) -> Test:
    family = at.family
    if family is Family.ANY:
        return _any_equal(value, at)
    if family is Family.UUID:
        return TextEquals(normal_uuid(value.text))
    if family in _TEXT_FAMILIES:
        return TextEquals(value.text)
    if family in _NUMBER_FAMILIES:
        return NumberTest(Operator.EQ, _number(value, at))
    if family is Family.DATETIME:
        interval = _date(value, at)
        return TimeInside(interval.start, interval.end)
    flag = parse_bool(value.text)
    if flag is None:
        payload = {"field": at.field, "value": value.text}
        raise PqlError(
            Diagnostic("PQL303", value.span, payload, f"write `{at.field}:true` or `{at.field}:false`"),
            at.text,
        )
    return FlagTest(flag)


def _any_equal(value: Literal, at: Typing) -> Test:
    """JSON values are typed by the literal: a number, true or false, a list or mapping, else a text."""
    if not value.quoted:
        number = spelt_number(value.text)
        if number is not None:
            return NumberTest(Operator.EQ, number)
        if value.text in ("true", "false"):
            return FlagTest(value.text == "true")
        if is_null(value):
            _refuse("`null`", at, f"`{at.field}:nil` asks for null or a missing value")
        if (nested := _nested_json(value.text)) is not None:
            return JsonEquals(nested)
    return TextEquals(value.text)


def is_null(value: Literal) -> bool:
    """Is it JSON's null?"""
    return value.text == "null" and not value.quoted


def _nested_json(text: str) -> str | None:
    """The list or mapping that the text spells, as the index writes such values; None if it spells none."""
    if text[0] not in "[{":
        return None
    import json

    try:
        return joined_halves(json.dumps(json.loads(text), ensure_ascii=False, separators=(",", ":")))
    except (ValueError, RecursionError):
        return None


def _compare(operator: Operator, value: Literal, at: Typing) -> Test:
    if at.family is Family.ANY and (value.quoted or spelt_number(value.text) is None):
        return _text_order(operator, value, at)
    if at.family in _NUMBERS and at.family is not Family.INTEGER:
        return NumberTest(operator, _number(value, at))
    if at.family is Family.DATETIME:
        return TimeTest(operator, _date(value, at).start)
    _refuse(f"`{operator.value}`", at, "quote the value if the sign belongs to it")


def _text_order(operator: Operator, value: Literal, at: Typing) -> Test:
    """Texts are ordered by code points; null, lists and mappings have no order."""
    if not value.quoted and (value.text == "null" or _nested_json(value.text) is not None):
        _refuse(f"`{operator.value}` with `{value.text}`", at, "quote it if it is meant as a text")
    return TextOrder(operator, value.text)


def _range(low: Literal | None, high: Literal | None, at: Typing) -> Test:
    if at.family is Family.DATETIME:
        _check_ends(low, high, at)
        return TimeInside(
            _date(low, at).start if low else None, _date(high, at).start if high else None, closed=True
        )
    if at.family in _NUMBERS and at.family is not Family.INTEGER:
        _check_ends(low, high, at)
        tests: list[Test] = []
        if low:
            tests.append(NumberTest(Operator.GE, _number(low, at)))
        if high:
            tests.append(NumberTest(Operator.LE, _number(high, at)))
        return tests[0] if len(tests) == 1 else AllOf(tuple(tests))
    _refuse("a range", at, "quote the value if `..` belongs to it")


def _check_ends(low: Literal | None, high: Literal | None, at: Typing) -> None:
    bad = (low is None and high is None) or any(end and ".." in end.text for end in (low, high))
    if bad:
        shown = at.text[at.span.start : at.span.end]
        raise PqlError(Diagnostic("PQL308", at.span, {"value": shown}, "e.g. `0.1..0.4` or `0.1..`"), at.text)


def _number(value: Literal, at: Typing) -> int | float:
    read, code, takes, example = _NUMBERS[at.family]
    number = read(value.text.strip())
    if number is None or (isinstance(number, float) and math.isnan(number) and at.family is Family.INTEGER):
        payload = {"field": at.field, "value": value.text, "takes": takes}
        hint = f"e.g. `{at.field}:{example}`"
        if at.family is Family.ANY:  # an end of a range: all else may be a text there
            hint = "a range is of numbers; quote the whole value if `..` belongs to it"
        raise PqlError(Diagnostic(code, value.span, payload, hint), at.text)
    return number


def _date(value: Literal, at: Typing) -> Interval:
    from pql.binder.dates import parse_date  # its patterns take a while to compile

    interval = parse_date(value.text, at.now, at.zone)
    if interval is None:
        payload = {"field": at.field, "value": value.text}
        hint = suggestion(value.text, _DATE_WORDS) or f"e.g. `{at.field}:>2026-11-22` or `{at.field}:>-7d`"
        raise PqlError(Diagnostic("PQL302", value.span, payload, hint), at.text)
    return interval


def normal_uuid(text: str) -> str:
    """A uuid as the index holds it: lower case, without dashes."""
    return text.replace("-", "").lower()
