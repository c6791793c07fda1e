"""The matrix of an operation as what it means: the values of each param, or a distribution of them.

Where `pql.joins.matrix` passes over what it can't read, this refuses it, with its place in the file.
"""

from __future__ import annotations

import math
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from pql.catalog.numbers import spelt_number
from pql.diagnostics.diagnostic import PqlError
from pql.diagnostics.span import Span
from pql.diagnostics.suggest import suggestion
from pql.joins.document import Mapping, Node, Scalar, Sequence, plain
from pql.joins.matrix import (
    DATES,
    DISTRIBUTIONS,
    MOST_VALUES,
    PARAM_KINDS,
    SPACES,
    MatrixParam,
    numbers_of,
    probabilities_of,
    range_size,
    wrong_form,
)
from pql.joins.source import Source
from pql.joins.templates import Names, holes, look_up, render_text

__all__ = ["MOST_RUNS", "Axis", "SearchSpace", "read_space"]

MOST_RUNS = 10_000
"""Runs that one matrix may ask for."""

_SEARCHED = ("random", "grid")
_KEYS = {
    "random": ("kind", "params", "numRuns", "num_runs", "seed", "concurrency"),
    "grid": ("kind", "params", "numRuns", "num_runs", "concurrency"),
    "mapping": ("kind", "values", "concurrency"),
}


@dataclass(frozen=True, slots=True)
class Axis:
    """One varied param: the values it takes, with the probability of each (they sum to 1; empty: all alike),
    or the numbers of the distribution that its kind names."""

    name: str
    kind: str
    values: tuple[Any, ...] = ()
    shares: tuple[float, ...] = ()
    numbers: tuple[float, ...] = ()
    span: Span = field(default=Span(0, 0), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class SearchSpace:
    """A matrix: `axes` of a random or grid search, `rows` of a mapping.

    `num_runs` None is all of them, `seed` None any, `concurrency` None as many at a time as the caller wants.
    """

    kind: str
    axes: tuple[Axis, ...] = ()
    rows: tuple[AnyMapping[str, Any], ...] = ()
    num_runs: int | None = None
    seed: int | None = None
    concurrency: int | None = None
    places: AnyMapping[str, Span] = field(default_factory=dict, compare=False, repr=False)
    """Where each varied param is named first."""


def read_space(node: Node, source: Source, names: Names) -> SearchSpace:
    """The matrix of a section; its templates name what is in `names`.

    Raises PqlError: PQL631 for a wrong form or a kind that has to wait for results, and what templates raise.
    """
    if not isinstance(node, Mapping):
        raise _wrong(source, node.span, "matrix", "takes a mapping with `kind`")
    kind = node.get("kind")
    if not isinstance(kind, Scalar) or kind.text not in _KEYS:
        where = (kind or node.entries[0][0]).span if node.entries else node.span
        said = f", not `{kind.text[:40]}`" if isinstance(kind, Scalar) else ""
        hint = "kinds that need the results of earlier runs are not run locally"
        raise _wrong(source, where, "matrix", f"is random, grid or mapping here{said}", hint)
    reader = _Reader(source, names)
    reader.known_keys(node, kind.text)
    concurrency = reader.whole(node, "concurrency", 1)
    if kind.text == "mapping":
        rows, places = reader.rows(node)
        return SearchSpace(kind.text, rows=rows, concurrency=concurrency, places=places)
    num_runs = reader.whole(node, "numRuns", 1, "num_runs")
    if num_runs is None and kind.text == "random":
        raise _wrong(source, kind.span, "random", "takes `numRuns`: how many runs it makes")
    if num_runs is not None and num_runs > MOST_RUNS:
        where = (node.get("numRuns", "num_runs") or kind).span
        raise _wrong(source, where, "numRuns", f"is at most {MOST_RUNS:,} here")
    axes = reader.axes(node, kind)
    size = math.prod(len(axis.values) for axis in axes)
    if kind.text == "grid" and num_runs is None and size > MOST_RUNS:
        hint = "`numRuns` takes the first of them"
        raise _wrong(source, kind.span, "grid", f"has {size:,} points, more than {MOST_RUNS:,}", hint)
    return SearchSpace(
        kind.text,
        axes,
        num_runs=num_runs,
        seed=reader.whole(node, "seed", None),
        concurrency=concurrency,
        places={axis.name: axis.span for axis in axes},
    )


def _wrong(source: Source, span: Span, field: str, reason: str, hint: str = "") -> PqlError:
    return source.error("PQL631", span, hint, field=field, reason=reason)


class _Reader:
    def __init__(self, source: Source, names: Names) -> None:
        self._source = source
        self._names = names

    def known_keys(self, node: Mapping, kind: str) -> None:
        for key, value in node.entries:
            if key.value not in _KEYS[kind] and not (isinstance(value, Scalar) and value.value is None):
                if key.value == "earlyStopping" or key.value == "early_stopping":
                    raise _wrong(self._source, key.span, key.text, "is not known to a local run")
                hint = suggestion(key.text, _KEYS[kind])
                raise _wrong(self._source, key.span, "matrix", f"of kind {kind} has no `{key.text}`", hint)

    def whole(self, node: Mapping, name: str, least: int | None, *others: str) -> int | None:
        """A whole number, or a text that spells one, perhaps through a template."""
        value = node.get(name, *others)
        if value is None:
            return None
        filled = self.filled(value)
        number = spelt_number(filled.text.strip()) if isinstance(filled, Scalar) else None
        if not isinstance(number, int) or (least is not None and number < least):
            takes = "a whole number" if least is None else f"a whole number of at least {least}"
            raise _wrong(self._source, self._start(value), name, f"takes {takes}")
        return number

    def rows(self, node: Mapping) -> tuple[tuple[AnyMapping[str, Any], ...], dict[str, Span]]:
        """The entries of a mapping's `values`, and where each of their names stands first."""
        given = node.get("values")
        values = None if given is None else self.filled(given)
        if not isinstance(values, Sequence) or not values.items:
            where = node.entries[0][0].span if given is None else self._start(given)
            raise _wrong(self._source, where, "mapping", "takes `values`: a list of mappings")
        if len(values.items) > MOST_RUNS:
            raise _wrong(self._source, self._start(values), "values", f"has at most {MOST_RUNS:,} entries")
        rows: list[AnyMapping[str, Any]] = []
        places: dict[str, Span] = {}
        for each in values.items:
            if not isinstance(each, Mapping) or not each.entries:
                raise _wrong(
                    self._source, self._start(each), "values", "takes mappings of params to their values"
                )
            for key, _ in each.entries:
                self._check_name(key)
                places.setdefault(key.text, key.span)
            rows.append({key.text: plain(value) for key, value in each.entries})
        return tuple(rows), places

    def axes(self, node: Mapping, kind: Scalar) -> tuple[Axis, ...]:
        """The varied params in the order of the file."""
        params = node.get("params")
        if not isinstance(params, Mapping) or not params.entries:
            where = kind.span if params is None else self._start(params)
            raise _wrong(self._source, where, "params", "takes a mapping of params to what they vary over")
        return tuple(self._axis(key, value, kind.text) for key, value in params.entries)

    def _axis(self, key: Scalar, node: Node, matrix: str) -> Axis:
        self._check_name(key)
        kind = node.get("kind") if isinstance(node, Mapping) else None
        if not isinstance(node, Mapping) or not isinstance(kind, Scalar):
            raise _wrong(self._source, key.span, key.text, "takes a mapping with `kind` and `value`")
        for each, _ in node.entries:
            if each.value not in ("kind", "value"):
                raise _wrong(self._source, each.span, key.text, f"has `kind` and `value`, not `{each.text}`")
        if kind.text not in PARAM_KINDS:
            hint = suggestion(kind.text, PARAM_KINDS) or f"there are: {', '.join(PARAM_KINDS)}"
            raise _wrong(self._source, kind.span, key.text, f"has the unknown kind `{kind.text[:40]}`", hint)
        if matrix == "grid" and (kind.text in DISTRIBUTIONS or kind.text == "pchoice"):
            hint = "a random search draws from it"
            raise _wrong(self._source, kind.span, "grid", f"takes no `{kind.text}`", hint)
        given = node.get("value")
        value = None if given is None else self.filled(given)
        param = MatrixParam(key, kind.text, value)
        reason = wrong_form(param)
        if reason:
            where = key.span if value is None else self._start(value)
            raise _wrong(self._source, where, kind.text, reason)
        if kind.text in DISTRIBUTIONS:
            numbers = numbers_of(param)
            return Axis(key.text, kind.text, numbers=_sure(numbers), span=key.span)
        values, shares = self._values(param)
        return Axis(key.text, kind.text, values, shares, span=key.span)

    def _check_name(self, key: Scalar) -> None:
        if not isinstance(key.value, str) or not key.text:
            raise _wrong(self._source, key.span, "matrix", f"takes names that are texts, not `{key.text}`")

    def _values(self, param: MatrixParam) -> tuple[tuple[Any, ...], tuple[float, ...]]:
        items = param.value.items if isinstance(param.value, Sequence) else ()
        if param.kind == "choice":
            return tuple(plain(item) for item in items), ()
        if param.kind == "pchoice":
            pairs = [item.items for item in items if isinstance(item, Sequence)]
            given = probabilities_of(param) or ()
            # What the probabilities leave over goes to the last value, as in Polyaxon.
            shares = (*given[:-1], max(0.0, 1 - math.fsum(given[:-1])))
            return tuple(plain(pair[0]) for pair in pairs), shares
        if param.kind in DATES:
            return self._dates(param), ()
        return _points(param), ()

    def _dates(self, param: MatrixParam) -> tuple[str, ...]:
        start, stop, step = self._date_parts(param)
        found = []
        while (start < stop) if step > timedelta(0) else (start > stop):
            found.append(start)
            if len(found) > MOST_VALUES:
                raise _wrong(
                    self._source, param.name.span, param.kind, f"has more than {MOST_VALUES:,} values"
                )
            try:
                start += step
            except OverflowError:  # the calendar ends before `stop`
                break
        if not found:
            raise _wrong(
                self._source, param.name.span, param.kind, "is empty: its step leads away from its end"
            )
        return tuple(
            each.isoformat() if param.kind == "datetimerange" else each.date().isoformat() for each in found
        )

    def _date_parts(self, param: MatrixParam) -> tuple[datetime, datetime, timedelta]:
        names = SPACES["range"]
        match param.value:
            case Sequence(items):
                parts: list[Node | None] = list(items)
            case Mapping():
                parts = [param.value.get(name) for name in names]
            case _:
                parts = []
        where = param.name.span if param.value is None else self._start(param.value)
        if len(parts) != 3 or not all(isinstance(each, Scalar) for each in parts):
            raise _wrong(self._source, where, param.kind, "takes a list or a mapping of `start, stop, step`")
        texts = [each.text.strip() for each in parts if isinstance(each, Scalar)]
        unit = "days" if param.kind == "daterange" else "seconds"
        step = _step(texts[2], unit)
        if step is None:
            raise _wrong(self._source, where, param.kind, f"takes a step in {unit}")
        try:
            start, stop = (_moment(text) for text in texts[:2])
        except ValueError:
            raise _wrong(self._source, where, param.kind, "takes dates such as 2026-01-31") from None
        return start, stop, step

    def filled(self, node: Node) -> Node:
        """The node with its templates' values in their places."""
        match node:
            case Scalar() if isinstance(node.value, str):
                text = node.placed(self._source)
                found = holes(text)
                if not found:
                    return node
                if len(found) == 1 and found[0].span == Span(0, len(text.text)):
                    return _node(look_up(found[0], text, self._names), node.span)
                rendered = render_text(text, self._names).text
                return Scalar(rendered, rendered, node.span, None)
            case Sequence(items):
                return Sequence(tuple(self.filled(item) for item in items), node.span)
            case Mapping(entries):
                return Mapping(tuple((key, self.filled(value)) for key, value in entries), node.span)
            case _:
                return node

    def _start(self, node: Node) -> Span:
        if isinstance(node, Scalar):
            return node.span
        if isinstance(node, Mapping) and node.entries:
            return node.entries[0][0].span
        return Span(node.span.start, node.span.start + 1)


def _node(value: Any, span: Span) -> Node:
    """Plain data as it would stand in the file."""
    match value:
        case dict():
            entries = ((Scalar(key, str(key), span, None), _node(each, span)) for key, each in value.items())
            return Mapping(tuple(entries), span)
        case list() | tuple():
            return Sequence(tuple(_node(each, span) for each in value), span)
        case _:
            return Scalar(value, "null" if value is None else str(value), span, None)


def _moment(text: str) -> datetime:
    """A date or a time; one without an offset is UTC."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _step(text: str, unit: str) -> timedelta | None:
    """So many days or seconds; None if they are none, no number or more than the calendar has."""
    number = spelt_number(text)
    try:
        return None if number is None else timedelta(**{unit: number}) or None
    except (ValueError, OverflowError):
        return None


def _sure(numbers: tuple[float, ...] | str) -> tuple[float, ...]:
    if isinstance(numbers, str):
        raise ValueError(numbers)
    return numbers


def _points(param: MatrixParam) -> tuple[Any, ...]:
    """The values of a space; those of a range over whole numbers are whole."""
    start, stop, third, *base = _sure(numbers_of(param))
    if param.kind == "range":
        found = [start + place * third for place in range(range_size(start, stop, third))]
        if all(each.is_integer() for each in (start, third)):
            return tuple(int(each) for each in found)
        return tuple(_tidy(each) for each in found)
    count = int(third)
    if param.kind == "geomspace":
        sign = math.copysign(1.0, start)
        logs = _between(math.log(abs(start)), math.log(abs(stop)), count)
        inner = [sign * float(f"{math.exp(each):.13g}") for each in logs]
        ends = {0: start, count - 1: stop} if count > 1 else {0: start}
        return tuple(ends.get(place, each) for place, each in enumerate(inner))
    points = _between(start, stop, count)
    if param.kind == "logspace":
        power = base[0] if base else 10.0
        return tuple(_tidy(power**each) for each in points)
    return tuple(_tidy(each) for each in points)


def _between(start: float, stop: float, count: int) -> list[float]:
    """So many numbers from start to stop, both included, evenly spaced."""
    if count == 1:
        return [start]
    step = (stop - start) / (count - 1)
    return [*(start + place * step for place in range(count - 1)), stop]


def _tidy(number: float) -> float:
    """Without the last digit's noise: 0.3 for 0.30000000000000004."""
    return float(f"{number:.15g}")
