"""Dates in less common spellings, and the zone and the moment that they count from."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

import pytest

from pql.binder.binder import Clock, bind
from pql.binder.bound import BoundCondition, TimeInside
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
    ],
)
def test_an_interval(literal: str, zone: tzinfo, start: str, end: str) -> None:
    bound = bind(parse_query(f"created_at:{literal}"), (), clock=Clock(NOW, zone)).condition
    assert isinstance(bound, BoundCondition)
    assert bound.test == TimeInside(datetime.fromisoformat(start), datetime.fromisoformat(end), closed=False)


@pytest.mark.parametrize(
    "literal",
    ["2024-06-15x10:30", "2024-06-15_10:30", "2024-06-15T10:30x", "20240615T1", "٢٠٢٤", "-٣d", "last_٣_days"],
)
def test_no_date(literal: str) -> None:
    with pytest.raises(PqlError) as caught:
        bind(parse_query(f'created_at:"{literal}"'), (), clock=Clock(NOW))
    assert caught.value.diagnostic.code == "PQL302"
