"""What a run has where a condition looks, and how far that is from what was asked for, in words."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Any

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
    NumberTest,
    Operator,
    Test,
    TextEquals,
    TimeInside,
    TimeTest,
)
from pql.cli.output_cells import json_text, plain
from pql.cli.text import clip, printable

__all__ = ["clause_text", "distance", "shown_value", "shown_values"]

_LONGEST = 40
_MOST = 5


def clause_text(node: Bound, query: str) -> str:
    """The part of the query that the node was read from, on one line."""
    text = printable(" ".join(query[slice(*node.span)].split()))
    if text:
        text += ")" * (isinstance(node, BoundGroup) and text.count("(") > text.count(")"))
        bare = isinstance(node, BoundNot) and not text.startswith("~") and text[:3].upper() != "NOT"
        return f"NOT {_in_parentheses(node, text)}" if bare else text
    match node:
        case BoundConstant(holds):
            return "everything" if holds else "nothing"
        case BoundAnd():
            return "all of"
        case BoundOr():
            return "any of"
        case BoundNot():
            return "not"
        case BoundGroup() | BoundCondition():
            return "this condition"


def _in_parentheses(node: Bound, text: str) -> str:
    several = isinstance(node, BoundNot) and isinstance(node.item, BoundAnd | BoundOr)
    return f"({text})" if several and not text.startswith("(") else text


def shown_value(value: Any) -> str:
    """One value: texts in quotes, numbers with their digits, nothing as `missing`."""
    match value:
        case None | []:
            return "missing"
        case bool():
            return "true" if value else "false"
        case float():
            return "NaN" if math.isnan(value) else repr(value) if value != int_or_nan(value) else plain(value)
        case datetime():
            return value.isoformat(sep=" ", timespec="seconds")
        case _:
            return clip(json_text(value), _LONGEST)


def int_or_nan(value: float) -> float:
    """The whole number below, or the value itself where there is none."""
    return float(math.floor(value)) if math.isfinite(value) and abs(value) < 1e15 else math.nan


def shown_values(values: tuple[Any, ...]) -> str:
    """The values of all elements that a relation leads to; few of many."""
    if not values:
        return "there is none"
    counted: dict[str, int] = {}
    for each in values:
        shown = shown_value(each)
        counted[shown] = counted.get(shown, 0) + 1
    texts = [text if count == 1 else f"{text} ({count}×)" for text, count in counted.items()]
    more = f", and {len(texts) - _MOST} more" if len(texts) > _MOST else ""
    return ", ".join(texts[:_MOST]) + more


def distance(test: Test, value: Any) -> str:
    """How far a value that fails the test is from passing it; empty where no measure makes sense."""
    if value is None or isinstance(value, bool):
        return ""
    match test:
        case NumberTest(operator, bound) if isinstance(value, int | float):
            return _between_numbers(operator, bound, value)
        case TimeTest(_, instant) if isinstance(value, datetime):
            return _between_times(instant, value)
        case TimeInside(start, end, _) if isinstance(value, datetime):
            if start is not None and value < start:
                return _between_times(start, value)
            return "" if end is None else _between_times(end, value)
        case TextEquals(text) if isinstance(value, str) and text != value:
            return _between_texts(text, value)
        case TextEquals(text) if isinstance(value, list):
            close = [each for each in value if isinstance(each, str) and _between_texts(text, each)]
            return f"nearly {shown_value(close[0])}" if close else ""
        case AllOf(tests):
            return next((said for each in tests if (said := _failing(each, value))), "")
        case AnyOf(tests):
            alternatives = [each for each in (distance(test, value) for test in tests) if each]
            return alternatives[0] if len(alternatives) == 1 else ""
        case _:
            return ""


def _failing(test: Test, value: Any) -> str:
    """The distance of a part that the value fails."""
    if isinstance(test, NumberTest) and isinstance(value, int | float) and _passes(test, value):
        return ""
    return distance(test, value)


def _passes(test: NumberTest, value: float) -> bool:
    match test.operator:
        case Operator.LT:
            return value < test.number
        case Operator.LE:
            return value <= test.number
        case Operator.GT:
            return value > test.number
        case Operator.GE:
            return value >= test.number
        case Operator.EQ:
            return value == test.number


def _between_numbers(operator: Operator, bound: float, value: float) -> str:
    if not math.isfinite(value) or not math.isfinite(bound):
        return "NaN satisfies no ordering" if math.isnan(value) and operator is not Operator.EQ else ""
    gap = value - bound
    if not gap:
        return "just at the bound" if operator in (Operator.LT, Operator.GT) else ""
    share = f", {abs(gap / bound):.1%} of it" if bound and abs(gap) < abs(bound) else ""
    return f"{plain(float(abs(gap)))} {'above' if gap > 0 else 'below'} {plain(bound)}{share}"


def _between_times(instant: datetime, value: datetime) -> str:
    gap = value - instant
    side = "after" if gap > timedelta(0) else "before"
    return f"{_duration(abs(gap))} {side} {shown_value(instant)}"


def _duration(gap: timedelta) -> str:
    seconds = gap.total_seconds()
    for unit, size in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.3g} seconds"


def _between_texts(wanted: str, value: str) -> str:
    from difflib import SequenceMatcher

    if wanted.casefold() == value.casefold():
        return "differs in upper and lower case only"
    if wanted.strip() == value.strip():
        return "differs in blanks only"
    if max(len(wanted), len(value)) > 200:
        return ""
    alike = SequenceMatcher(None, wanted.casefold(), value.casefold()).ratio()
    return "spelt nearly so" if alike >= 0.75 else ""
