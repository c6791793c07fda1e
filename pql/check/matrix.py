"""The matrix of an operation: which params it varies, over which values."""

from __future__ import annotations

import math
from dataclasses import dataclass

from pql.catalog.numbers import spelt_number
from pql.joins.document import Mapping, Node, Scalar, Sequence
from pql.joins.source import Source

__all__ = ["KINDS", "SPACES", "Matrix", "MatrixParam", "numbers_of", "read_matrix", "size_of"]

KINDS = frozenset(("random", "grid", "mapping", "iterative", "bayes", "hyperband", "hyperopt"))
"""Kinds of matrix; a mapping called `matrix` of another kind is none of an operation."""

SPACES: dict[str, tuple[str, ...]] = {
    "range": ("start", "stop", "step"),
    "linspace": ("start", "stop", "num"),
    "logspace": ("start", "stop", "num"),
    "geomspace": ("start", "stop", "num"),
}
"""Kinds of params that are three numbers, and the names of these; `logspace` may have a `base` too."""


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
    """The matrix that a section holds; None if it is none of an operation."""
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


def numbers_of(param: MatrixParam) -> tuple[float, ...] | str:
    """The numbers of a space (`start`, `stop`, and `step` or `num`), or what is wrong with its form."""
    names = SPACES[param.kind]
    form = f"`{':'.join(names)}`, a list or a mapping of these"
    texts = _parts(param.value, names)
    most = len(names) + (param.kind == "logspace")
    if texts is None or not len(names) <= len(texts) <= most:
        return f"takes {form}"
    numbers = [spelt_number(text) for text in texts]
    if any(number is None or not math.isfinite(number) for number in numbers):
        wrong = next(
            text
            for text, number in zip(texts, numbers, strict=True)
            if number is None or not math.isfinite(number)
        )
        return f"takes numbers, and `{wrong[:40]}` is none"
    start, stop, third = (float(number) for number in numbers[:3] if number is not None)
    if param.kind == "range":
        if third == 0:
            return "has the step 0"
        if (stop - start) / third <= 0:
            return "is empty: its step leads away from its end"
    elif third != int(third) or third < 1:
        return f"takes a whole number of values of at least 1, not {third:g}"
    if param.kind == "geomspace" and start * stop <= 0:
        return "takes ends of the same sign and not 0"
    return (start, stop, third)


def _parts(node: Node | None, names: tuple[str, ...]) -> list[str] | None:
    match node:
        case Scalar():
            return [part.strip() for part in node.text.split(":")]
        case Sequence(items):
            return [item.text for item in items if isinstance(item, Scalar)]
        case Mapping(entries):
            own = {key.text: value for key, value in entries}
            if not set(names) <= set(own) <= {*names, "base"}:
                return None
            found = [own[name] for name in (*names, "base") if name in own]
            return [each.text for each in found if isinstance(each, Scalar)]
        case _:
            return None


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
    start, stop, third = numbers
    return math.ceil((stop - start) / third - 1e-9) if param.kind == "range" else int(third)
