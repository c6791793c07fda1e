"""Bound queries: every name resolved against the catalog, every literal typed.

A bound condition is a value, a test of that value, and perhaps a negation. A test holds or does not hold,
never anything between: a nil value satisfies no test but `IsNil`. `pql.reference` is the executable
definition of what these nodes mean.
"""

from __future__ import annotations

import operator
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from pql.catalog.fields import Entity, Field, Relation, Section
from pql.diagnostics.diagnostic import Diagnostic
from pql.diagnostics.span import Span

__all__ = [
    "AllOf",
    "AnyOf",
    "Bound",
    "BoundAnd",
    "BoundCondition",
    "BoundConstant",
    "BoundGroup",
    "BoundNot",
    "BoundOr",
    "BoundQuery",
    "ColumnValue",
    "ElementId",
    "FieldTest",
    "FlagTest",
    "HistoryValue",
    "IsEmpty",
    "IsNil",
    "JsonEquals",
    "KeyValue",
    "NumberTest",
    "Operator",
    "SectionValue",
    "SortKey",
    "Step",
    "Test",
    "TextEquals",
    "TextLike",
    "TextMatches",
    "TextOrder",
    "TimeInside",
    "TimeTest",
    "Value",
    "nil_passes",
]


class Operator(Enum):
    """Comparisons of ordered values."""

    EQ = "="
    LT = "<"
    LE = "<="
    GT = ">"
    GE = ">="

    @property
    def turned(self) -> Operator:
        """What `~` makes of an ordering: `~<` is `>=`."""
        return _TURNED[self]

    def holds(self, left: Any, right: Any) -> bool:
        """Whether it holds between two values of one type: texts go by code points, numbers are exact."""
        return bool(_HOLDS[self](left, right))


_HOLDS = {
    Operator.EQ: operator.eq,
    Operator.LT: operator.lt,
    Operator.LE: operator.le,
    Operator.GT: operator.gt,
    Operator.GE: operator.ge,
}
_TURNED = {
    Operator.EQ: Operator.EQ,
    Operator.LT: Operator.GE,
    Operator.LE: Operator.GT,
    Operator.GT: Operator.LE,
    Operator.GE: Operator.LT,
}


@dataclass(frozen=True, slots=True)
class Step:
    """One hop to related elements. `transitive` follows it any number of times, at least once."""

    relation: Relation
    transitive: bool = False


# Values: what of the entity is tested.


@dataclass(frozen=True, slots=True)
class ColumnValue:
    """A field with a column of its own (a scalar, or a set)."""

    field: Field


@dataclass(frozen=True, slots=True)
class KeyValue:
    """A keyed JSON value.

    `segments` first mean one flat key (joined by dots), else ever shorter keys with a path into the nested
    value; `quoted` tells which segments were quoted (empty: none). `numbers_only` is `metrics.`: all but
    numbers count as nil, and the last logged value stands in where the outputs hold none.
    """

    section: Section
    segments: tuple[str, ...]
    quoted: tuple[bool, ...] = ()
    numbers_only: bool = False

    @property
    def key(self) -> str:
        """The flat key."""
        return ".".join(self.segments)


@dataclass(frozen=True, slots=True)
class SectionValue:
    """All the values of a section together, of which nil alone can be asked: none of its keys has a value.

    `numbers_only` is `metrics`: no key holds a number, and no metric was logged.
    """

    section: Section
    numbers_only: bool = False


@dataclass(frozen=True, slots=True)
class HistoryValue:
    """A function of the points of a metric; `step` is for `at` alone."""

    function: str
    metric: str
    step: int | None = None


@dataclass(frozen=True, slots=True)
class ElementId:
    """What identifies an element of the relation that leads to it: a run's uuid, an artifact's state, a
    connection's name."""


Value = ColumnValue | KeyValue | SectionValue | HistoryValue | ElementId


# Tests: what the value has to be.


@dataclass(frozen=True, slots=True)
class NumberTest:
    """Compare with a number. NaN equals NaN and satisfies no ordering."""

    operator: Operator
    number: int | float


@dataclass(frozen=True, slots=True)
class TextEquals:
    """Equal to a text, exactly."""

    text: str


@dataclass(frozen=True, slots=True)
class TextOrder:
    """Compare with a text by code points; only texts satisfy it."""

    operator: Operator
    text: str


@dataclass(frozen=True, slots=True)
class JsonEquals:
    """Is this list or mapping; `text` is its JSON without blanks."""

    text: str


@dataclass(frozen=True, slots=True)
class TextLike:
    """Holds `text`, case folded: anywhere, or at the closed sides."""

    text: str
    open_start: bool
    open_end: bool


@dataclass(frozen=True, slots=True)
class TextMatches:
    """Holds a match of an RE2 pattern."""

    pattern: str
    ignore_case: bool


@dataclass(frozen=True, slots=True)
class FlagTest:
    """Is this boolean; on a JSON value also the text `true` or `false`."""

    flag: bool


@dataclass(frozen=True, slots=True)
class TimeInside:
    """At or after `start` and before `end`; either may be None for no bound. Naive UTC.

    `closed` includes the end."""

    start: datetime | None
    end: datetime | None
    closed: bool = False


@dataclass(frozen=True, slots=True)
class TimeTest:
    """Compare with an instant, naive UTC."""

    operator: Operator
    instant: datetime


@dataclass(frozen=True, slots=True)
class FieldTest:
    """Compare with another keyed value of the same run, as numbers."""

    operator: Operator
    other: KeyValue


@dataclass(frozen=True, slots=True)
class IsNil:
    """Missing or null; an empty set."""


@dataclass(frozen=True, slots=True)
class IsEmpty:
    """The relation has no element (stands with `ElementId` only)."""


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of the tests holds."""

    tests: tuple[Test, ...]


@dataclass(frozen=True, slots=True)
class AllOf:
    """All of the tests hold (of one and the same value)."""

    tests: tuple[Test, ...]


Test = (
    NumberTest
    | TextEquals
    | TextOrder
    | JsonEquals
    | TextLike
    | TextMatches
    | FlagTest
    | TimeInside
    | TimeTest
    | FieldTest
    | IsNil
    | IsEmpty
    | AnyOf
    | AllOf
)


def nil_passes(test: Test) -> bool:
    """Whether a nil value passes the test."""
    match test:
        case IsNil() | IsEmpty():
            return True
        case AnyOf(tests):
            return any(nil_passes(each) for each in tests)
        case AllOf(tests):
            return all(nil_passes(each) for each in tests)
        case _:
            return False


# The tree.


@dataclass(frozen=True, slots=True)
class BoundCondition:
    """A test of a value of the entity, or of what `path` leads to from it.

    `negated` is the exact complement; orderings have been turned round by the binder instead.
    """

    path: tuple[Step, ...]
    value: Value
    test: Test
    negated: bool = False
    span: Span = field(default=Span(0, 0), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class BoundGroup:
    """Some element of the relation satisfies `item`, which is bound against that element."""

    step: Step
    item: Bound
    span: Span = field(default=Span(0, 0), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class BoundNot:
    """The exact complement."""

    item: Bound
    span: Span = field(default=Span(0, 0), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class BoundAnd:
    """All of the items."""

    items: tuple[Bound, ...]
    span: Span = field(default=Span(0, 0), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class BoundOr:
    """Any of the items."""

    items: tuple[Bound, ...]
    span: Span = field(default=Span(0, 0), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class BoundConstant:
    """Always or never (`field:_any_` is always)."""

    holds: bool
    span: Span = field(default=Span(0, 0), compare=False, repr=False)


Bound = BoundCondition | BoundGroup | BoundNot | BoundAnd | BoundOr | BoundConstant


@dataclass(frozen=True, slots=True)
class SortKey:
    """One key of the order. Missing values, then NaN, come last in both directions.

    `span` is the place of the field in the text of the sort.
    """

    path: tuple[Step, ...]
    value: Value
    descending: bool = False
    span: Span = field(default=Span(0, 0), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class BoundQuery:
    """A whole search: condition (None: every element), order, page.

    `sort` holds what the user gave or the default; ties are always broken by the element's identity.
    `limit` None is no limit. `warnings` are findings that do not stop the query.
    """

    entity: Entity
    condition: Bound | None
    sort: tuple[SortKey, ...]
    limit: int | None = None
    offset: int = 0
    warnings: tuple[Diagnostic, ...] = ()
