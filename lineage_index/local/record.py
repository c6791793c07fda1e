"""The run folders of a local run: tracked runs that know which file and which params they come from."""

from __future__ import annotations

import hashlib
import os
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lineage_index.index.index import Index
from lineage_index.local.trials import canonical
from lineage_index.tracking.clock import now
from lineage_index.tracking.run import Run
from lineage_index.tracking.series import log_series

__all__ = [
    "FILE_KEY",
    "PRINT_KEY",
    "SEED_KEY",
    "Earlier",
    "LineTail",
    "LocalRun",
    "digest",
    "earlier_runs",
    "hold",
    "latest",
]

FILE_KEY = "local_file"
PRINT_KEY = "local_print"
SEED_KEY = "local_seed"
"""Keys of `meta_info`: which file a run comes from, what it was made of, what its trials were drawn with."""

_LONGEST_LINE = 1 << 16
_TAIL = 10


def digest(*parts: Any) -> str:
    """A digest of plain data that is the same wherever and whenever the data are."""
    return hashlib.sha256(canonical({"parts": list(parts)}).encode("utf-8", "backslashreplace")).hexdigest()[
        :32
    ]


class LocalRun(Run):
    """A run whose lines are printed by a process of its own."""

    def log_line(self, line: str) -> None:
        """Keep a line that the process printed."""
        if not self.ended:
            self._append(self._lines, None, now(), line)

    def keep_lines(self) -> None:
        """Prepare for `log_line`."""
        self._lines = log_series(self.folder)


class LineTail:
    """Bytes of both streams of a process, cut into lines: each goes to the run, the last are kept."""

    def __init__(self, run: LocalRun) -> None:
        self._run = run
        self._rest = {"stdout": b"", "stderr": b""}
        self._lock = threading.Lock()
        self.last: deque[str] = deque(maxlen=_TAIL)

    def take(self, stream: str, data: bytes) -> None:
        """Some bytes more."""
        with self._lock:
            *lines, rest = (self._rest[stream] + data).split(b"\n")
            if len(rest) > _LONGEST_LINE:
                lines.append(rest)
                rest = b""
            self._rest[stream] = rest
            for line in lines:
                self._line(line)

    def finish(self) -> None:
        """What has no newline yet is a line too."""
        with self._lock:
            for stream, rest in self._rest.items():
                self._rest[stream] = b""
                self._line(rest)

    def _line(self, line: bytes) -> None:
        # A progress bar draws its line again and again; keep what stood there in the end.
        text = line.decode("utf-8", "backslashreplace").rstrip("\r").rpartition("\r")[2]
        if text:
            self.last.append(text)
            self._run.log_line(text)


@dataclass(frozen=True, slots=True)
class Earlier:
    """A run of an earlier call."""

    uuid: str
    name: str
    status: str
    meta: Mapping[str, Any]


def latest(index: Index, file_key: str) -> Earlier | None:
    """The run that the last call for this file made, among those that the index shows."""
    found = _found(index, f'meta_info.{FILE_KEY}:"{file_key}"', limit=1)
    return found[0] if found else None


def earlier_runs(index: Index, pipeline: str) -> list[Earlier]:
    """The runs of a pipeline, the newest first."""
    return _found(index, f'pipeline:"{pipeline}"', limit=None)


def _found(index: Index, query: str, limit: int | None) -> list[Earlier]:
    rows: Sequence[Mapping[str, Any]] = index.search(query, sort="-created_at", limit=limit).rows
    return [
        Earlier(row["uuid"], row["name"] or "", row["status"] or "", row["meta_info"] or {}) for row in rows
    ]


def hold(folder: str | Path) -> int | None:
    """A lock on a run, as a file descriptor that processes inherit: it is free again when the last of them
    has ended. None if somebody holds it."""
    import fcntl

    handle = os.open(os.path.join(folder, "local.lock"), os.O_RDWR | os.O_CREAT, 0o666)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(handle)
        if isinstance(error, BlockingIOError):
            return None
        raise
    return handle
