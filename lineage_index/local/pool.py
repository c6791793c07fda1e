"""Some processes at a time, until all have run or a signal comes."""

from __future__ import annotations

import signal
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lineage_index.local.command import Command
from lineage_index.local.process import Child
from lineage_index.local.signals import Signalled, Signals

__all__ = ["GRACE_SECONDS", "Ending", "run_pool"]

GRACE_SECONDS = 10.0
"""How long processes that were told to stop may take before they are killed."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a process ended: its exit code (negative: a signal), or why it did not start. `stopped`: it was
    told to."""

    code: int | None
    error: str = ""
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class _Ended:
    number: int
    code: int


class _Late:
    """The processes have had their time."""


def run_pool(
    commands: Sequence[Command],
    concurrency: int,
    signals: Signals,
    *,
    begin: Callable[[int], Callable[[str, bytes], None]],
    end: Callable[[int, Ending], None],
    inherited: tuple[int, ...] = (),
) -> None:
    """Run every command, at most so many at a time.

    `begin` is called with the command's number before it starts, and gives what takes its output; `end` with
    how it ended; both in this thread. After a signal nothing more is started and what runs is told to stop;
    after a second one, or GRACE_SECONDS, it is killed.
    """
    waiting = deque(range(len(commands)))
    active: dict[int, Child] = {}
    told = 0
    timer: threading.Timer | None = None
    try:
        while waiting or active:
            while waiting and len(active) < concurrency and signals.number is None:
                number = waiting.popleft()
                output = begin(number)
                try:
                    active[number] = Child(commands[number], output, _reporting(number, signals), inherited)
                except (OSError, ValueError) as error:
                    end(number, Ending(None, _why(error, commands[number])))
            if not active:
                if signals.number is not None:
                    return
                continue
            match signals.queue.get():
                case _Ended(number, code):
                    del active[number]
                    end(number, Ending(code, stopped=signals.number is not None))
                case Signalled():
                    told += 1
                    for child in active.values():
                        child.send(signal.SIGTERM if told == 1 else signal.SIGKILL)
                    if timer is None:
                        timer = threading.Timer(GRACE_SECONDS, lambda: signals.queue.put(_Late()))
                        timer.daemon = True
                        timer.start()
                case _Late():
                    for child in active.values():
                        child.send(signal.SIGKILL)
    finally:
        if timer is not None:
            timer.cancel()
        for child in active.values():  # an error of ours must not leave them behind
            child.send(signal.SIGKILL)


def _reporting(number: int, signals: Signals) -> Callable[[int], None]:
    def report(code: int) -> None:
        signals.queue.put(_Ended(number, code))

    return report


def _why(error: OSError | ValueError, command: Command) -> str:
    if isinstance(error, FileNotFoundError):
        if not command.folder.is_dir():
            return f"there is no folder {command.folder}"
        return f"there is no program `{command.words[0][:80]}`"
    reason = error.strerror if isinstance(error, OSError) else None
    return f"`{command.words[0][:80]}` can't be started: {reason or error}"
