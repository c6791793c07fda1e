"""History points: the SQL answers as the reference does, over drawn histories."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from law_tables import Index
from plan_queries import CLOCK

from pql.binder.binder import bind
from pql.catalog.fields import Entity
from pql.reference.model import Point, Run
from pql.reference.search import search_points
from pql.syntax.parser import parse_query, parse_sort

_DAY = datetime(2026, 11, 22)  # noqa: DTZ001 - naive UTC
_TIMES = (None, _DAY, _DAY - timedelta(microseconds=1), _DAY + timedelta(hours=25))
_VALUES = (0.0, -0.0, 0.5, 1.0, -1.0, 1e300, math.nan, math.inf, -math.inf)
_POINTS = st.builds(
    Point, st.sampled_from(_VALUES), st.sampled_from((None, 0, 1, 2, 100, -1)), st.sampled_from(_TIMES)
)
_HISTORIES = st.dictionaries(
    st.sampled_from(("loss", "Loss", "val loss", "é")), st.lists(_POINTS, max_size=4)
)
_OPERATIONS = {
    "key": ("loss", "~loss", "loss|é", "%loss%", "/^L/", "nil"),
    "step": ("0", "~1", ">0", "<=1", "~>=1", "0..2", "nil", "~nil", "1|100"),
    "value": ("0", "0.5", "nan", "~nan", ">0", "<=0.5", "~<0.5", "inf", "..0", "nil", "0|nan", ">-inf"),
    "time": ("nil", "~nil", "2026-11-22", "<2026-11-22", ">=2026-11-22", "2026-11-21..", "~2026-11-22"),
    "run.name": ("a", "~a", "nil"),
    "run.min(metrics.loss)": (),
    "run.metrics.loss": (">0", "nil", "nan", "<=0.5"),
    "run": ("0" * 32, "~" + "0" * 32),
}
_CONDITIONS = [f"{field}:{each}" for field, operations in _OPERATIONS.items() for each in operations]
_QUERIES = st.lists(st.sampled_from(_CONDITIONS), min_size=1, max_size=3).flatmap(
    lambda items: st.sampled_from((", ".join(items), " OR ".join(items), f"NOT ({', '.join(items)})"))
)
_KEYS = ("key", "-key", "step", "-step", "value", "-value", "time", "-time", "run.name", "-run.metrics.loss")
_SORTS = st.lists(st.sampled_from(_KEYS), max_size=2, unique=True).map(", ".join)
_NAMES = st.sampled_from(({}, {"name": "a"}, {"name": "b"}))


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(_NAMES, _HISTORIES), max_size=3),
    _QUERIES,
    _SORTS,
    st.none() | st.integers(1, 4),
    st.integers(0, 2),
)
def test_the_points_are_the_same_in_the_same_order(histories, query, sort, limit, offset):
    runs = [
        Run(f"{place:032x}", scalars=names, history={key: tuple(points) for key, points in each.items()})
        for place, (names, each) in enumerate(histories)
    ]
    bound = bind(
        parse_query(query), parse_sort(sort), clock=CLOCK, limit=limit, offset=offset, entity=Entity.POINT
    )
    expected = [
        (each.run.uuid, each.key, each.point.step, repr(each.point.value))
        for each in search_points(bound, runs)
    ]
    found = [(uuid, key, step, repr(value)) for uuid, key, step, value in Index(runs, "none").rows(bound)]
    assert found == expected
