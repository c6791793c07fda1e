"""What is called independent at a glance is so for the analysis, too."""

from __future__ import annotations

from check_cases import CLOCK
from hypothesis import event, given
from hypothesis import strategies as st

from pql.binder.binder import bind
from pql.check.independent import independent
from pql.diagnostics.diagnostic import PqlError
from pql.plan.analysis import analyze
from pql.syntax.parser import parse_query

FIELDS = (
    *("metrics.a", "metrics.b", "outputs.a", "inputs.a", "min(metrics.a)", "name", "status", "uuid", "kind"),
    *("live_state", "created_at", "duration", "tags", "is_managed", "memory", "upstream", "artifacts.kind"),
)
VALUES = (
    *(
        "1",
        "<1",
        ">=1",
        "0.1..0.5",
        "0.5..0.1",
        "nan",
        "<-inf",
        "inf",
        "nil",
        "~nil",
        "~1",
        "a",
        "a|b",
        "%a%",
    ),
    *("%a%", "%%", "%", "true", ">2026-01-01", "2026", "..2026", "~%a%", "/a/", "<metrics.b", "1Gi", "x..y"),
    '""',
)
CONDITIONS = st.builds("{}:{}".format, st.sampled_from(FIELDS), st.sampled_from(VALUES))
QUERIES = st.recursive(
    CONDITIONS,
    lambda inner: st.one_of(
        st.builds("({}, {})".format, inner, inner),
        st.builds("({} OR {})".format, inner, inner),
        st.builds("NOT ({})".format, inner),
    ),
    max_leaves=4,
)


@given(QUERIES)
def test_the_analysis_finds_nothing_in_independent_conditions(query: str) -> None:
    try:
        condition = bind(parse_query(query), clock=CLOCK, text=query).condition
    except PqlError:
        return
    if condition is not None and independent(condition):
        event("independent")
        assert analyze(condition) == ()


def test_plain_queries_are_seen_as_independent() -> None:
    for query, expected in (
        ("metrics.a:<1, name:b%, created_at:>-7d, inputs.lr:0.1..0.2", True),
        ("status:failed OR NOT (name:b)", True),
        ("metrics.a:<1, metrics.a:>5", False),
        ("inputs.lr:0.5..0.1", False),
        ("artifacts.kind:a", False),
    ):
        condition = bind(parse_query(query), clock=CLOCK, text=query).condition
        assert condition is not None
        assert independent(condition) is expected, query
