"""What the script prints, copied line by line while it goes where it went before."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import Any, TextIO

__all__ = ["Capture"]

_LONGEST_LINE = 1 << 16


class Capture:
    """Copies of standard output and error, from now until `stop`.

    Only what goes through `sys.stdout` and `sys.stderr` is seen: not what a C library or a child process
    writes, nor a logging handler that took hold of the stream before.
    """

    def __init__(self, log: Callable[[str], None]) -> None:
        self._streams: list[tuple[str, _Tee]] = []
        for name in ("stdout", "stderr"):
            stream = getattr(sys, name)
            if stream is not None:
                tee = _Tee(stream, log)
                setattr(sys, name, tee)
                self._streams.append((name, tee))

    def stop(self) -> None:
        """Put the streams back, where nobody else has replaced them, and log what has no newline yet."""
        for name, tee in self._streams:
            if getattr(sys, name) is tee:
                setattr(sys, name, tee.stream)
            tee.finish()


class _Tee:
    """A text stream that shows each line to `log`."""

    def __init__(self, stream: TextIO, log: Callable[[str], None]) -> None:
        self.stream = stream
        self._log: Callable[[str], None] | None = log
        self._rest = ""
        self._lock = threading.RLock()

    def write(self, text: str) -> int:
        count = self.stream.write(text)
        with self._lock:
            if self._log is not None:
                *lines, self._rest = (self._rest + text).split("\n")
                if len(self._rest) > _LONGEST_LINE:
                    lines.append(self._rest)
                    self._rest = ""
                for line in lines:
                    self._show(line)
        return count

    def writelines(self, lines: Any) -> None:
        for line in lines:
            self.write(line)

    def finish(self) -> None:
        with self._lock:
            self._show(self._rest)
            self._rest, self._log = "", None

    def _show(self, line: str) -> None:
        # A progress bar draws its line again and again; keep what stood there in the end.
        line = line.rstrip("\r").rpartition("\r")[2]
        if line and self._log is not None:
            self._log(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)
