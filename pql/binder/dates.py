"""Date literals: each is an interval of its own precision, in naive UTC."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo

__all__ = ["LAST_MOMENT", "Interval", "parse_date"]

LAST_MOMENT = datetime.max  # noqa: DTZ901 - naive UTC, as all of an interval
"""The end of an interval that has none."""

_TICK = timedelta(microseconds=1)
_ISO = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d{1,2})(?:-(?P<day>\d{1,2})"
    r"(?:[T ]\s*(?P<hour>\d{1,2})(?::(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?)?"
    r"\s*(?P<offset>[Zz]|[+-]\d{2}(?::?\d{2})?)?)?)?)?\Z",
    re.ASCII,
)
_WEEK = re.compile(r"\d{4}-?W\d{2}\Z", re.ASCII)
_BASIC = re.compile(
    r"(?P<day>\d{8}(?=\D)|\d{4}-\d{2}-\d{2}|\d{4}-?W\d{2}(?:-?\d)?)"
    r"(?:[T ]\s*(?P<hour>\d{2})(?::?(?P<minute>\d{2})(?::?(?P<second>\d{2}))?)?(?P<rest>\D.*)?)?\Z",
    re.ASCII,
)
_AGO = re.compile(r"-(?P<count>\d{1,6})(?P<unit>s|m|h|d|w)\Z", re.ASCII)
_LAST = re.compile(
    r"last_(?:(?P<count>\d{1,6})_)?(?P<unit>second|minute|hour|day|week|month|year)s?\Z", re.ASCII
)
_UNITS = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
# Rolling spans: a month is 30 days, as Polyaxon's `last_month` is.
_SPANS = {
    "second": timedelta(seconds=1),
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
    "month": timedelta(days=30),
    "year": timedelta(days=365),
}


@dataclass(frozen=True, slots=True)
class Interval:
    """From `start` up to but not including `end`; naive UTC."""

    start: datetime
    end: datetime


def parse_date(text: str, now: datetime, zone: tzinfo) -> Interval | None:
    """The interval that a date literal means, or None if it is none.

    `now` is an aware datetime; `zone` is the zone of literals without an offset.
    """
    try:
        return _parse(text.strip(), now, zone)
    except (ValueError, OverflowError):
        return None


def _parse(text: str, now: datetime, zone: tzinfo) -> Interval | None:
    if text[:1].isdigit():
        return _iso(text, zone)
    word = text.lower()
    here = now.astimezone(zone)
    midnight = here.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    if word == "now":
        return _instant(now)
    if word == "today":
        return Interval(_utc(midnight), _utc(_next_day(midnight, 1)))
    if word == "tomorrow":
        return Interval(_utc(_next_day(midnight, 1)), _utc(_next_day(midnight, 2)))
    if word == "yesterday":
        return Interval(_utc(_next_day(midnight, -1)), _utc(midnight))
    if ago := _AGO.match(word):
        return _instant(now - int(ago["count"]) * _UNITS[ago["unit"]])
    if last := _LAST.match(word):
        # From that long ago on, as Polyaxon's `last_month`: what is dated after `now` is not left out.
        return Interval(_utc(now - int(last["count"] or 1) * _SPANS[last["unit"]]), LAST_MOMENT)
    return None


def _iso(text: str, zone: tzinfo) -> Interval | None:
    if _WEEK.match(text):
        monday = datetime.combine(date.fromisoformat(text), datetime.min.time(), zone)
        return _interval(monday, _after(monday, timedelta(weeks=1)))
    match = _ISO.match(text) or _ISO.match(_extended(text))
    if match is None:
        return None
    year, month, day = int(match["year"]), int(match["month"] or 1), int(match["day"] or 1)
    fraction = (match["fraction"] or "")[:6]
    microsecond = int(fraction.ljust(6, "0")) if fraction else 0
    start = datetime(
        year,
        month,
        day,
        int(match["hour"] or 0),
        int(match["minute"] or 0),
        int(match["second"] or 0),
        microsecond,
        tzinfo=_offset(match["offset"]) or zone,
    )
    if match["month"] is None:
        return _interval(start, start.replace(year=year + 1) if year < 9999 else None)
    if match["day"] is None:
        last = (year, month) == (9999, 12)
        following = None if last else start.replace(year=year + month // 12, month=month % 12 + 1)
        return _interval(start, following)
    if match["hour"] is None:
        return _interval(start, _after(start, timedelta(days=1)))
    if match["minute"] is None:
        return _interval(start, _after(start, timedelta(hours=1)))
    if match["second"] is None:
        return _interval(start, _after(start, timedelta(minutes=1)))
    return _interval(start, _after(start, timedelta(microseconds=10 ** (6 - len(fraction)))))


def _extended(text: str) -> str:
    """The basic and the week forms of ISO 8601, which Polyaxon takes too, in the extended form; a bare number
    is no date. Any other text gives an empty one."""
    match = _BASIC.match(text)
    if match is None:
        return ""
    day = date.fromisoformat(match["day"]).isoformat()
    time = ":".join(part for part in match.group("hour", "minute", "second") if part)
    return f"{day}T{time}{match['rest'] or ''}" if time else day


def _interval(start: datetime, end: datetime | None) -> Interval:
    return Interval(_utc(start), LAST_MOMENT if end is None else _utc(end))


def _next_day(day: datetime, days: int) -> datetime:
    """The same wall-clock time some days on: a day with a change of clock is not 24 hours long."""
    return day + timedelta(days=days)


def _after(start: datetime, span: timedelta) -> datetime | None:
    """The end of what begins at `start`, by the clock on the wall; None behind the last of all days."""
    try:
        return start + span
    except OverflowError:
        return None


def _offset(text: str | None) -> tzinfo | None:
    if not text:
        return None
    if text in "Zz":
        return UTC
    hours, minutes = int(text[1:3]), int(text[3:].lstrip(":") or 0)
    delta = timedelta(hours=hours, minutes=minutes)
    return timezone(-delta if text[0] == "-" else delta)


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)


def _instant(moment: datetime) -> Interval:
    start = _utc(moment)
    return Interval(start, start + _TICK)
