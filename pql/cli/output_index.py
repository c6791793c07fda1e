"""The index that a command reads: where it is, and at which version."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from lineage_index.index.index import Index
from lineage_index.index.locate import check_path, locate_index
from lineage_index.store.errors import IndexMissing
from lineage_index.store.snapshot import Snapshot, open_snapshot
from pql.cli.exits import Exit, fail

__all__ = ["as_of_moment", "open_index", "snapshot_of"]


def open_index(index: str | None, as_of: str | None = None, option: str = "--as-of") -> Index:
    """The index at a version, or at a moment; the newest if neither is given. Raises StoreError."""
    return Index(snapshot_of(index, as_of, option))


def snapshot_of(index: str | None, as_of: str | None = None, option: str = "--as-of") -> Snapshot:
    """That snapshot, to be read without an engine. Raises StoreError."""
    path, moment = locate_index(index), as_of_moment(as_of, option)
    check_path(path)
    try:
        return open_snapshot(path, moment)
    except IndexMissing:
        if isinstance(moment, datetime):
            _refuse_before(path, moment, option)
        raise


def _refuse_before(path: str | Path, moment: datetime, option: str) -> None:
    """End the process if the moment is before the oldest version that can be opened."""
    from lineage_index.store.maintain import history

    kept = [each.created_at for each in history(path) if each.kept]
    if not kept:
        return
    oldest = min(each if each.tzinfo else each.replace(tzinfo=UTC) for each in kept).astimezone(UTC)
    if moment < oldest:
        # Rounded up: what is printed can be given back.
        told = (oldest + timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%S")
        fail(
            f"error: {option}: the oldest version of the index is of {told} UTC; "
            "`pql index history` lists them",
            Exit.INDEX,
        )


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
