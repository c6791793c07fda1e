"""The order of a search: sort keys one after the other, then the element's identity."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cmp_to_key
from typing import Any, assert_never

from pql.binder.bound import ColumnValue, ElementId, HistoryValue, KeyValue, SectionValue, SortKey
from pql.reference.elements import ABSENT, Element, OwnedArtifact, OwnedPoint, World
from pql.reference.model import Run
from pql.reference.values import Cell, number_of, value_of

__all__ = ["sort_artifacts", "sort_points", "sort_runs"]

_NUMBER, _TEXT, _BOOLEAN, _NESTED, _MISSING, _NAN = range(6)
"""Classes of values, in their order whatever the direction."""


def sort_runs(world: World, keys: tuple[SortKey, ...], runs: list[Run]) -> list[Run]:
    """The runs in order; ties are broken by uuid."""
    by_identity = sorted(runs, key=lambda run: run.uuid)
    return sorted(by_identity, key=_order(world, keys))


def sort_artifacts(
    world: World, keys: tuple[SortKey, ...], artifacts: list[OwnedArtifact]
) -> list[OwnedArtifact]:
    """The artifacts in order; ties are broken by the run's uuid, name, kind, direction and path."""
    by_identity = sorted(artifacts, key=_artifact_identity)
    return sorted(by_identity, key=_order(world, keys))


def sort_points(world: World, keys: tuple[SortKey, ...], points: list[OwnedPoint]) -> list[OwnedPoint]:
    """The points in order; ties are broken by the run's uuid, the key and the order of logging."""
    by_identity = sorted(points, key=lambda each: (each.run.uuid, each.key, each.place))
    return sorted(by_identity, key=_order(world, keys))


def _order(world: World, keys: tuple[SortKey, ...]) -> Callable[[Element], Any]:
    def compare(one: Element, two: Element) -> int:
        return _compare(world, keys, one, two)

    return cmp_to_key(compare)


def _artifact_identity(each: OwnedArtifact) -> tuple[Any, ...]:
    artifact = each.artifact
    path = (artifact.path is None, artifact.path or "")
    return (each.run.uuid, artifact.name, artifact.kind, artifact.is_input, path)


def _compare(world: World, keys: tuple[SortKey, ...], one: Element, two: Element) -> int:
    """Below 0 if `one` comes first, above 0 if `two` does, 0 if the keys do not tell."""
    for key in keys:
        (class_one, value_one), (class_two, value_two) = _ranked(world, key, one), _ranked(world, key, two)
        if class_one != class_two:
            return class_one - class_two
        if value_one != value_two:
            first = (value_one < value_two) != key.descending
            return -1 if first else 1
    return 0


def _ranked(world: World, key: SortKey, element: Element) -> tuple[int, Any]:
    """The class of the element's value, and what orders it among its class."""
    for step in key.path:
        (element,) = world.related(element, step) or [ABSENT]
    value = value_of(element, key.value)
    match key.value:
        case KeyValue() | HistoryValue():
            return _rank_json(value)
        case ColumnValue() | ElementId() | SectionValue():
            if isinstance(value, float) and math.isnan(value):
                return _NAN, 0
            return (_MISSING, 0) if value is None else (_NUMBER, value)
        case _:
            assert_never(key.value)


def _rank_json(value: Cell) -> tuple[int, Any]:
    number = number_of(value)
    if number is not None:
        return (_NAN, 0) if math.isnan(number) else (_NUMBER, number)
    match value:
        case None:
            return _MISSING, 0
        case str():
            return _TEXT, value
        case bool():
            return _BOOLEAN, value
        case _:
            return _NESTED, 0
