"""One process of a local run, with all that it starts: a group that is stopped as a whole."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import IO

from lineage_index.local.command import Command

__all__ = ["Child"]

_CHUNK = 1 << 16
_LAST_WORDS = 2.0
"""Seconds for what a process leaves behind in its group to let go of its output."""


class Child:
    """A process in a session of its own, so that a terminal's ctrl-C comes to it through us alone.

    `output` gets (`stdout` or `stderr`, bytes) from threads; `ended` gets the exit code (negative: a signal)
    once, from a thread, after all output. `inherited` are file descriptors that it and its children hold.
    Raises OSError if it can't be started.
    """

    def __init__(
        self,
        command: Command,
        output: Callable[[str, bytes], None],
        ended: Callable[[int], None],
        inherited: tuple[int, ...] = (),
    ) -> None:
        self._process = subprocess.Popen(
            command.words,
            env=command.environment,
            cwd=command.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            pass_fds=inherited,
        )
        self._alive = threading.Lock()
        self._readers = [
            threading.Thread(target=_read, args=(name, stream, output), daemon=True)
            for name, stream in (("stdout", self._process.stdout), ("stderr", self._process.stderr))
            if stream is not None
        ]
        self._ended = ended
        for thread in (*self._readers, threading.Thread(target=self._wait, daemon=True)):
            thread.start()

    def send(self, number: int) -> None:
        """Send a signal to the whole group; nothing happens if it is gone."""
        with self._alive, suppress(ProcessLookupError, PermissionError):  # macOS says the latter of zombies
            if self._process.returncode is None:
                os.killpg(self._process.pid, number)

    def _wait(self) -> None:
        # While the process is not reaped, its number, and so that of its group, is nobody else's.
        os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOWAIT)
        for number in (signal.SIGTERM, signal.SIGKILL):
            for reader in self._readers:
                reader.join(0.05 if number == signal.SIGTERM else _LAST_WORDS)
            if any(reader.is_alive() for reader in self._readers):
                self.send(number)  # something it started holds its output
        self.send(signal.SIGTERM)
        with self._alive:
            code = self._process.wait()
        self._ended(code)


def _read(name: str, stream: IO[bytes], output: Callable[[str, bytes], None]) -> None:
    with stream:
        while chunk := os.read(stream.fileno(), _CHUNK):
            output(name, chunk)
