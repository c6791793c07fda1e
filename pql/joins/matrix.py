"""The matrix of an operation as the file has it: which params it varies, over which values."""

from __future__ import annotations

import math
from dataclasses import dataclass

from pql.catalog.numbers import spelt_number
from pql.joins.document import Mapping, Node, Scalar, Sequence
from pql.joins.source import Source

__all__ = [
    "DATES",
    "DISTRIBUTIONS",
    "KINDS",
    "MOST_VALUES",
    "PARAM_KINDS",
    "SPACES",
    "Matrix",
    "MatrixParam",
    "has_template",
    "missing_probability",
    "numbers_of",
    "probabilities_of",
    "range_size",
    "read_matrix",
    "size_of",
    "wrong_form",
]

KINDS = frozenset(("random", "grid", "mapping", "iterative", "bayes", "hyperband", "hyperopt", "tpe"))
"""Kinds of matrix; a mapping called `matrix` of another kind is none of an operation."""

SPACES: dict[str, tuple[str, ...]] = {
    "range": ("start", "stop", "step"),
    "linspace": ("start", "stop", "num"),
    "logspace": ("start", "stop", "num"),
    "geomspace": ("start", "stop", "num"),
}
"""Kinds of params that are three numbers, and the names of these; `logspace` may have a `base` too."""

DISTRIBUTIONS: dict[str, tuple[str, ...]] = {
    "uniform": ("low", "high"),
    "quniform": ("low", "high", "q"),
    "loguniform": ("low", "high"),
    "qloguniform": ("low", "high", "q"),
    "normal": ("loc", "scale"),
    "qnormal": ("loc", "scale", "q"),
    "lognormal": ("loc", "scale"),
    "qlognormal": ("loc", "scale", "q"),
}
"""Kinds of params that are drawn from a distribution, and the names of its numbers."""

DATES = ("daterange", "datetimerange")
"""Kinds of params that are dates from a start to a stop; the step is in days or in seconds."""

PARAM_KINDS = ("choice", "pchoice", *SPACES, *DATES, *DISTRIBUTIONS)
"""Every kind of a varied param."""

MOST_VALUES = 100_000
"""Values that one param may take."""

_SUM_TOLERANCE = 1e-6

_RATIO_NOISE = 1e-9
"""How far the division of two decimals may be off: 0.1 fits 10 times into 1."""

_LARGEST_EXPONENT = 700.0
"""Of e, within the range of doubles."""

_FAR = 9.0
"""Standard deviations that a draw never exceeds."""


@dataclass(frozen=True, slots=True)
class MatrixParam:
    """One varied param. `value` is None where the file gives none."""

    name: Scalar
    kind: str
    value: Node | None


@dataclass(frozen=True, slots=True)
class Matrix:
    """One matrix. `num_runs` is its `numRuns`, if the file gives a plain value."""

    source: Source
    kind: str
    params: tuple[MatrixParam, ...]
    num_runs: Scalar | None


def read_matrix(node: Node | None, source: Source) -> Matrix | None:
    """The matrix that a section holds; None if it is none of an operation. What has another shape in it is
    passed over."""
    if not isinstance(node, Mapping):
        return None
    kind = node.get("kind")
    if not isinstance(kind, Scalar) or kind.value not in KINDS:
        return None
    runs, params = node.get("numRuns", "num_runs"), node.get("params")
    found: list[MatrixParam] = []
    for key, value in params.entries if isinstance(params, Mapping) else ():
        own = value.get("kind") if isinstance(value, Mapping) else None
        if isinstance(value, Mapping) and isinstance(own, Scalar):
            found.append(MatrixParam(key, own.text, value.get("value")))
    return Matrix(source, kind.text, tuple(found), runs if isinstance(runs, Scalar) else None)


def has_template(node: Node | None) -> bool:
    """Whether a value is known only when its templates are."""
    match node:
        case Scalar():
            return "{{" in node.text
        case Sequence(items):
            return any(has_template(item) for item in items)
        case Mapping(entries):
            return any(has_template(value) for _, value in entries)
        case _:
            return False


def wrong_form(param: MatrixParam) -> str:
    """What is wrong with the value of a param, to be said after its kind; empty if nothing is."""
    if param.kind in SPACES or param.kind in DISTRIBUTIONS:
        numbers = numbers_of(param)
        return numbers if isinstance(numbers, str) else ""
    if param.kind not in ("choice", "pchoice"):
        return ""
    if not isinstance(param.value, Sequence) or not param.value.items:
        return "takes a list of values" if param.kind == "choice" else "takes a list of pairs"
    if len(param.value.items) > MOST_VALUES:
        return f"takes at most {MOST_VALUES:,} values"
    if param.kind == "pchoice" and not all(
        isinstance(item, Sequence) and len(item.items) == 2 for item in param.value.items
    ):
        return "takes pairs of a value and its probability"
    if param.kind == "pchoice":
        shares = probabilities_of(param)
        if shares is None:
            return "takes probabilities that are numbers between 0 and 1"
        if math.fsum(shares) > 1 + _SUM_TOLERANCE:
            return f"takes probabilities that sum to 1, not to {math.fsum(shares):.9g}"
    return ""


def probabilities_of(param: MatrixParam) -> tuple[float, ...] | None:
    """The probabilities of a `pchoice` as they are given; None if they are not all numbers from 0 to 1."""
    items = param.value.items if isinstance(param.value, Sequence) else ()
    pairs = [item.items for item in items if isinstance(item, Sequence) and len(item.items) == 2]
    numbers = tuple(_number(given.text) if isinstance(given, Scalar) else math.nan for _, given in pairs)
    usable = len(pairs) == len(items) and all(0 <= number <= 1 for number in numbers)
    return numbers if usable else None


def missing_probability(param: MatrixParam) -> float:
    """How much of 1 the probabilities of a `pchoice` leave over; 0 where they are of a wrong form."""
    shares = probabilities_of(param)
    rest = 0.0 if not shares else 1 - math.fsum(shares)
    return rest if rest > _SUM_TOLERANCE else 0.0


def numbers_of(param: MatrixParam) -> tuple[float, ...] | str:
    """The numbers of a space or distribution in the order of their names (and the base of a `logspace`, if
    given), or what is wrong with its form."""
    names = SPACES.get(param.kind) or DISTRIBUTIONS[param.kind]
    form = f"`{':'.join(names)}`, a list or a mapping of these"
    texts = _parts(param.value, names)
    most = len(names) + (param.kind == "logspace")
    if texts is None or not len(names) <= len(texts) <= most:
        return f"takes {form}"
    numbers = tuple(_number(text) for text in texts)
    for text, number in zip(texts, numbers, strict=True):
        if not math.isfinite(number):
            return f"takes numbers, and `{text[:40]}` is none"
    check = _wrong_space if param.kind in SPACES else _wrong_distribution
    return check(param.kind, numbers) or numbers


def _number(text: str) -> float:
    number = spelt_number(text)
    return math.nan if number is None else float(number)


def _wrong_space(kind: str, numbers: tuple[float, ...]) -> str:
    start, stop, third, *base = numbers
    if kind == "range":
        if third == 0:
            return "has the step 0"
        if (stop - start) / third <= 0:
            return "is empty: its step leads away from its end"
        count = (stop - start) / third
    else:
        if third != int(third) or third < 1:
            return f"takes a whole number of values of at least 1, not {third:g}"
        count = third
    if count > MOST_VALUES:
        return f"has {count:,.0f} values, more than {MOST_VALUES:,}"
    if kind == "geomspace" and not (start > 0 < stop or start < 0 > stop):
        return "takes ends of the same sign and not 0"
    if base and base[0] <= 0:
        return "takes a base above 0"
    log_base = math.log(base[0] if base else 10)
    if kind == "logspace" and max(start * log_base, stop * log_base) > _LARGEST_EXPONENT:
        return "takes exponents of its base, and these are too large"
    if kind == "linspace" and not math.isfinite(stop - start):
        return "takes ends that are closer to each other"
    return ""


def _wrong_distribution(kind: str, numbers: tuple[float, ...]) -> str:
    first, second, *q = numbers
    highest = second if kind.endswith("uniform") else first + _FAR * second
    if "log" in kind and highest > _LARGEST_EXPONENT:
        return "takes natural logarithms of the values, and these are too large"
    lowest = first if kind.endswith("uniform") else first - _FAR * second
    if not math.isfinite(highest - lowest):
        return "takes numbers that are closer to each other"
    if kind.endswith("normal"):
        if second < 0:
            return "takes a `scale` of at least 0"
    elif first > second:
        return "takes a `low` that is not above its `high`"
    if q and q[0] <= 0:
        return "takes a `q` above 0"
    largest = math.exp(highest) if "log" in kind else max(abs(lowest), abs(highest))
    return "takes a larger `q`" if q and not math.isfinite(largest / q[0]) else ""


def _parts(node: Node | None, names: tuple[str, ...]) -> list[str] | None:
    found: list[Node]
    match node:
        case Scalar():
            return [part.strip() for part in node.text.split(":")]
        case Sequence(items):
            found = list(items)
        case Mapping(entries):
            own = {key.text: value for key, value in entries}
            if not set(names) <= set(own) <= {*names, "base"}:
                return None
            found = [own[name] for name in (*names, "base") if name in own]
        case _:
            return None
    texts = [each.text for each in found if isinstance(each, Scalar)]
    return texts if len(texts) == len(found) else None


def size_of(param: MatrixParam) -> int | None:
    """How many values a param takes; None where they are endless or not known."""
    if param.value is None or has_template(param.value):
        return None
    if param.kind in ("choice", "pchoice"):
        return len(param.value.items) if isinstance(param.value, Sequence) else None
    if param.kind not in SPACES:
        return None
    numbers = numbers_of(param)
    if isinstance(numbers, str):
        return None
    start, stop, third = numbers[:3]
    return range_size(start, stop, third) if param.kind == "range" else int(third)


def range_size(start: float, stop: float, step: float) -> int:
    """How many values a range has that leads to its end: at least one, and the end is none of them."""
    return max(1, math.ceil((stop - start) / step - _RATIO_NOISE))
