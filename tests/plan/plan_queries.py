"""Random queries and runs that meet often: few fields, few constants, every connective."""

from __future__ import annotations

import math
from datetime import UTC, datetime

from hypothesis import strategies as st

from pql.binder.binder import Clock, bind
from pql.binder.bound import BoundQuery
from pql.reference.model import Artifact, Connection, Point, Run
from pql.syntax.parser import parse_query

CLOCK = Clock(datetime(2026, 11, 22, tzinfo=UTC))
NUMBERS = (0, 0.5, 1)
_NUMBER_OPERATIONS = tuple(
    operation
    for number in NUMBERS
    for operation in (f"<{number}", f"<={number}", f">{number}", f">={number}", str(number))
)
NUMBER_OPERATIONS = (
    *_NUMBER_OPERATIONS,
    *("0|1", "nan", "0..0.5", "0.5..", "..0.5", "nil", ">inf", "<inf", "1..0"),
)
_JSON_OPERATIONS = (
    *("0", "0.5", ">0", "<=0.5", '"0"', "a", "a|0", "<a", ">=b", "%a%", "true", "nil", "[0]", '"true"'),
)
_TEXT_OPERATIONS = ("a", "b", "a|b", "ab", "%a%", "a%", "%b", "/^a/", "nil", '"a b"')
_DATE_OPERATIONS = ("2026-11-22", "2026-11", ">2026-11-22", "<=2026-11-22", "2026-11-20..2026-11-22", "nil")
_FIELDS = {
    "metrics.m": NUMBER_OPERATIONS,
    "min(metrics.m)": NUMBER_OPERATIONS,
    "inputs": ("nil",),
    "metrics": ("nil",),
    "inputs.x": _JSON_OPERATIONS,
    "duration": NUMBER_OPERATIONS,
    "name": _TEXT_OPERATIONS,
    "tags": _TEXT_OPERATIONS,
    "is_managed": ("true", "false", "nil"),
    "created_at": _DATE_OPERATIONS,
    "artifacts.kind": _TEXT_OPERATIONS,
    "artifacts.name": _TEXT_OPERATIONS,
    "artifacts": ("nil",),
    "upstream.metrics.m": NUMBER_OPERATIONS,
    "upstream": ("nil",),
    "metrics.k": ("<metrics.m", ">=metrics.m", ">0", "nil"),
}
_ELEMENT_FIELDS = {"kind": _TEXT_OPERATIONS, "name": _TEXT_OPERATIONS}


def _conditions(fields: dict[str, tuple[str, ...]]) -> st.SearchStrategy[str]:
    def operations(field: str) -> st.SearchStrategy[str]:
        sign = st.sampled_from(("", "", "~"))
        return st.builds(lambda tilde, value: f"{field}:{tilde}{value}", sign, st.sampled_from(fields[field]))

    return st.sampled_from(sorted(fields)).flatmap(operations)


def _combined(leaves: st.SearchStrategy[str], most: int) -> st.SearchStrategy[str]:
    def grow(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        several = st.lists(inner, min_size=2, max_size=4)
        return st.one_of(
            several.map(lambda items: f"({', '.join(items)})"),
            several.map(lambda items: f"({' OR '.join(items)})"),
            inner.map(lambda item: f"NOT ({item})"),
        )

    return st.recursive(leaves, grow, max_leaves=most)


def queries(*names: str, most: int = 6, groups: bool = False) -> st.SearchStrategy[str]:
    """Queries on those fields (none: on all of them), with element groups if asked for."""
    fields = {name: _FIELDS[name] for name in names} or _FIELDS
    leaves = _conditions(fields)
    if groups:
        inside = _combined(_conditions(_ELEMENT_FIELDS), 3).map(lambda inner: f"artifacts({inner})")
        leaves = st.one_of(leaves, leaves, inside)
    return _combined(leaves, most)


def bound(query: str) -> BoundQuery:
    """The bound query."""
    return bind(parse_query(query), clock=CLOCK, text=query)


CELL_NUMBERS = (None, math.nan, -math.inf, -1, 0, 0.25, 0.5, 0.75, 1, 2, math.inf)
"""A number of every kind that `NUMBERS` can tell apart."""

_JSONS = (*CELL_NUMBERS, "0", "0.5", "a", "aa", "b", "c", "", "true", True, False, [0], {"a": 1}, "1e0")
_TEXTS = ("a", "b", "ab", "ba", "A", "", "c", "a b")
_TIMES = tuple(datetime(2026, 11, day, hour) for day in (19, 20, 21, 22, 23) for hour in (0, 5))  # noqa: DTZ001


def _optional(values: tuple[object, ...], name: str) -> st.SearchStrategy[dict[str, object]]:
    return st.one_of(st.just({}), st.sampled_from(values).map(lambda value: {name: value}))


_ARTIFACTS = st.builds(Artifact, st.sampled_from(_TEXTS), st.sampled_from(_TEXTS))


@st.composite
def datasets(draw: st.DrawFn) -> list[Run]:
    """Some runs, related to each other and to runs that are not there."""
    size = draw(st.integers(1, 6))
    uuids = [f"{number:032x}" for number in range(size + 1)]
    runs = []
    for uuid in uuids[:size]:
        scalars = {
            **draw(_optional(_TEXTS, "name")),
            **draw(_optional(CELL_NUMBERS[3:], "duration")),
            **draw(_optional((True, False), "is_managed")),
            **draw(_optional(_TIMES, "created_at")),
        }
        outputs = {**draw(_optional(_JSONS, "m")), **draw(_optional(_JSONS, "k"))}
        values = draw(st.lists(st.sampled_from((0.0, 0.5, 1.0, math.nan)), max_size=2))
        runs.append(
            Run(
                uuid,
                scalars=scalars,
                inputs=draw(_optional(_JSONS, "x")),
                outputs=outputs,
                tags=tuple(draw(st.lists(st.sampled_from(_TEXTS), max_size=2))),
                artifacts=tuple(draw(st.lists(_ARTIFACTS, max_size=2))),
                connections=(Connection("c"),) if draw(st.booleans()) else (),
                upstream=tuple(draw(st.lists(st.sampled_from(uuids), max_size=2, unique=True))),
                history={"m": tuple(Point(each, step) for step, each in enumerate(values))},
            )
        )
    return runs
