"""The log of a table at a URL.

Its entries are named by their version, so the name alone does not tell an entry from that of an index that
stood at the same URL before: copies are kept under the version and the server's mark of the content.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable
from pathlib import Path
from uuid import uuid4

from lineage_index.objects.bucket import in_parallel
from lineage_index.store.remote import Remote, remote_of

__all__ = ["RemoteLog", "remote_log"]

_NAME = re.compile(r"(\d{20})\.json\Z")


class RemoteLog:
    """The log of one table. Methods raise ObjectError."""

    def __init__(self, remote: Remote, table: str) -> None:
        self._remote = remote
        self._folder = f"{table}/_delta_log"
        self._kept = remote.index / ".log" / table
        self._marks: dict[int, str] = {}

    def latest(self) -> int | None:
        """The newest version; None if there is no table."""
        known = max((int(name[:20]) for name in self._copies()), default=0)
        found = self._listed(known)
        if known and known not in found:  # another index stands there now
            found = self._listed(0)
            self._marks.clear()
        self._marks.update(found)
        return max(found, default=None)

    def is_latest(self, version: int) -> bool:
        """Whether this is the newest version."""
        return max(self._listed(version), default=None) == version

    def oldest(self) -> int | None:
        """The oldest version that is still in the log."""
        self._marks = self._listed(0)
        return min(self._marks, default=None)

    def read(self, version: int) -> str:
        """The text of one entry. FileNotFoundError if it is not there."""
        mark = self._marks.get(version)
        if mark is None:
            mark = self._listed(version, version + 1).get(version)
            if mark is None:
                raise FileNotFoundError(f"{self._folder} has no version {version}")
            self._marks[version] = mark
        digest = hashlib.blake2b(mark.encode(), digest_size=8).hexdigest()
        copy = self._kept / f"{version:020}-{digest}.json"
        try:
            return copy.read_text(encoding="utf-8")
        except FileNotFoundError:
            data = self._remote.bucket.read(f"{self._folder}/{version:020}.json")
        self._kept.mkdir(parents=True, exist_ok=True)
        part = copy.with_name(f".{uuid4().hex}.part")
        part.write_bytes(data)
        os.replace(part, copy)
        return data.decode("utf-8")

    def read_ahead(self, versions: Iterable[int]) -> None:
        """Copies many entries at once, for those who will read them one by one."""
        in_parallel(self.read, versions)

    def _listed(self, start: int, end: int | None = None) -> dict[int, str]:
        """Versions from `start`, up to but without `end`, and their marks."""
        found: dict[int, str] = {}
        for entry in self._remote.bucket.entries(self._folder, f"{self._folder}/{start:020}"):
            match = _NAME.search(entry.name)
            if match is None:
                continue
            version = int(match[1])
            if end is not None and version >= end:
                break
            found[version] = entry.mark
        return found

    def _copies(self) -> list[str]:
        try:
            return [name for name in os.listdir(self._kept) if name[:20].isdigit()]
        except FileNotFoundError:
            return []


_logs: dict[Path, RemoteLog] = {}


def remote_log(table: Path) -> RemoteLog | None:
    """The log of a table that is at a URL; `table` is its folder in the copy of the index. None for a table
    of this machine."""
    known = _logs.get(table)
    if known is None:
        remote = remote_of(table.parent)
        if remote is None:
            return None
        known = _logs.setdefault(table, RemoteLog(remote, table.name))
    return known
