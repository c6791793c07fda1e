"""The logs of the tables, cut where no kept version needs them any more."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from deltalake.exceptions import DeltaError

from lineage_index.store.commits import Commit
from lineage_index.store.delta import open_table
from lineage_index.store.shelf import Item, present, remove

__all__ = ["shorten_logs"]

_FAR = 100
"""Commits behind the newest from which a checkpoint is too old to begin reading at."""


def shorten_logs(index: Path, kept: Iterable[Commit]) -> int:
    """Takes the log entries away that are older than every table version of the `kept` commits of `runs`,
    and gives how many. OSError if a log can't be read or written.

    A checkpoint stands in for them. It is written first, and the entries go from the oldest on, so that the
    log has no gap whenever this ends.
    """
    count = 0
    for table, oldest in sorted(_oldest(kept).items()):
        folder = f"{table}/_delta_log"
        entries = _versions(present(index, [folder]))
        former = [name for name, version in entries if version < oldest]
        if not former:
            continue
        names = {name for name, _ in entries}
        if f"{folder}/{oldest:020}.checkpoint.parquet" not in names:
            _checkpoint(index, table, oldest)
        if max(version for _, version in entries) - oldest > _FAR:  # readers begin at the last one written
            _checkpoint(index, table, None)
        remove(index, former)
        count += len(former)
    return count


def _checkpoint(index: Path, table: str, version: int | None) -> None:
    try:
        open_table(index, table, version).create_checkpoint()
    except DeltaError as error:
        raise OSError(str(error)) from error


def _oldest(kept: Iterable[Commit]) -> dict[str, int]:
    """The oldest version of each table that a kept commit names."""
    oldest: dict[str, int] = {}
    for commit in kept:
        assert commit.metadata is not None
        for table, version in {**commit.metadata["tables"], "runs": commit.version}.items():
            oldest[table] = min(version, oldest.get(table, version))
    return oldest


def _versions(files: dict[str, Item]) -> list[tuple[str, int]]:
    """The files that belong to one version, oldest first."""
    found = []
    for name in files:
        digits, _, rest = name.rpartition("/")[2].partition(".")
        if len(digits) == 20 and digits.isdigit() and rest:
            found.append((name, int(digits)))
    return sorted(found, key=lambda each: (each[1], each[0]))
