"""The index that a command reads: where it is, and at which version."""

from __future__ import annotations

from datetime import UTC, datetime

from lineage_index.index.index import Index
from lineage_index.index.locate import locate_index
from pql.cli.exits import Exit, fail

__all__ = ["as_of_moment", "open_index"]


def open_index(index: str | None, as_of: str | None = None, option: str = "--as-of") -> Index:
    """The index at a version, or at a moment; the newest if neither is given. Raises StoreError."""
    return Index.open(locate_index(index), as_of_moment(as_of, option))


def as_of_moment(text: str | None, option: str = "--as-of") -> int | datetime | None:
    """A version number, or an ISO date or time (UTC unless it says otherwise; a day is its first instant);
    ends the process for anything else."""
    if text is None:
        return None
    if text.isascii() and text.isdigit() and len(text) < 10 and not _is_day(text):
        return int(text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        fail(
            f"error: {option} takes a version number, or a date such as 2026-11-22T10:00, not {text!r}",
            Exit.USAGE,
        )
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _is_day(text: str) -> bool:
    """`20261122` is a day, not the twenty millionth version."""
    return len(text) == 8 and text.startswith("20")
