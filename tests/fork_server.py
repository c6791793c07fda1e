"""A process that has loaded the command line once, and becomes the program `pql` in forks of itself.

`python fork_server.py SOCKET` says `ready` and serves until its standard input ends. What asks it is the
program that `forked.py` makes: a fork has the arguments, the folder, the environment and the streams of that.
"""

from __future__ import annotations

import atexit
import gc
import marshal
import os
import pkgutil
import selectors
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn, TextIO

import pql.cli

# What commands load when they need it.
NEEDED = (
    *("lineage_index.index.index", "lineage_index.ingest.batch", "lineage_index.store.commit"),
    *("altair", "jinja2.sandbox", "lark", "plotext", "pyarrow.dataset", "yaml"),
)


def load() -> None:
    """Load the command line and what it needs."""
    for module in pkgutil.walk_packages(pql.cli.__path__, "pql.cli."):
        import_module(module.name)
    for name in NEEDED:
        import_module(name)
    # A fork has but the thread that forks.
    threads = Path("/proc/self/task")
    assert not threads.exists() or len(list(threads.iterdir())) == 1
    gc.collect()
    gc.freeze()


@contextmanager
def _undisturbed() -> Iterator[None]:
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])


def serve(listener: socket.socket) -> socket.socket | None:
    """Fork for every caller. Returns its connection in the fork, None in this process when it is to end."""
    callers: dict[int, socket.socket] = {}

    def reap(_signal: int, _frame: FrameType | None) -> None:
        while callers:
            child, status = os.waitpid(-1, os.WNOHANG)
            if not child:
                return
            code = os.waitstatus_to_exitcode(status)
            with callers.pop(child) as caller, suppress(OSError):
                caller.sendall(bytes([code if code >= 0 else 128 - code]))

    signal.signal(signal.SIGCHLD, reap)
    with selectors.DefaultSelector() as events:
        events.register(listener, selectors.EVENT_READ)
        events.register(0, selectors.EVENT_READ)
        while all(key.fileobj is listener for key, _ in events.select()):
            caller, _ = listener.accept()
            with _undisturbed():
                child = os.fork()
                if not child:
                    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                    listener.close()
                    return caller
                callers[child] = caller
    return None


def received(caller: socket.socket) -> Any:
    """What a caller asks for; its streams are ours then, and one that it has not is closed."""
    data, streams, _, _ = socket.recv_fds(caller, 1 << 16, 3)
    while more := caller.recv(1 << 20):
        data += more
    caller.close()
    asked = marshal.loads(data)
    for number in range(3):
        os.close(number)
    for number, stream in zip(asked["streams"], streams, strict=True):
        os.dup2(stream, number)
        os.close(stream)
    return asked


def _opened(number: int, like: TextIO, mode: str) -> Any:
    """A standard stream as a start of Python opens it."""
    try:
        os.fstat(number)
    except OSError:
        return None
    buffering = 1 if number == 2 else -1
    return open(number, mode, buffering, encoding=like.encoding, errors=like.errors, closefd=False)


def become(asked: dict[str, Any]) -> None:
    """Run the script as the main program of this process."""
    os.chdir(asked["folder"])
    os.environb.clear()
    os.environb.update(asked["environment"])
    time.tzset()
    sys.stdin = _opened(0, sys.stdin, "r")
    sys.stdout = _opened(1, sys.stdout, "w")
    sys.stderr = _opened(2, sys.stderr, "w")
    sys.argv = [os.fsdecode(each) for each in asked["arguments"]]
    script = Path(sys.argv[0])
    sys.path[0] = str(script.parent)
    code = compile(script.read_bytes(), script, "exec")
    try:
        exec(code, {"__name__": "__main__", "__file__": str(script)})
    except SystemExit as ended:
        _end(ended.code)


def _end(code: Any) -> NoReturn:
    """What Python does at an end, but for taking the interpreter apart, for a fork has much to take apart."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
    os._exit(code or 0)


if __name__ == "__main__":
    load()
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(sys.argv[1])
        listening.listen(64)
        print("ready", flush=True)
        connection = serve(listening)
    if connection is not None:
        become(received(connection))
    os._exit(0)
