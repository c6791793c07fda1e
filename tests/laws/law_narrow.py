"""Narrow queries: one field, asked about and sorted by, over runs that have little else.

Data and literals come from the same few values, so that nearly every case tells some runs from others.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from law_pools import LIKES, NUMBERS, PATTERNS, TEXTS, UUIDS, number_texts, spellings
from law_queries import literal

from pql.catalog.fields import HISTORY_FUNCTIONS
from pql.reference.model import Point, Run
from pql.syntax.ast import (
    Call,
    Compare,
    Comparison,
    Condition,
    Equals,
    FieldPath,
    IsNil,
    Like,
    Literal,
    Node,
    OneOf,
    Operation,
    Range,
    Regex,
    SortTerm,
)

__all__ = ["Case", "history_cases", "nested_cases", "number_cases", "orderings", "ranges", "text_cases"]

Case = tuple[Node, tuple[SortTerm, ...], tuple[Run, ...]]

_EDGE = (2**53 - 1, 2**53, 2**53 + 1, 2**53 + 2, 2**53 + 3, float(2**53), float(2**53 + 2))
"""Where doubles begin to pass over integers."""

_CLUSTERS = (
    _EDGE,
    _EDGE,
    _EDGE,
    (2**63 - 2, 2**63 - 1, 2**63, float(2**63), 2**64),
    (-(2**53) - 1, -(2**53), float(-(2**53)), -(2**63), -(2**63) + 1, float(-(2**63))),
    (0, 0.0, -0.0, 1, 0.5, 5e-324, -1),
    (math.nan, math.inf, -math.inf, 1.7e308, 0),
    (10**30, 1e30, 10**30 + 1, 1e16, 10**16),
    NUMBERS,
)
_Operations = Callable[[st.SearchStrategy[int | float]], st.SearchStrategy[Operation]]
_comparisons = st.sampled_from(list(Comparison))
_some_uuids = st.lists(st.sampled_from(UUIDS), min_size=2, max_size=6, unique=True)
_steps = st.none() | st.integers(0, 3)
_no_number = st.sampled_from((None, True, False, "a", "", [1], {}))


@st.composite
def _numbers(draw: st.DrawFn) -> st.SearchStrategy[int | float]:
    """A strategy for a few numbers that are close to each other."""
    cluster = draw(st.sampled_from(_CLUSTERS))
    few = draw(st.lists(st.sampled_from(cluster), min_size=2, max_size=4))
    return st.sampled_from(few)


def _as_stored(numbers: st.SearchStrategy[int | float]) -> st.SearchStrategy[Any]:
    return st.one_of(numbers, numbers, numbers.flatmap(spellings), _no_number, number_texts)


@st.composite
def ranges(draw: st.DrawFn, numbers: st.SearchStrategy[int | float]) -> Operation:
    """A range with an end or two."""
    ends = numbers.flatmap(spellings).filter(lambda text: text[-1] != "." and text[0] != ".")
    low, high = Literal(draw(ends)), Literal(draw(ends))
    return draw(st.sampled_from((Range(low, high), Range(low, None), Range(None, high))))


@st.composite
def orderings(draw: st.DrawFn, numbers: st.SearchStrategy[int | float]) -> Operation:
    """A comparison with a number, or with another key."""
    others = st.sampled_from(("inputs.other", "outputs.loss", "metrics.loss"))
    right = others if draw(st.integers(0, 4)) == 0 else numbers.flatmap(spellings)
    return Compare(draw(_comparisons), Literal(draw(right)))


@st.composite
def _number_operation(draw: st.DrawFn, numbers: st.SearchStrategy[int | float]) -> Operation:
    spelt = numbers.flatmap(spellings)
    match draw(st.integers(0, 9)):
        case 0:
            return IsNil()
        case 1:
            return OneOf((Literal(draw(spelt)), Literal(draw(spelt))))
        case 2:
            return draw(ranges(numbers))
        case 3 | 4:
            return Equals(Literal(draw(spelt)))
        case _:
            return draw(orderings(numbers))


@st.composite
def number_cases(draw: st.DrawFn, operation: _Operations = _number_operation) -> Case:
    """One key full of numbers, big and not, texts that spell them, and what is no number."""
    numbers = draw(_numbers())
    values = _as_stored(numbers)
    points = st.lists(st.builds(Point, numbers.map(float), _steps), max_size=3).map(tuple)
    section = draw(st.sampled_from(("inputs", "outputs", "metrics")))
    subject = FieldPath(section, ("loss",))
    runs = []
    for uuid in draw(_some_uuids):
        inputs = {key: draw(values) for key in ("loss", "other") if draw(st.integers(0, 4))}
        outputs = {"loss": draw(values)} if draw(st.integers(0, 2)) else {}
        history = {"loss": draw(points)} if section == "metrics" and draw(st.integers(0, 2)) else {}
        runs.append(Run(uuid, {}, inputs, outputs, history=history))
    condition = Condition(subject, draw(operation(numbers)), draw(st.integers(0, 2)) == 0)
    return condition, (SortTerm(subject, draw(st.booleans())),), tuple(runs)


@st.composite
def history_cases(draw: st.DrawFn) -> Case:
    """A function of a metric's points, some of them at the same step, or without one, or NaN."""
    numbers = draw(_numbers())
    value = st.one_of(numbers.map(float), st.sampled_from((0.0, 1.0, math.nan)))
    points = st.lists(st.builds(Point, value, _steps), max_size=4).map(tuple)
    function = draw(st.sampled_from((*HISTORY_FUNCTIONS, "at", "at")))
    subject = Call(function, FieldPath("metrics", ("loss",)), "2" if function == "at" else None)
    runs = [Run(uuid, history={"loss": draw(points)}) for uuid in draw(_some_uuids)]
    asked = draw(st.sampled_from((numbers, st.integers(0, 4))))
    condition = Condition(subject, draw(_number_operation(asked)), draw(st.integers(0, 2)) == 0)
    return condition, (SortTerm(subject, draw(st.booleans())),), tuple(runs)


_wild = st.text(alphabet="aAbBéÉ|\\pİıiIσςΣßẞkK\x01\x00\n", max_size=4)


@st.composite
def text_cases(draw: st.DrawFn) -> Case:
    """A column, a set or a key full of texts."""
    texts = st.sampled_from(draw(st.lists(st.sampled_from(TEXTS) | _wild, min_size=2, max_size=5)))
    name = draw(st.sampled_from(("name", "user", "tags", "inputs")))
    subject = FieldPath(name, ("k",) if name == "inputs" else ())
    runs = []
    for uuid in draw(_some_uuids):
        match name:
            case "tags":
                runs.append(Run(uuid, tags=tuple(draw(st.lists(texts, max_size=3)))))
            case "inputs":
                runs.append(Run(uuid, inputs={"k": draw(texts)}))
            case _:
                runs.append(Run(uuid, {name: draw(texts)}))
    operation = draw(_text_operation(texts, ordered=name == "inputs"))
    sort = () if name == "tags" else (SortTerm(subject, draw(st.booleans())),)
    return Condition(subject, operation, draw(st.integers(0, 3)) == 0), sort, tuple(runs)


@st.composite
def _text_operation(draw: st.DrawFn, texts: st.SearchStrategy[str], *, ordered: bool) -> Operation:
    sides = st.sampled_from(((True, True), (True, False), (False, True)))
    match draw(st.integers(0, 6)):
        case 0 | 1:
            return Equals(literal(draw(texts)))
        case 2:
            return Regex(draw(st.sampled_from([each for each in PATTERNS if each])), draw(st.booleans()))
        case 3 if ordered:
            return Compare(draw(_comparisons), Literal(draw(texts), True))
        case 4:
            return OneOf((literal(draw(texts), member=True), literal(draw(texts), member=True)))
        case 5:
            return Like(draw(st.sampled_from(LIKES)), *draw(sides))
        case _:
            cut = draw(texts)[draw(st.integers(0, 2)) :]
            cut = "".join(each for each in cut if each not in "|%,()\"'~<>=/" and not each.isspace())
            text = cut.swapcase() if draw(st.booleans()) else cut
            return Like(text, *draw(sides)) if text else Like("", True, True)


_PATHS = (
    ("a", "b"),
    ("a", "b", "c"),
    ("a[0]",),
    ("a[1]", "b"),
    ("a", "b[0]"),
    ("a[0][1]",),
    ("a", "0"),
    ("a",),
)
_JSON: tuple[Any, ...] = (
    [],
    {},
    [1],
    {"b": 1e16},
    [1e16],
    {"a": []},
    [math.nan],
    ["a"],
    [None],
    {"a": 1, "b": 2},
)
_NESTED_TEXTS = ("[]", "{}", "[1]", '{"b":1e16}', "[1e+16]", '{"a":[]}', "[NaN]", '["a"]', "[null]", "[1.0]")


@st.composite
def _nested_operation(draw: st.DrawFn, numbers: st.SearchStrategy[int | float], section: str) -> Operation:
    kind = draw(st.integers(0, 5))
    if section != "metrics" and kind == 0:
        return Equals(Literal(draw(st.sampled_from(_NESTED_TEXTS))))
    if section != "metrics" and kind == 1:
        return Equals(Literal(draw(st.sampled_from(("true", "false", "a")))))
    return draw(_number_operation(numbers))


@st.composite
def nested_cases(draw: st.DrawFn, operation: _Operations | None = None) -> Case:
    """Paths into nested values, beside flat keys of the same name."""
    numbers = draw(_numbers())
    section = draw(st.sampled_from(("inputs", "outputs", "metrics")))
    subject = FieldPath(section, draw(st.sampled_from(_PATHS)))
    asked = _nested_operation(numbers, section) if operation is None else operation(numbers)
    leaves = st.one_of(_as_stored(numbers), st.sampled_from(_JSON), st.sampled_from(("true", "false")))
    level = leaves
    for _ in range(2):
        level = st.one_of(
            leaves,
            st.lists(level, max_size=2),
            st.dictionaries(st.sampled_from(("a", "b", "c", "0")), level, max_size=3),
        )
    keys = st.lists(st.sampled_from(("a", "a", "a.b", "a.b.c", "a[0]", "a.b[0]")), max_size=3)
    points = st.lists(st.builds(Point, numbers.map(float), _steps), max_size=2).map(tuple)
    runs = []
    for uuid in draw(_some_uuids):
        values = {key: draw(level) for key in ["a", *draw(keys)]}
        history = {key: draw(points) for key in draw(st.lists(st.sampled_from(("a.b", "a")), max_size=1))}
        store = {"inputs" if section == "inputs" else "outputs": values}
        runs.append(Run(uuid, {}, **store, history=history))
    condition = Condition(subject, draw(asked), draw(st.integers(0, 3)) == 0)
    return condition, (SortTerm(subject, draw(st.booleans())),), tuple(runs)
