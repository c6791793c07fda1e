"""What tells a local run to stop: SIGINT, SIGTERM and SIGHUP, as events of a queue."""

from __future__ import annotations

import signal
import threading
from dataclasses import dataclass
from queue import SimpleQueue
from types import FrameType, TracebackType
from typing import Any, Self

__all__ = ["Signalled", "Signals"]

_NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True, slots=True)
class Signalled:
    """A signal arrived."""

    number: int


class Signals:
    """Takes the signals over while it is entered. `queue` gets a `Signalled` for each, besides whatever else
    is put there; `number` is the first that came, None while there is none.

    Signals that the caller ignores (a shell's background job, nohup) stay ignored. Outside the main thread
    nothing is taken over.
    """

    def __init__(self) -> None:
        self.queue: SimpleQueue[Any] = SimpleQueue()  # its put may be called from a handler
        self.number: int | None = None
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            for number in _NUMBERS:
                before = signal.getsignal(number)
                if before is not None and before != signal.SIG_IGN:
                    self._before[number] = before
                    signal.signal(number, self._take)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, before in self._before.items():
            signal.signal(number, before)

    @property
    def name(self) -> str:
        """The name of the first signal; empty while there is none."""
        return "" if self.number is None else signal.Signals(self.number).name

    def _take(self, number: int, frame: FrameType | None) -> None:
        if self.number is None:
            self.number = number
        self.queue.put(Signalled(number))
