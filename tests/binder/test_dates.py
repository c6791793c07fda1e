"""Dates in less common spellings, and the zone and the moment that they count from."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

import pytest

from pql.binder.binder import Clock, bind
from pql.binder.bound import BoundCondition, Test, TimeInside
from pql.diagnostics.diagnostic import PqlError
from pql.syntax.parser import parse_query

NOW = datetime(2026, 11, 22, 12, 34, 56, 7, tzinfo=UTC)
TOKYO = ZoneInfo("Asia/Tokyo")


@pytest.mark.parametrize(
    ("literal", "zone", "start", "end"),
    [
        ("today", UTC, "2026-11-22T00:00", "2026-11-23T00:00"),
        ("today", TOKYO, "2026-11-21T15:00", "2026-11-22T15:00"),
        ("2024-6-15", TOKYO, "2024-06-14T15:00", "2024-06-15T15:00"),
        ("2024-6-15 9:05", TOKYO, "2024-06-15T00:05", "2024-06-15T00:06"),
        ("20240615T10", UTC, "2024-06-15T10:00", "2024-06-15T11:00"),
        ("20240615T1030", UTC, "2024-06-15T10:30", "2024-06-15T10:31"),
        ("20240615T103015.5", UTC, "2024-06-15T10:30:15.5", "2024-06-15T10:30:15.6"),
        ("20240615 1030+0900", UTC, "2024-06-15T01:30", "2024-06-15T01:31"),
        ("2024-W24-6T10", UTC, "2024-06-15T10:00", "2024-06-15T11:00"),
        ("99991231T235959", UTC, "9999-12-31T23:59:59", "9999-12-31T23:59:59.999999"),
        ("2024-06-15T10+0530", TOKYO, "2024-06-15T04:30", "2024-06-15T05:30"),
        ("2024-06-15T10:30+11:45", UTC, "2024-06-14T22:45", "2024-06-14T22:46"),
        ("2024-06-15T10:30-05", TOKYO, "2024-06-15T15:30", "2024-06-15T15:31"),
        ("2024-06-15T10:30z", TOKYO, "2024-06-15T10:30", "2024-06-15T10:31"),
        ("2024-06-15T10:30:15.1234567", UTC, "2024-06-15T10:30:15.123456", "2024-06-15T10:30:15.123457"),
        ("2024-W24", TOKYO, "2024-06-09T15:00", "2024-06-16T15:00"),
        ("2024-12", UTC, "2024-12-01", "2025-01-01"),
        ("9999-12", UTC, "9999-12-01", "9999-12-31T23:59:59.999999"),
    ],
)
def test_an_interval(literal: str, zone: tzinfo, start: str, end: str) -> None:
    assert _inside(literal, Clock(NOW, zone)) == _between(start, end)


def test_a_day_whose_midnight_comes_twice_begins_with_the_first() -> None:
    second_half_past_midnight = Clock(datetime(2026, 11, 1, 5, 30, tzinfo=UTC), ZoneInfo("America/Havana"))
    assert _inside("today", second_half_past_midnight) == _between("2026-11-01T04:00", "2026-11-02T05:00")
    assert _inside("yesterday", second_half_past_midnight) == _between("2026-10-31T04:00", "2026-11-01T04:00")


def test_the_zone_of_the_machine_means_nothing() -> None:
    before = os.environ.get("TZ")
    try:
        os.environ["TZ"] = "Asia/Tokyo"
        time.tzset()
        assert _inside("2024-6-15", Clock(NOW)) == _between("2024-06-15", "2024-06-16")
        assert _inside("now", Clock(NOW)) == _between(
            "2026-11-22T12:34:56.000007", "2026-11-22T12:34:56.000008"
        )
    finally:
        os.environ.pop("TZ") if before is None else os.environ.update(TZ=before)
        time.tzset()


def _between(start: str, end: str) -> TimeInside:
    return TimeInside(datetime.fromisoformat(start), datetime.fromisoformat(end), closed=False)


def _inside(literal: str, clock: Clock) -> Test:
    bound = bind(parse_query(f"created_at:{literal}"), (), clock=clock).condition
    assert isinstance(bound, BoundCondition)
    return bound.test


@pytest.mark.parametrize(
    "literal",
    ["2024-06-15x10:30", "2024-06-15_10:30", "2024-06-15T10:30x", "20240615T1", "٢٠٢٤", "-٣d", "last_٣_days"],
)
def test_no_date(literal: str) -> None:
    with pytest.raises(PqlError) as caught:
        bind(parse_query(f'created_at:"{literal}"'), (), clock=Clock(NOW))
    assert caught.value.diagnostic.code == "PQL302"
