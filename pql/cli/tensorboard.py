"""`pql tensorboard`: TensorBoard over the runs that match."""

from __future__ import annotations

import os
import re
import signal
import sys
import tempfile
from collections import deque
from importlib.util import find_spec
from pathlib import Path

from lineage_index.local.boards import Boards, find_boards, link_boards
from lineage_index.local.command import Command
from lineage_index.local.process import Child
from lineage_index.local.signals import Signalled, Signals
from pql.cli.exits import Exit, fail, guarded, tell
from pql.cli.output_index import open_index
from pql.cli.text import printable

__all__ = ["run_tensorboard"]

_ADDRESS = re.compile(r"TensorBoard \S+ at (\S+)")
_LAST_LINES = 8
_MOST_NOTES = 5


def run_tensorboard(
    query: str,
    sort: str | None,
    limit: int,
    artifact: str,
    dirs: str | None,
    host: str | None,
    port: int | None,
    as_of: str | None,
    index: str | None,
) -> None:
    """Start it, print its address, and end it at an interrupt."""
    if find_spec("tensorboard") is None:
        fail("error: `tensorboard` needs TensorBoard: pip install 'pql-lineage[tensorboard]'", Exit.USAGE)
    with guarded(), open_index(index, as_of) as opened:
        found = find_boards(opened, query, sort=sort, limit=limit, artifact=artifact, dirs=dirs)
    for each in found.warnings:
        if each.code != "PQL656":
            tell(each, query)
    for note in found.notes[:_MOST_NOTES]:
        print(f"note: {printable(note)}", file=sys.stderr)
    if len(found.notes) > _MOST_NOTES:
        print(f"note: and {len(found.notes) - _MOST_NOTES:,} more without a folder", file=sys.stderr)
    if not found.boards:
        nothing = "no run matches" if not found.taken else "none of the runs that match has a folder to show"
        fail(f"error: {nothing}", Exit.NOTHING)
    with tempfile.TemporaryDirectory(prefix="pql-tensorboard-") as folder:
        link_boards(found.boards, Path(folder))
        _serve(folder, found, host, port)


def _serve(folder: str, found: Boards, host: str | None, port: int | None) -> None:
    words = [sys.executable, "-m", "tensorboard.main", "--logdir", folder]
    words += [] if host is None else ["--host", host]
    words += [] if port is None else ["--port", str(port)]
    with Signals() as signals:
        lines: deque[str] = deque(maxlen=_LAST_LINES)
        rest = [b""]

        def take(stream: str, data: bytes) -> None:
            if stream == "stderr":
                *whole, rest[0] = (rest[0] + data).split(b"\n")
                for line in whole:
                    text = line.decode("utf-8", "backslashreplace")
                    lines.append(text)
                    if address := _ADDRESS.search(text):
                        signals.queue.put(address[1])

        child = Child(Command(tuple(words), os.environ, Path.cwd()), take, signals.queue.put)
        told = False
        while True:
            match signals.queue.get():
                case str() as address:
                    count = len(found.boards)
                    runs = f"{count:,} {'run' if count == 1 else 'runs'} of {found.total:,} that match"
                    print(f"{runs}: {address}")
                    print("ctrl-C ends it", file=sys.stderr, flush=True)
                    sys.stdout.flush()
                case Signalled():
                    child.send(signal.SIGKILL if told else signal.SIGTERM)
                    told = True
                case int() as code:
                    if told:
                        return
                    for line in lines:
                        print(printable(line), file=sys.stderr)
                    fail(f"error: TensorBoard ended with {code}", Exit.USAGE)
