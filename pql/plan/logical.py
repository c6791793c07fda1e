"""The logical plan: predicates over one entity's rows, with every quantifier explicit."""

from __future__ import annotations

from dataclasses import dataclass

from pql.binder.bound import SortKey, Step, Test, Value
from pql.catalog.fields import Entity

__all__ = [
    "FALSE",
    "TRUE",
    "All",
    "Any",
    "Complement",
    "Constant",
    "Exists",
    "Holds",
    "LogicalPlan",
    "Predicate",
]


@dataclass(frozen=True, slots=True)
class Constant:
    """Always or never."""

    holds: bool


TRUE = Constant(True)
FALSE = Constant(False)


@dataclass(frozen=True, slots=True)
class Holds:
    """The value passes the test; a nil value passes `IsNil` only."""

    value: Value
    test: Test


@dataclass(frozen=True, slots=True)
class Complement:
    """Exactly the rows that the item does not hold for."""

    item: Predicate


@dataclass(frozen=True, slots=True)
class All:
    """Every item holds; at least two."""

    items: tuple[Predicate, ...]

    def __post_init__(self) -> None:
        if len(self.items) < 2:
            raise ValueError("All needs at least two items")


@dataclass(frozen=True, slots=True)
class Any:
    """Some item holds; at least two."""

    items: tuple[Predicate, ...]

    def __post_init__(self) -> None:
        if len(self.items) < 2:
            raise ValueError("Any needs at least two items")


@dataclass(frozen=True, slots=True)
class Exists:
    """Some element that the step leads to satisfies `item`, which is about that element."""

    step: Step
    item: Predicate


Predicate = Constant | Holds | Complement | All | Any | Exists


@dataclass(frozen=True, slots=True)
class LogicalPlan:
    """A search, ready to be lowered: which rows of the entity, in which order, which page."""

    entity: Entity
    predicate: Predicate
    sort: tuple[SortKey, ...]
    limit: int | None = None
    offset: int = 0


def all_of(items: list[Predicate]) -> Predicate:
    """The conjunction, with constants folded and nested conjunctions flattened."""
    flat: list[Predicate] = []
    for item in items:
        match item:
            case Constant(False):
                return FALSE
            case Constant(True):
                pass
            case All(inner):
                flat.extend(inner)
            case _:
                flat.append(item)
    if not flat:
        return TRUE
    return flat[0] if len(flat) == 1 else All(tuple(flat))


def any_of(items: list[Predicate]) -> Predicate:
    """The disjunction, with constants folded and nested disjunctions flattened."""
    flat: list[Predicate] = []
    for item in items:
        match item:
            case Constant(True):
                return TRUE
            case Constant(False):
                pass
            case Any(inner):
                flat.extend(inner)
            case _:
                flat.append(item)
    if not flat:
        return FALSE
    return flat[0] if len(flat) == 1 else Any(tuple(flat))


def complement(item: Predicate) -> Predicate:
    """The complement, with constants folded and double complements taken off."""
    match item:
        case Constant(holds):
            return FALSE if holds else TRUE
        case Complement(inner):
            return inner
        case _:
            return Complement(item)
