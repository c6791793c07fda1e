"""What literals mean on each family of fields."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from pql.binder.binder import Clock, bind
from pql.binder.bound import (
    AllOf,
    AnyOf,
    BoundAnd,
    BoundCondition,
    FieldTest,
    FlagTest,
    HistoryValue,
    IsEmpty,
    IsNil,
    JsonEquals,
    KeyValue,
    NumberTest,
    Operator,
    Step,
    Test,
    TextEquals,
    TextLike,
    TextMatches,
    TextOrder,
    TimeInside,
    TimeTest,
)
from pql.catalog.fields import Relation, Section
from pql.syntax.parser import parse_query

NOW = datetime(2024, 7, 1, 12, tzinfo=UTC)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def condition(query: str, clock: Clock | None = None) -> BoundCondition:
    bound = bind(parse_query(query), clock=clock or Clock(NOW), text=query).condition
    assert isinstance(bound, BoundCondition)
    return bound


EQ, LT, GE, GT = Operator.EQ, Operator.LT, Operator.GE, Operator.GT

TESTS: list[tuple[str, Test]] = [
    ("inputs.a:1", NumberTest(EQ, 1)),
    ("inputs.a:1.0", NumberTest(EQ, 1.0)),
    ("inputs.a:.5", NumberTest(EQ, 0.5)),
    ("inputs.a:1_000", NumberTest(EQ, 1000)),
    ("inputs.a:9007199254740993", NumberTest(EQ, 2**53 + 1)),
    ("inputs.a:9223372036854775808", NumberTest(EQ, float(2**63))),
    ("inputs.a:inf", NumberTest(EQ, float("inf"))),
    ("inputs.a:0x10", TextEquals("0x10")),
    ('inputs.a:"1.0"', TextEquals("1.0")),
    ("inputs.a:true", FlagTest(True)),
    ("inputs.a:True", TextEquals("True")),
    ('inputs.a:"true"', TextEquals("true")),
    ("inputs.a:[1, 2]".replace(", ", " "), TextEquals("[1 2]")),
    ("inputs.a:[1]", JsonEquals("[1]")),
    ('inputs.a:{ "b" : 1 }', JsonEquals('{"b":1}')),
    (r'inputs.a:["\ud800"]', JsonEquals('["\ufffd"]')),
    (r'inputs.a:["\ud83d\ude00"]', JsonEquals('["\U0001f600"]')),
    ("inputs.a:<abc", TextOrder(LT, "abc")),
    ('inputs.a:<"1"', TextOrder(LT, "1")),
    ('inputs.a:<"inputs.b"', TextOrder(LT, "inputs.b")),
    ('metrics.a:" 1 "', NumberTest(EQ, 1)),
    ("inputs.a:1|b|true", AnyOf((NumberTest(EQ, 1), TextEquals("b"), FlagTest(True)))),
    ("inputs.a:nil", IsNil()),
    ("inputs.a:nil|1", AnyOf((TextEquals("nil"), NumberTest(EQ, 1)))),
    ("inputs.a:0.1..0.4", AllOf((NumberTest(GE, 0.1), NumberTest(Operator.LE, 0.4)))),
    ("inputs.a:0.1..", NumberTest(GE, 0.1)),
    ("name:4.20", TextEquals("4.20")),
    ("name:true", TextEquals("true")),
    ("name:null", TextEquals("null")),
    ("name:%a%", TextLike("a", True, True)),
    ("name:a%", TextLike("a", False, True)),
    ("name:/^a/i", TextMatches("^a", True)),
    ("uuid:0000ABCD-0000-0000-0000-000000000000", TextEquals("0000abcd000000000000000000000000")),
    ("uuid:0000-AB%", TextLike("0000AB", False, True)),
    ("duration:90", NumberTest(EQ, 90)),
    ("duration:>1h30m", NumberTest(GT, 5400.0)),
    ("wait_time:1.5m", NumberTest(EQ, 90.0)),
    ("cpu:500m", NumberTest(EQ, 0.5)),
    ("cpu:500M", NumberTest(EQ, 0.5)),
    ("memory:128Mi", NumberTest(EQ, 128.0 * 2**20)),
    ("memory:1GB", NumberTest(EQ, 1e9)),
    ("memory:129e6", NumberTest(EQ, 129e6)),
    ("is_managed:YES", FlagTest(True)),
    ("is_managed:0", FlagTest(False)),
    ("meta_flags.has_model:off", FlagTest(False)),
    ("artifacts:nil", IsEmpty()),
    ("tags:nil", IsNil()),
    ("metrics.a:<metrics.b", FieldTest(LT, KeyValue(Section.OUTPUTS, ("b",), (), True))),
    ("metrics.a:inputs.b.c", FieldTest(EQ, KeyValue(Section.INPUTS, ("b", "c")))),
    ("inputs.a:inputs.b", TextEquals("inputs.b")),
]


@pytest.mark.parametrize(("query", "test"), TESTS)
def test_a_literal(query: str, test: Test) -> None:
    bound = condition(query)
    assert bound.test == test
    assert not bound.negated


DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("literal", "start", "end"),
    [
        ("2024", "2024-01-01", "2025-01-01"),
        ("2024-02", "2024-02-01", "2024-03-01"),
        ("2024-12", "2024-12-01", "2025-01-01"),
        ("2024-6-5", "2024-06-05", "2024-06-06"),
        ("2024-06-05 7", "2024-06-05T07:00", "2024-06-05T08:00"),
        ("2024-06-05T07:30", "2024-06-05T07:30", "2024-06-05T07:31"),
        ("2024-06-05T07:30:15", "2024-06-05T07:30:15", "2024-06-05T07:30:16"),
        ("2024-06-05T07:30:15.5", "2024-06-05T07:30:15.500000", "2024-06-05T07:30:15.600000"),
        ("2024-06-05T07:30Z", "2024-06-05T07:30", "2024-06-05T07:31"),
        ("2024-06-05T07:30+02:00", "2024-06-05T05:30", "2024-06-05T05:31"),
        ("today", "2024-07-01", "2024-07-02"),
        ("yesterday", "2024-06-30", "2024-07-01"),
        ("tomorrow", "2024-07-02", "2024-07-03"),
        ("2024-W24-6", "2024-06-15", "2024-06-16"),
        ("2024-W24", "2024-06-10", "2024-06-17"),
        ("2024W24", "2024-06-10", "2024-06-17"),
        ("2024W246", "2024-06-15", "2024-06-16"),
        ("9999-W52", "9999-12-27", "9999-12-31T23:59:59.999999"),
        ("20240615T1030", "2024-06-15T10:30", "2024-06-15T10:31"),
        ("now", "2024-07-01T12:00", "2024-07-01T12:00:00.000001"),
        ("-7d", "2024-06-24T12:00", "2024-06-24T12:00:00.000001"),
        ("last_7_days", "2024-06-24T12:00", "9999-12-31T23:59:59.999999"),
        ("last_month", "2024-06-01T12:00", "9999-12-31T23:59:59.999999"),
        ("9999-12-31", "9999-12-31", "9999-12-31T23:59:59.999999"),
        ("9999-12-31 23:59:59", "9999-12-31T23:59:59", "9999-12-31T23:59:59.999999"),
    ],
)
def test_a_date_is_an_interval_and_compares_by_its_start(literal: str, start: str, end: str) -> None:
    assert condition(f"created_at:{literal}").test == TimeInside(at(start), at(end))
    assert condition(f"created_at:<{literal}").test == TimeTest(LT, at(start))
    assert condition(f"created_at:{literal}..2030").test == TimeInside(
        at(start), at("2030-01-01"), closed=True
    )


def test_a_date_without_an_offset_is_of_the_zone() -> None:
    berlin = Clock(NOW, ZoneInfo("Europe/Berlin"))
    assert condition("created_at:2024-06-15", berlin).test == TimeInside(
        at("2024-06-14T22:00"), at("2024-06-15T22:00")
    )
    # The day on which the clocks go forward has 23 hours.
    assert condition("created_at:2024-03-31", berlin).test == TimeInside(
        at("2024-03-30T23:00"), at("2024-03-31T22:00")
    )
    late = Clock(datetime(2024, 7, 1, 23, tzinfo=UTC), timezone(timedelta(hours=2)))
    assert condition("created_at:today", late).test == TimeInside(
        at("2024-07-01T22:00"), at("2024-07-02T22:00")
    )


@pytest.mark.parametrize(
    ("query", "test", "negated"),
    [
        ("metrics.a:~<1", NumberTest(GE, 1), False),
        ("metrics.a:~>=1", NumberTest(LT, 1), False),
        ("inputs.a:~>x", TextOrder(Operator.LE, "x"), False),
        ("created_at:~<2024", TimeTest(GE, at("2024-01-01")), False),
        ("metrics.a:~1", NumberTest(EQ, 1), True),
        ("metrics.a:~1..", NumberTest(GE, 1), True),
        ("metrics.a:~..1", NumberTest(Operator.LE, 1), True),
        ("name:~nil", IsNil(), True),
        ("name:~_any_", TextEquals("_any_"), True),
        ("name:~~x", TextEquals("~x"), True),
    ],
)
def test_a_tilde_turns_comparisons_and_complements_the_rest(query: str, test: Test, negated: bool) -> None:
    bound = condition(query)
    assert (bound.test, bound.negated) == (test, negated)


UP, UPS = Step(Relation.UPSTREAM), Step(Relation.UPSTREAM, transitive=True)


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ("pipeline:a", ()),
        ("pipeline.name:a", (Step(Relation.PIPELINE),)),
        ("upstream:a", (UP,)),
        ("upstream_runs.status:done", (UP,)),
        ("upstream*.metrics.a:1", (UPS,)),
        ("upstream*.upstream.artifacts.name:a", (UPS, UP, Step(Relation.ARTIFACTS))),
        ("upstream.upstream*.name:a", (UP, UPS)),
        ("upstream.upstream.upstream.upstream.name:a", (UP, UP, UP, UP)),
        ("min(upstream.metrics.a):1", (UP,)),
    ],
)
def test_relations_become_steps(query: str, path: tuple[Step, ...]) -> None:
    assert condition(query).path == path


@pytest.mark.parametrize(
    ("query", "value"),
    [
        ("in.a.b:1", KeyValue(Section.INPUTS, ("a", "b"))),
        ("params.a[0]:1", KeyValue(Section.INPUTS, ("a[0]",))),
        ('outputs."a.b".c:1', KeyValue(Section.OUTPUTS, ("a.b", "c"), (True, False))),
        ('pipeline.out."a b":1', KeyValue(Section.OUTPUTS, ("a b",), (True,))),
        ("metrics.train/loss:1", KeyValue(Section.OUTPUTS, ("train/loss",), (), True)),
        ("meta_values.x:1", KeyValue(Section.META_INFO, ("x",))),
        ("MAX(metrics.a.b):1", HistoryValue("max", "a.b")),
        ("at(metrics.a, -1):1", HistoryValue("at", "a", -1)),
    ],
)
def test_fields_become_values(query: str, value: object) -> None:
    assert condition(query).value == value


def test_any_drops_out_wherever_it_stands() -> None:
    def bound(query: str) -> object:
        return bind(parse_query(query), clock=Clock(NOW)).condition

    assert bound("status:_any_") is None
    assert bound("status:_any_ OR kind:job") == bound("kind:job") == bound("NOT status:_any_, kind:job")
    assert isinstance(bound("status:_any_, kind:job, name:a"), BoundAnd)
