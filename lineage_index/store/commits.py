"""The log of a Delta table, as far as a reader of snapshots needs it: read without the deltalake package."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lineage_index.store.origin import is_copy

if TYPE_CHECKING:
    from lineage_index.store.remotelog import RemoteLog

__all__ = ["METADATA", "Commit", "commit_at", "is_latest", "latest_version", "oldest_version", "read_commit"]

METADATA = "pql"
"""The key of a commit's information under which ours stands."""


@dataclass(frozen=True, slots=True)
class Commit:
    """One version of a table: when it was committed (UTC), by which operation, and what we noted there."""

    version: int
    created_at: datetime
    operation: str
    metadata: dict[str, Any] | None


def _remote(table: Path) -> RemoteLog | None:
    if not is_copy(table.parent):
        return None
    from lineage_index.store.remotelog import remote_log

    return remote_log(table)


def _path(table: Path, version: int) -> Path:
    return table / "_delta_log" / f"{version:020}.json"


def latest_version(table: Path) -> int | None:
    """The newest version of the table in this folder; None if there is no table. OSError as usual.

    The last checkpoint is a few steps behind at most, so the log is probed and not listed: it may be long.
    """
    remote = _remote(table)
    if remote is not None:
        return remote.latest()
    log = table / "_delta_log"
    try:
        start = int(json.loads((log / "_last_checkpoint").read_bytes())["version"])
    except (OSError, ValueError, KeyError, TypeError):
        start = 0
    if not _path(table, start).exists():
        versions = _listed(log)
        return max(versions, default=None)
    while _path(table, start + 1).exists():
        start += 1
    return start


def is_latest(table: Path, version: int) -> bool:
    """Whether the table in this folder is at this version: told without listing its log."""
    remote = _remote(table)
    if remote is not None:
        return remote.is_latest(version)
    return _path(table, version).exists() and not _path(table, version + 1).exists()


def oldest_version(table: Path) -> int | None:
    """The oldest version whose commit is still in the log."""
    remote = _remote(table)
    return min(_listed(table / "_delta_log"), default=None) if remote is None else remote.oldest()


def _listed(log: Path) -> list[int]:
    try:
        names = os.listdir(log)
    except (FileNotFoundError, NotADirectoryError):
        return []
    return [
        int(name[:20]) for name in names if len(name) == 25 and name.endswith(".json") and name[:20].isdigit()
    ]


def read_commit(table: Path, version: int) -> Commit:
    """One commit. OSError if it is not there, ValueError if it is damaged."""
    remote = _remote(table)
    if remote is not None:
        return _parsed(version, remote.read(version).splitlines())
    with _path(table, version).open(encoding="utf-8") as lines:
        return _parsed(version, lines)


def _parsed(version: int, lines: Iterable[str]) -> Commit:
    for line in lines:
        if line.startswith('{"commitInfo"'):
            info = json.loads(line)["commitInfo"]
            metadata = info.get(METADATA)
            # Ours never goes back from commit to commit, as the clock may.
            moment = (metadata or {}).get("at", info["timestamp"])
            return Commit(
                version=version,
                created_at=datetime.fromtimestamp(moment / 1000, UTC),
                operation=str(info.get("operation", "")),
                metadata=metadata,
            )
    raise ValueError(f"version {version} has no commit information")


def commit_at(table: Path, newest: int, when: datetime) -> int | None:
    """The newest version committed at `when` or before; None if there is none in the log."""
    low = oldest_version(table)
    if low is None or read_commit(table, low).created_at > when:
        return None
    high = newest
    while low < high:
        middle = (low + high + 1) // 2
        if read_commit(table, middle).created_at <= when:
            low = middle
        else:
            high = middle - 1
    return low
