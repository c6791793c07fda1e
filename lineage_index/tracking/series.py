"""Files that grow by a line an event: metrics, curves, texts, samples of the system, captured logs."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from lineage_index.tracking.jsonfile import compact
from lineage_index.tracking.names import file_stem
from lineage_index.tracking.sections import folder_lock

__all__ = ["JSON_LINES_KINDS", "Renderer", "Series", "event_series", "log_series", "resource_series"]

JSON_LINES_KINDS = frozenset({"html", "text", "chart", "span"})
"""Kinds whose event files hold a JSON object a line; the others hold rows `step|timestamp|value`."""

_LARGEST_BACKLOG = 64 << 20
"""Bytes of lines kept in memory while the store cannot be written; beyond, they are dropped and counted."""

Renderer = Callable[[int | None, str, Any], str]
"""(step, time as events spell it, payload) -> the line, with its newline."""


class Series:
    """One such file of one run, and the lines that are not in it yet. Not safe between threads."""

    __slots__ = (
        "_backlog",
        "_header",
        "_opened",
        "_root",
        "_waiting",
        "kind",
        "last",
        "lost",
        "name",
        "path",
        "render",
    )

    def __init__(self, root: str, path: str, kind: str, name: str, header: str, render: Renderer) -> None:
        self.kind = kind
        self.name = name
        self.path = path
        """Relative to the run's folder."""
        self.render = render
        self.last: float | None = None
        """Of a metric: the last value that was logged."""
        self.lost = 0
        """Lines dropped because the store could not take them for too long."""
        self._root = root
        self._header = header
        self._opened = False
        self._backlog: list[bytes] = []
        self._waiting = 0

    def add(self, lines: str) -> None:
        """Lines to write next time."""
        data = lines.encode(errors="backslashreplace")
        self._backlog.append(data)
        self._waiting += len(data)

    def write(self, *, mend: bool) -> None:
        """Append what was added. On OSError nothing is forgotten: the next call goes on where it stopped.

        `mend`: a last line without its end is what a killed process left of a row, and is cut off.
        """
        if not self._backlog:
            return
        try:
            if not self._opened:
                self._create(mend)
                self._opened = True
            handle = os.open(os.path.join(self._root, self.path), os.O_WRONLY | os.O_APPEND)
            try:
                self._drain(handle)
            finally:
                os.close(handle)
        except OSError:
            if self._waiting > _LARGEST_BACKLOG:
                self.lost += sum(data.count(b"\n") for data in self._backlog)
                self._backlog.clear()
                self._waiting = 0
            raise

    def _drain(self, handle: int) -> None:
        data = b"".join(self._backlog)
        while data:
            written = os.write(handle, data)
            data = data[written:]
            self._backlog = [data] if data else []
            self._waiting = len(data)

    def _create(self, mend: bool) -> None:
        full = os.path.join(self._root, self.path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        # Of two processes that create the same file, one alone may write its first line.
        with folder_lock(self._root):
            handle = os.open(full, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o666)
            try:
                size = os.fstat(handle).st_size
                if size == 0:
                    os.write(handle, self._header.encode())
                elif os.pread(handle, 1, size - 1) != b"\n":
                    if mend:
                        os.ftruncate(handle, _end_of_last_line(handle, size))
                    else:  # the real client ends a file without a newline
                        os.write(handle, b"\n")
            finally:
                os.close(handle)

    def renew(self) -> None:
        """In a forked child: what waits is the parent's to write."""
        self._backlog = []
        self._waiting = 0


def _end_of_last_line(handle: int, size: int) -> int:
    while size > 0:
        start = max(0, size - 4096)
        newline = os.pread(handle, size - start, start).rfind(b"\n")
        if newline >= 0:
            return start + newline + 1
        size = start
    return 0


def _metric_row(step: int | None, time: str, value: float) -> str:
    return f"{'' if step is None else step}|{time}|{value!r}\n"


def _text_row(step: int | None, time: str, value: str) -> str:
    return f"{'' if step is None else step}|{time}|{value}\n"


def event_series(root: str, kind: str, name: str) -> Series:
    """The event file of `name`; payloads are floats for metrics, else texts (JSON on one line, but for
    the kinds html and text, which take any text)."""
    path = f"events/{kind}/{file_stem(name)}.plx"
    if kind in JSON_LINES_KINDS:

        def line(step: int | None, time: str, payload: str) -> str:
            return compact({"timestamp": time, "step": step, kind: payload}) + "\n"

        return Series(root, path, kind, name, "\n", line)  # the real client's begin with an empty line
    row = _metric_row if kind == "metric" else _text_row
    return Series(root, path, kind, name, f"step|timestamp|{kind}\n", row)


def resource_series(root: str, name: str) -> Series:
    """The file of one quantity sampled from the system; payloads are floats."""
    path = f"resources/metric/{file_stem(name)}.plx"
    return Series(root, path, "system", name, "step|timestamp|metric\n", _metric_row)


def log_series(root: str) -> Series:
    """The file of captured output; payloads are lines."""

    def line(step: int | None, time: str, payload: str) -> str:
        place = {"node": "local", "pod": "root", "container": "vm"}
        return compact({"timestamp": time.replace(" ", "T", 1), **place, "value": payload}) + "\n"

    return Series(root, "plxlogs/logs.jsonl", "logs", "logs", "\n", line)
