"""What a user writes never becomes a part of a statement's text."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st
from law_pools import CLOCK, share
from law_queries import queries, sorts
from law_runs import needs_of, runs
from law_tables import PROMOTIONS, Index

from pql.binder.binder import bind
from pql.catalog.layout import Layout
from pql.plan.scope import plan_query
from pql.sql.lower import lower
from pql.syntax.ast import Condition, Equals, FieldPath, Literal, Node, OneOf, SortTerm

_HOSTILE = "'; DROP TABLE runs; --\" $1 zzqx"
_hostile = Literal(_HOSTILE, True)
_fields = st.sampled_from(
    (
        *(
            FieldPath("name"),
            FieldPath("tags"),
            FieldPath("uuid"),
            FieldPath("artifacts", ("name",)),
            FieldPath("upstream"),
        ),
        *(FieldPath("inputs", (_HOSTILE,), (True,)), FieldPath("inputs", ("a", _HOSTILE), (False, True))),
        *(
            FieldPath("pipeline", ("inputs", _HOSTILE), (False, True)),
            FieldPath("upstream", ("name",), (), True),
        ),
    )
)
_operations = st.sampled_from((Equals(_hostile), OneOf((_hostile, Literal("a")))))
_conditions = st.builds(Condition, _fields, _operations, st.booleans())


@share(0.5)
@given(data=st.data(), node=_conditions, promotion=st.sampled_from(PROMOTIONS))
def test_texts_and_keys_are_parameters(data: st.DataObject, node: Condition, promotion: str) -> None:
    key = SortTerm(FieldPath("inputs", (_HOSTILE,), (True,)))
    query = bind(node, (key,), clock=CLOCK)
    some = data.draw(runs(needs_of(query)))
    index = Index(some, promotion)
    assert "zzqx" not in lower(plan_query(query), index.layout).sql
    assert set(index.uuids(query)) <= {run.uuid for run in some}


@share(0.3)
@given(data=st.data(), node=queries(), sort=sorts())
def test_places_and_parameters_go_together(
    data: st.DataObject, node: Node, sort: tuple[SortTerm, ...]
) -> None:
    query = bind(node, sort, clock=CLOCK, limit=3, offset=1)
    index = Index(data.draw(runs(needs_of(query))), "auto")
    statement = lower(plan_query(query), index.layout)
    places = {int(each) for each in re.findall(r"\$(\d+)", statement.sql)}
    assert places == set(range(1, len(statement.parameters) + 1))


@share(0.2)
@given(node=queries())
def test_the_same_query_gives_the_same_statement(node: Node) -> None:
    query = bind(node, clock=CLOCK)
    one, two = (lower(plan_query(query), Layout()) for _ in range(2))
    assert repr(one) == repr(two)
