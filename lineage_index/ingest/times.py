"""Points in time as run files and event files write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

__all__ = ["microseconds", "parse_time"]

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - naive UTC is what the tables hold
_MICROSECOND = timedelta(microseconds=1)


def parse_time(text: str) -> datetime | None:
    """An ISO 8601 date or time as naive UTC; without an offset it is UTC already. None if it is none.

    Digits below a microsecond are cut off.
    """
    try:
        time = datetime.fromisoformat(text)
        if time.tzinfo is None:
            return time
        return time.astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError):  # an offset can lead out of the years 1 to 9999
        return None


def microseconds(time: datetime) -> int:
    """Microseconds from the epoch to a naive UTC time."""
    return (time - _EPOCH) // _MICROSECOND
