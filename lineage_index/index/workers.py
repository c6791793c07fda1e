"""Processes that read for a refresh. Each takes one call after the other on its standard streams.

A process of `multiprocessing` would run the caller's script again, up to the guard that it asks for there,
and load what that loads. These know nothing of the caller.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from queue import SimpleQueue
from types import TracebackType
from typing import Any, ParamSpec, TypeVar

from lineage_index.ingest.collector import begin_worker
from lineage_index.store.errors import IndexUnreadable
from lineage_index.store.scratch import discarded_on_failure

__all__ = ["Workers", "available", "serve", "start"]

_START = "import sys; sys.path[:] = sys.argv[1:]; from lineage_index.index.workers import serve; serve()"
_GRACE_SECONDS = 10

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")


def available() -> bool:
    """Whether there is an interpreter to start: a program that is frozen or embeds Python has none."""
    return bool(sys.executable) and not getattr(sys, "frozen", False)


class Workers:
    """`count` processes for the index at `path`, from the beginning of the context to its end. After an error
    they are told to stop, and take the files away that they were writing.

    Raises IndexUnreadable if they can't be started.
    """

    def __init__(self, count: int, path: str) -> None:
        self._path = path
        self._processes: list[subprocess.Popen[bytes]] = []
        try:
            for _ in range(count):
                self._processes.append(start())
        except OSError as error:
            for each in self._processes:
                _end(each)
            words = f"no process can be started to read runs: {error.strerror or error}"
            raise self._failed(words) from error
        self._idle: SimpleQueue[subprocess.Popen[bytes]] = SimpleQueue()
        for each in self._processes:
            self._idle.put(each)
        self._threads = ThreadPoolExecutor(count)

    def __enter__(self) -> Workers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if kind is not None:
            for each in self._processes:
                each.terminate()
        self._threads.shutdown(cancel_futures=kind is not None)
        for each in self._processes:
            _end(each)

    def submit(
        self,
        function: Callable[_Arguments, _Result],
        *arguments: _Arguments.args,
        **named: _Arguments.kwargs,
    ) -> Future[_Result]:
        """Call the function, which is known by its name in a module, in a process that is free. The future
        raises what it raises, or IndexUnreadable if the process ends."""
        return self._threads.submit(self._call, function, arguments, named)

    def _call(self, function: Callable[..., Any], arguments: Any, named: Any) -> Any:
        process = self._idle.get()
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            pickle.dump((function, arguments, named), process.stdin)
            process.stdin.flush()
            failed, value = pickle.load(process.stdout)
        except (EOFError, BrokenPipeError, pickle.UnpicklingError) as error:
            code = process.wait()
            how = f"by signal {-code}" if code < 0 else f"with exit code {code}"
            words = f"a process that read runs was ended {how}; is there memory enough?"
            raise self._failed(words) from error
        finally:
            self._idle.put(process)
        if failed:
            raise value
        return value

    def _failed(self, words: str) -> IndexUnreadable:
        return IndexUnreadable(self._path, f"the index at {self._path} was not brought up to date: {words}")


def start() -> subprocess.Popen[bytes]:
    """A process that is in `serve`, and finds modules where this one does."""
    command = [sys.executable, "-P", "-c", _START, *sys.path]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def _end(process: subprocess.Popen[bytes]) -> None:
    assert process.stdin is not None
    assert process.stdout is not None
    with suppress(BrokenPipeError):
        process.stdin.close()
    try:
        process.wait(_GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    process.stdout.close()


def serve() -> None:
    """Answer calls until there are no more: the life of such a process."""
    begin_worker()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it goes to all of a terminal; who called decides
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    calls = sys.stdin.buffer
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what others print is no answer
    sys.stdout = sys.stderr
    # What is called, while there is nothing to do yet.
    import lineage_index.index.reading  # noqa: F401

    with suppress(EOFError, BrokenPipeError):  # nobody asks, or waits for the answer, any more
        while True:
            function, arguments, named = pickle.load(calls)
            with discarded_on_failure():
                answers.write(pickle.dumps(_outcome(function, arguments, named)))
                answers.flush()
    # To take the interpreter apart takes as long as to read fifty runs, and would flush a broken pipe.
    os._exit(0)


def _outcome(function: Callable[..., Any], arguments: Any, named: Any) -> tuple[bool, Any]:
    """Whether a call failed, and what it gives or raises."""
    try:
        return False, function(*arguments, **named)
    except Exception as error:  # noqa: BLE001 - whatever it was, the caller raises it
        return True, error
