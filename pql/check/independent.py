"""Queries whose meaning alone tells nothing: seen at a glance, so that most of them need no analysis.

Where every condition may hold or not, and no two speak of one value, any of them may hold with any other: the
query may hold or not as well, and every clause says something of its own.
"""

from __future__ import annotations

import math

from pql.binder.bound import (
    AllOf,
    Bound,
    BoundAnd,
    BoundCondition,
    BoundNot,
    BoundOr,
    KeyValue,
    NumberTest,
    Operator,
    Step,
    Test,
    TextEquals,
    TextLike,
    TimeTest,
    Value,
)

__all__ = ["independent"]


def independent(root: Bound) -> bool:
    """Whether the analysis of a query is sure to find nothing. False says nothing."""
    seen: set[tuple[tuple[Step, ...], Value]] = set()
    stack = [root]
    while stack:
        match stack.pop():
            case BoundAnd(items) | BoundOr(items):
                stack.extend(items)
            case BoundNot(item):
                stack.append(item)
            case BoundCondition(path, value, test):
                if path or (path, value) in seen or not _open(value, test):
                    return False
                seen.add((path, value))
            case _:
                return False
    return True


def _open(value: Value, test: Test) -> bool:
    """Whether some value passes the test, and some other does not."""
    match test:
        case NumberTest(_, number):
            return math.isfinite(number)
        case TextEquals(text) | TextLike(text):
            return bool(text) or (isinstance(value, KeyValue) and isinstance(test, TextEquals))
        case TimeTest():
            return True
        case AllOf((NumberTest(Operator.GE, low), NumberTest(Operator.LE, high))):
            return isinstance(value, KeyValue) and math.isfinite(low) and math.isfinite(high) and low < high
        case _:
            return False
