"""Times as the files spell them. Inside, a time is an integer: microseconds since the epoch, UTC."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from functools import lru_cache

__all__ = ["Timestamp", "event_time", "iso_time", "microseconds", "now"]

_TIMES = "a datetime, seconds since the epoch, or an ISO text"
Timestamp = datetime | float | str
"""What callers may give: a datetime (naive is UTC), seconds since the epoch, or an ISO text."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_FIRST = (datetime.min.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND
_LAST = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND
_FAR = 1e12
"""Seconds; more than any time is away from the epoch."""


def now() -> int:
    """The time now."""
    return time.time_ns() // 1000


def microseconds(timestamp: Timestamp) -> int:
    """`timestamp` in microseconds since the epoch. Raises TypeError or ValueError for what is no time, or
    one that no calendar has, such as milliseconds given as seconds."""
    match timestamp:
        case datetime():
            moment = timestamp if timestamp.tzinfo else timestamp.replace(tzinfo=UTC)
            return _dated((moment - _EPOCH) // _MICROSECOND)
        case str():
            return microseconds(datetime.fromisoformat(timestamp))
        case bool():
            raise TypeError(f"a timestamp must be {_TIMES}")
        case int() | float():
            if not abs(timestamp) < _FAR:  # nor is NaN
                raise ValueError(f"a timestamp must be {_TIMES}; this is in no year up to 9999")
            return _dated(round(timestamp * 1_000_000))
        case _:
            raise TypeError(f"a timestamp must be {_TIMES}")


def _dated(us: int) -> int:
    if not _FIRST <= us <= _LAST:
        raise ValueError(
            f"a timestamp must be {_TIMES}; {us // 1_000_000:,} seconds is in no year up to 9999"
        )
    return us


@lru_cache(maxsize=16)
def _second(seconds: int) -> str:
    return (_EPOCH + timedelta(seconds=seconds)).isoformat(" ")[:19]


def event_time(us: int) -> str:
    """As event rows spell it: `2026-11-21 23:22:05.298314+00:00`, always with six digits."""
    seconds = us // 1_000_000
    return f"{_second(seconds)}.{us - seconds * 1_000_000:06d}+00:00"


def iso_time(us: int) -> str:
    """As the JSON files spell it: `2026-11-21T23:22:05.298314+00:00`."""
    return event_time(us).replace(" ", "T", 1)
