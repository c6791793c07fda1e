"""What a bound value is for one element: nil (None), or a value of Python."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import datetime
from typing import assert_never

from pql.binder.bound import ColumnValue, ElementId, HistoryValue, KeyValue, SectionValue, Value
from pql.catalog.fields import Section
from pql.catalog.numbers import INT64_MAX, INT64_MIN, spelt_number
from pql.reference.elements import Absent, Element, OwnedArtifact, OwnedPoint
from pql.reference.model import Connection, Json, Point, Related, Run

__all__ = ["Cell", "number_of", "value_in", "value_of"]

Cell = Json | datetime | frozenset[str]
"""The value of one field of one element. A set is never empty: then the value is nil."""

_INDICES = re.compile(r"(.*?)((?:\[[0-9]{1,9}\])+)\Z", re.DOTALL)
"""No list is longer; and not every text of digits can be made a number."""


def value_of(element: Element, value: Value) -> Cell:
    """The value, or None where it is nil."""
    match value:
        case ColumnValue(field):
            return _column(element, field.column)
        case KeyValue():
            return _keyed(element, value) if isinstance(element, Run) else None
        case SectionValue():
            return _whole(element, value) if isinstance(element, Run) else None
        case HistoryValue(function, metric, step):
            points = element.history.get(metric, ()) if isinstance(element, Run) else ()
            return _history(function, points, step)
        case ElementId():
            return _identity(element)
        case _:
            assert_never(value)


def _identity(element: Element) -> str | None:
    match element:
        case Run() | Related():
            return element.uuid
        case OwnedArtifact(_, artifact):
            return artifact.state
        case OwnedPoint(_, key):
            return key
        case Connection():
            return element.name
        case Absent():
            return None
        case _:
            assert_never(element)


def _column(element: Element, column: str) -> Cell:
    match element:
        case Run():
            return _run_column(element, column)
        case Related():
            told: dict[str, str | None] = {
                "uuid": element.uuid,
                "name": element.name,
                "kind": element.kind,
                "runtime": element.runtime,
            }
            return told.get(column)
        case OwnedArtifact(_, artifact):
            own: dict[str, Cell] = {
                "name": artifact.name,
                "kind": artifact.kind,
                "path": artifact.path,
                "state": artifact.state,
                "is_input": artifact.is_input,
                "summary": dict(artifact.summary or {}) or None,
            }
            return own[column]
        case OwnedPoint(_, key, _, point):
            told_of_point: dict[str, Cell] = {
                "key": key,
                "step": point.step,
                "time": point.time,
                "value": point.value,
            }
            return told_of_point[column]
        case Connection(name, kind):
            return {"name": name, "kind": kind}[column]
        case Absent():
            return None
        case _:
            assert_never(element)


def _run_column(run: Run, column: str) -> Cell:
    match column:
        case "uuid":
            return run.uuid
        case "pipeline":
            return None if run.pipeline is None else run.pipeline.uuid
        case "original":
            return None if run.original is None else run.original.uuid
        case "controller":
            return run.controller
        case "tags" | "contributors" | "teams":
            return frozenset(getattr(run, column)) or None
        case "commit":
            return frozenset(each.name for each in run.artifacts if each.kind == "coderef") or None
        case "in_artifact_kind":
            return frozenset(each.kind for each in run.artifacts if each.is_input) or None
        case "out_artifact_kind":
            return frozenset(each.kind for each in run.artifacts if not each.is_input) or None
        case _:
            return run.scalars.get(column)


# Keyed values.


def _keyed(run: Run, value: KeyValue) -> Json:
    """The first reading of the key that is not nil: the flat key, then ever shorter keys with a path."""
    section = _section(run, value.section)
    readings: list[Json] = []
    flat = section.get(value.key)
    if flat is None and value.numbers_only:
        points = run.history.get(value.key, ())
        readings.append(points[-1].value if points else None)
    else:
        readings.append(flat)
    readings += [_inside(section.get(key), path) for key, path in _paths(value.segments, value.quoted)]
    if value.numbers_only:
        return next((number for each in readings if (number := number_of(each)) is not None), None)
    return next((each for each in readings if each is not None), None)


def value_in(section: Mapping[str, Json], segments: tuple[str, ...]) -> Json:
    """What a section of a run holds under the segments of a key, none of them quoted; None for nothing."""
    flat = section.get(".".join(segments))
    if flat is not None:
        return flat
    found = (_inside(section.get(key), path) for key, path in _paths(segments, ()))
    return next((each for each in found if each is not None), None)


def _whole(run: Run, value: SectionValue) -> Json:
    """The values of a section by their keys; nil if there is none."""
    keys = [*_section(run, value.section), *run.history]
    cells = {key: _keyed(run, KeyValue(value.section, (key,), (True,), value.numbers_only)) for key in keys}
    return {key: cell for key, cell in cells.items() if cell is not None} or None


def _section(run: Run, section: Section) -> Mapping[str, Json]:
    match section:
        case Section.INPUTS:
            return run.inputs
        case Section.OUTPUTS:
            return run.outputs
        case Section.META_INFO:
            return run.meta_info
        case _:
            assert_never(section)


def _paths(segments: tuple[str, ...], quoted: tuple[bool, ...]) -> list[tuple[str, list[str | int]]]:
    """The ways to read the segments as a key and a path into its value, the longest key first."""
    quoted = quoted or (False,) * len(segments)
    parts = [_name_and_indices(*each) for each in zip(segments, quoted, strict=True)]
    ways: list[tuple[str, list[str | int]]] = []
    for count in range(len(parts), 0, -1):
        name, indices = parts[count - 1]
        path: list[str | int] = [*indices]
        for inner, inner_indices in parts[count:]:
            path += [inner, *inner_indices]
        if path:
            ways.append((".".join([*segments[: count - 1], name]), path))
    return ways


def _name_and_indices(segment: str, quoted: bool) -> tuple[str, list[int]]:
    """`layers[0][1]` is the name `layers` and the indices 0 and 1; a quoted segment is all name."""
    match = None if quoted else _INDICES.match(segment)
    if match is None:
        return segment, []
    return match[1], [int(digits) for digits in re.findall("[0-9]+", match[2])]


def _inside(value: Json, path: list[str | int]) -> Json:
    """What the path leads to; names index mappings only, numbers lists only."""
    for step in path:
        if isinstance(step, str):
            value = value.get(step) if isinstance(value, dict) else None
        else:
            value = value[step] if isinstance(value, list) and step < len(value) else None
    return value


def number_of(value: Cell) -> int | float | None:
    """The number that a value counts as: itself, or what a text spells; None if it is none.

    Integers of more than 64 bits count as the nearest double.
    """
    if isinstance(value, str):
        return spelt_number(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, int) and not INT64_MIN <= value <= INT64_MAX:
        try:
            return float(value)
        except OverflowError:
            return math.inf if value > 0 else -math.inf
    return value


# Metric history.


def _history(function: str, points: tuple[Point, ...], step: int | None) -> int | float | None:
    """A function of the points as they were logged; nil without points."""
    if not points:
        return None
    match function:
        case "count":
            return len(points)
        case "first":
            return points[0].value
        case "last":
            return points[-1].value
        case "at":
            return _at(points, step)
        case _:
            return _statistic(function, [each for each in points if not math.isnan(each.value)])


def _at(points: tuple[Point, ...], step: int | None) -> float | None:
    """The value at the greatest step up to the asked one; of equal steps the one logged last."""
    assert step is not None
    found: Point | None = None
    for each in points:
        if each.step is None or each.step > step:
            continue
        if found is None or found.step is None or each.step >= found.step:
            found = each
    return None if found is None else found.value


def _statistic(function: str, numbers: list[Point]) -> int | float | None:
    """A statistic of the points that are not NaN: NaN if there are none, and then no step is the best."""
    if not numbers:
        return None if function.startswith("arg") else math.nan
    values = [each.value for each in numbers]
    match function:
        case "min":
            return min(values)
        case "max":
            return max(values)
        case "mean":
            return sum(values) / len(values)
        case "argmin":
            return numbers[values.index(min(values))].step
        case "argmax":
            return numbers[values.index(max(values))].step
        case _:
            raise ValueError(f"no function of a metric's history: {function}")
