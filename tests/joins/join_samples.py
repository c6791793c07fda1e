"""Joins and runs to test with. They are made from numbers, so that many can be drawn cheaply."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

from hypothesis import strategies as st

from pql.joins import Join, JoinParam, MatchedArtifact, MatchedRun, PathEntry, Paths, parse_reference, placed
from pql.joins.source import Source

_VALUES = (None, None, True, False, 0, 7, -0.5, 1e-5, "", "adam", "1.0", [1, 2], {"key": 3})
_STORED_PATHS = (
    *("outputs/tb", "a", "../up", "/abs", "s3://bucket/x", "a/../../b", "", "./x", "a//b", None),
    *("outputs/tb", "b/c"),
)
_REFERENCES = (
    *(
        "inputs",
        "outputs",
        "artifacts",
        "globals",
        "artifacts.base",
        "artifacts.outputs",
        "artifacts.outputs",
    ),
    *("inputs.lr", "outputs.loss", "inputs.deep.key", "globals.uuid", "globals.name", "globals.condition"),
)
_SUB_PATHS = ("outputs", "sub/path/in/run", "a/./b", "x//y", "deep/er/", "{{ artifacts.base }}")
_LISTS, _ARTIFACTS = ("a", "b", "c"), ("x", "y")


def run_of(number: int) -> MatchedRun:
    """Run `number`, with at most one path a name."""
    random = Random(number)

    def section() -> dict[str, Any]:
        keys = random.sample(("lr", "loss", "deep.key", "deep"), random.randrange(4))
        return {key: random.choice(_VALUES) for key in keys}

    names = random.sample(("tb", "model", "data"), random.randrange(4))
    artifacts = tuple(
        MatchedArtifact(name, random.choice(_STORED_PATHS), random.random() < 0.5) for name in names
    )
    fields = {"name": random.choice((None, f"run {number}")), "status": "succeeded"}
    return MatchedRun(f"{number:032x}", section(), section(), artifacts, fields)


def join_of(number: int) -> Join:
    """Join `number`: its params a, b, c are lists, x and y are artifacts."""
    random = Random(number)
    names = random.sample((*_LISTS, *_ARTIFACTS), random.randrange(6))
    params = tuple(
        JoinParam(name, _paths(random) if name in _ARTIFACTS else parse_reference(random.choice(_REFERENCES)))
        for name in names
    )
    return Join(placed("status:_any_"), params=params, source=Source("op.yaml", ""))


def _paths(random: Random) -> Paths:
    def entries(texts: Sequence[str]) -> tuple[PathEntry, ...]:
        return tuple(map(entry_of, random.sample(texts, random.randrange(1, 3))))

    files = entries(_SUB_PATHS[:-1]) if random.random() < 0.7 else None
    return Paths(files, entries(_SUB_PATHS) if files is None or random.random() < 0.7 else None)


MATCHES = st.lists(st.integers(0, 5000), max_size=6, unique=True).map(lambda found: [*map(run_of, found)])
JOINS = st.integers(0, 2**32).map(join_of)
ROUNDS = st.lists(st.tuples(JOINS, MATCHES), max_size=3)


def entry_of(text: str) -> PathEntry:
    """A sub-path, or a reference in braces."""
    return PathEntry(parse_reference(text) if "{{" in text else text)


def join(**params: Any) -> Join:
    """A join by its params: texts are references, mappings have `files` and `dirs`."""
    made = tuple(JoinParam(name, value_of(each)) for name, each in params.items())
    return Join(placed("status:_any_"), params=made)


def value_of(value: Any) -> Any:
    """A param's value from plain data."""
    if isinstance(value, str):
        return parse_reference(value)
    files, dirs = (
        None if value.get(name) is None else tuple(map(entry_of, value[name])) for name in ("files", "dirs")
    )
    return Paths(files, dirs)
