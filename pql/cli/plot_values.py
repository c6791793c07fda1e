"""A column of a result as coordinates on an axis, and what of it has no place there."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pql.catalog.numbers import spelt_number
from pql.cli.output_cells import json_text
from pql.cli.plot_scale import Axis, Kind, axis_over
from pql.cli.text import clip, printable

__all__ = ["Placed", "place_values", "tone_values"]

_MOST_CATEGORIES = 40
_LONGEST = 40


@dataclass(frozen=True, slots=True)
class Placed:
    """The coordinates of the runs on an axis, None where a run has none; `axis` is None if no run has one.
    `reasons` counts why, in words."""

    axis: Axis | None
    values: tuple[float | None, ...]
    reasons: Counter[str]


def place_values(name: str, cells: Sequence[Any], *, log: bool = False) -> Placed:
    """Numbers (also those that texts spell), else times, else categories."""
    shown = printable(name)
    kind = _kind(cells)
    reasons: Counter[str] = Counter()
    if kind is Kind.CATEGORY:
        return _categories(shown, cells, reasons)
    values: list[float | None] = []
    for cell in cells:
        value, reason = _coordinate(cell, kind, log)
        values.append(value)
        if reason:
            reasons[reason] += 1
    known = [each for each in values if each is not None]
    axis = axis_over(shown, kind, known, log=log and kind is Kind.NUMBER) if known else None
    return Placed(axis, tuple(values), reasons)


def _kind(cells: Sequence[Any]) -> Kind:
    known = [each for each in cells if each is not None]
    if known and all(isinstance(each, datetime) for each in known):
        return Kind.TIME
    numbers = [each for each in known if isinstance(each, int | float) and not isinstance(each, bool)]
    spelt = [each for each in known if isinstance(each, str) and spelt_number(each) is not None]
    return Kind.NUMBER if numbers or len(spelt) == len(known) else Kind.CATEGORY


def _coordinate(cell: Any, kind: Kind, log: bool) -> tuple[float | None, str]:
    """The number, or why there is none."""
    if cell is None:
        return None, "missing"
    if kind is Kind.TIME:
        return cell.replace(tzinfo=UTC).timestamp() * 1000, ""
    number = spelt_number(cell) if isinstance(cell, str) else cell
    if number is None or isinstance(number, bool | list | dict):
        return None, "no number"
    try:
        value = float(number)
    except OverflowError:
        value = math.inf
    if math.isnan(value):
        return None, "NaN"
    if math.isinf(value):
        return None, "infinite"
    if log and value <= 0:
        return None, "not above 0 on a log axis"
    return value, ""


def _categories(name: str, cells: Sequence[Any], reasons: Counter[str]) -> Placed:
    texts = [None if each in (None, []) else _text(each) for each in cells]
    counted = Counter(each for each in texts if each is not None)
    common = {text for text, _ in counted.most_common(_MOST_CATEGORIES)}
    kept = sorted(common)
    places = {text: float(place) for place, text in enumerate(kept)}
    values = [None if each is None else places.get(each) for each in texts]
    reasons["missing"] += sum(each is None for each in texts)
    reasons[f"beyond the {_MOST_CATEGORIES} most frequent texts"] += sum(
        each is not None and each not in common for each in texts
    )
    axis = Axis(name, Kind.CATEGORY, 0.0, len(kept) - 1.0, categories=tuple(kept)) if kept else None
    return Placed(axis, tuple(values), +reasons)


def _text(cell: Any) -> str:
    text = cell if isinstance(cell, str) else json_text(cell)
    return clip(printable(text), _LONGEST) or "(empty)"


def tone_values(placed: Placed) -> tuple[float | str | None, ...]:
    """The values as a tone has them: categories by their text."""
    axis = placed.axis
    if axis is None or axis.kind is not Kind.CATEGORY:
        return placed.values
    return tuple(None if each is None else axis.categories[int(each)] for each in placed.values)
