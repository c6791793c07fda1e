"""What a search keeps from one time to the next must not change what it means."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage_index import Index
from lineage_index.index.prepared import may_mean_now
from lineage_index.index.sources import with_sources
from pql.binder.dates import parse_date
from pql.diagnostics.diagnostic import PqlError

_EARLY, _LATE = datetime(2024, 2, 29, 23, 59, tzinfo=UTC), datetime(2026, 7, 1, 12, tzinfo=UTC)
_WORDS = st.one_of(
    st.sampled_from(["now", "today", "tomorrow", "yesterday", "Now", "TODAY", " today "]),
    st.from_regex(r"-\d{1,6}[smhdw]", fullmatch=True),
    st.from_regex(r"(?i:last_(\d{1,3}_)?(second|minute|hour|day|week|month|year)s?)", fullmatch=True),
    st.from_regex(r"\d{4}(-\d{2}(-\d{2}([T ]\d{2}(:\d{2}(:\d{2})?)?)?)?)?", fullmatch=True),
    st.text(max_size=12),
)


@given(word=_WORDS, zone=st.sampled_from([UTC, ZoneInfo("America/New_York")]))
def test_every_date_that_depends_on_the_moment_is_found(word: str, zone: tzinfo) -> None:
    if parse_date(word, _EARLY, zone) != parse_date(word, _LATE, zone):
        assert may_mean_now(word)
        assert may_mean_now(f'created_at:>="{word}", status:failed')


@pytest.mark.parametrize(
    "text", [None, "", "created_at:>=2025-01-01", "metrics.loss:<-0.5", "name:%resnet-50%"]
)
def test_absolute_dates_and_numbers_are_not_of_a_moment(text: str | None) -> None:
    assert not may_mean_now(text)


class _Shifted(tzinfo):
    """A zone that can't be hashed, as those of some libraries."""

    __hash__ = None  # type: ignore[assignment]

    def __init__(self, hours: int) -> None:
        self._hours = hours

    def __eq__(self, other: object) -> bool:
        return self is other

    def utcoffset(self, at: datetime | None) -> timedelta:
        return timedelta(hours=self._hours)

    def tzname(self, at: datetime | None) -> str:
        return f"{self._hours}"

    def dst(self, at: datetime | None) -> timedelta:
        return timedelta(0)


def test_one_search_at_two_moments_and_in_two_zones(guard_path: Path) -> None:
    with Index.open(guard_path) as index:
        newest = index.search(sort="-created_at", limit=1).rows[0]["created_at"].replace(tzinfo=UTC)
        for entity in ("runs", "artifacts"):
            field = "created_at" if entity == "runs" else "run.created_at"
            counts = [
                index.count(f"{field}:last_day", entity=entity, now=newest + timedelta(days=days))
                for days in (0, 400, 0)
            ]
            assert counts[0] == counts[2] > counts[1] == 0
        day = f"created_at:>={newest:%Y-%m-%d}"
        zones = [UTC, ZoneInfo("Pacific/Kiritimati"), _Shifted(-12), _Shifted(12), UTC]
        counts = [index.count(day, tz=zone) for zone in zones]
        assert counts[0] == counts[4]
        assert counts[1] >= counts[3] > counts[2]


def test_a_page_that_was_right_does_not_make_a_wrong_one_right(guard_path: Path) -> None:
    with Index.open(guard_path) as index:
        assert len(index.search("status:failed", limit=1).uuids) == 1
        for wrong in (True, 1.0, [1]):
            with pytest.raises(PqlError, match="the limit must be a whole number"):
                index.search("status:failed", limit=wrong)  # type: ignore[arg-type]
        with pytest.raises(PqlError):
            index.search("status:failed", limit=1, max_length=5)


def test_sources_stand_in_for_tables_and_nothing_else(guard_path: Path) -> None:
    with Index.open(guard_path) as index:
        snapshot = index.snapshot
        text = (
            'SELECT runs.uuid, "values" FROM runs JOIN "values" AS v USING (run_id) '
            "LEFT JOIN\n edges AS e2 ON TRUE WHERE v.key = 'FROM' AND FROM_runs IN (SELECT 1 FROM runs_2)"
        )
        found = with_sources(text, snapshot)
    assert found.count("read_parquet(") == 3
    assert all(each in found for each in (*snapshot.files["runs"], *snapshot.files["values"]))
    assert found.startswith('SELECT runs.uuid, "values" FROM read_parquet([')
    assert ') AS "runs" JOIN read_parquet([' in found
    assert ") AS v USING (run_id) LEFT JOIN read_parquet([" in found
    assert found.endswith(") AS e2 ON TRUE WHERE v.key = 'FROM' AND FROM_runs IN (SELECT 1 FROM runs_2)")
