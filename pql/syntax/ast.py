"""The abstract syntax of a query. Every node is frozen; spans take no part in equality."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from pql.diagnostics.span import Span

__all__ = [
    "And",
    "AnyValue",
    "Call",
    "Compare",
    "Comparison",
    "Condition",
    "Equals",
    "FieldPath",
    "Group",
    "Like",
    "Literal",
    "Node",
    "Not",
    "OneOf",
    "Operation",
    "Or",
    "Range",
    "Regex",
    "SortTerm",
    "Subject",
]


class Comparison(Enum):
    """The ordering operators."""

    LT = "<"
    LE = "<="
    GT = ">"
    GE = ">="


@dataclass(frozen=True, slots=True)
class Literal:
    """A value as written. `text` has its quotes and escapes taken off; `quoted` says it had some."""

    text: str
    quoted: bool = False
    span: Span = field(default=Span(0, 0), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class FieldPath:
    """A field: the name before the first dot and the segments after it.

    `transitive` is the `*` of `upstream*`. `quoted` tells for each segment whether it was quoted; it is
    empty when none was. `metrics.val.loss` has the segments `val` and `loss`: whether they are one key or
    a path into a nested value is decided where the keys are known.
    """

    name: str
    segments: tuple[str, ...] = ()
    quoted: tuple[bool, ...] = ()
    transitive: bool = False
    span: Span = field(default=Span(0, 0), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Call:
    """A function of a field: `min(metrics.loss)`, `at(metrics.loss, 100)`."""

    function: str
    argument: FieldPath
    extra: str | None = None
    span: Span = field(default=Span(0, 0), compare=False, repr=False)


Subject = FieldPath | Call


@dataclass(frozen=True, slots=True)
class Equals:
    """`v`; a bare `nil` and a bare `_any_` get their meaning from the binder."""

    value: Literal


@dataclass(frozen=True, slots=True)
class OneOf:
    """`a|b`."""

    values: tuple[Literal, ...]


@dataclass(frozen=True, slots=True)
class Compare:
    """`<v`, `<=v`, `>v`, `>=v`."""

    operator: Comparison
    value: Literal


@dataclass(frozen=True, slots=True)
class Range:
    """`low..high`; one end may be missing."""

    low: Literal | None
    high: Literal | None


@dataclass(frozen=True, slots=True)
class Like:
    """`%v%`, `v%`, `%v`: `text` without the outer percent signs, which are told by the two flags."""

    text: str
    open_start: bool
    open_end: bool


@dataclass(frozen=True, slots=True)
class Regex:
    """`/pattern/` or `/pattern/i`."""

    pattern: str
    ignore_case: bool


@dataclass(frozen=True, slots=True)
class IsNil:
    """`nil`."""


@dataclass(frozen=True, slots=True)
class AnyValue:
    """`_any_`: no condition."""


Operation = Equals | OneOf | Compare | Range | Like | Regex | IsNil | AnyValue


@dataclass(frozen=True, slots=True)
class Condition:
    """`subject:operation`; `negated` is the `~` in front of the operation. `value_span` covers what
    stands after the colon."""

    subject: Subject
    operation: Operation
    negated: bool = False
    span: Span = field(default=Span(0, 0), compare=False, repr=False)
    value_span: Span = field(default=Span(0, 0), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Group:
    """`relation(query)`: one element for which the whole query holds."""

    relation: str
    transitive: bool
    item: Node
    span: Span = field(default=Span(0, 0), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Not:
    """`NOT x` or `~(x)`."""

    item: Node
    span: Span = field(default=Span(0, 0), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class And:
    """At least two items; no item is itself an And."""

    items: tuple[Node, ...]
    span: Span = field(default=Span(0, 0), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Or:
    """At least two items; no item is itself an Or."""

    items: tuple[Node, ...]
    span: Span = field(default=Span(0, 0), compare=False, repr=False)


Node = And | Or | Not | Group | Condition


@dataclass(frozen=True, slots=True)
class SortTerm:
    """One sort key."""

    subject: Subject
    descending: bool = False
    span: Span = field(default=Span(0, 0), compare=False, repr=False)
