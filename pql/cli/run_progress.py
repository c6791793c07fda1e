"""How far a local run is: a line drawn again and again on a terminal; elsewhere only what went wrong."""

from __future__ import annotations

import sys
import threading
from typing import TextIO

from lineage_index.local.events import (
    Begun,
    Event,
    Noted,
    Output,
    RunBegun,
    RunEnded,
    StepBegun,
    StepEnded,
)
from lineage_index.local.outcome import Outcome
from pql.cli.progress import LiveLine
from pql.cli.text import printable
from pql.diagnostics.render import render

__all__ = ["Progress"]


class Progress:
    """Takes the events of a run. What the only process of an operation prints goes to our own streams."""

    def __init__(self, stream: TextIO, text: str) -> None:
        self._stream = stream
        self._text = text
        self._line = LiveLine(stream)
        self._lock = threading.RLock()
        self._step: StepBegun | None = None
        self._done = self._failed = self._active = 0

    def __call__(self, event: Event) -> None:
        with self._lock:
            match event:
                case Output():
                    self._pass_on(event)
                    return
                case Noted(warnings, text):
                    for each in warnings:
                        self._say(render(each, self._text))
                    if text:
                        self._say(f"note: {printable(text)}")
                case Begun(name, uuid, resumed):
                    self._tell(f"{printable(name)} {uuid}{' goes on' if resumed else ''}")
                case StepBegun():
                    self._step = event
                    self._done, self._failed, self._active = event.kept, 0, 0
                case RunBegun():
                    self._active += 1
                case RunEnded():
                    self._ended(event)
                case StepEnded():
                    self._tell(_ending(event))
                    self._step = None
            self._draw()

    def clear(self) -> None:
        """Take the line away."""
        with self._lock:
            self._step = None
            self._draw()

    def summary(self, outcome: Outcome) -> None:
        """The last word."""
        if outcome.signal:
            self._say(f"stopped by {outcome.signal}; `--resume` runs what is missing")
        elif not outcome.complete:
            self._say(f"{outcome.failed:,} failed; `--resume` runs them again")
        elif self._line.live and outcome.kept and not outcome.succeeded:
            self._tell("nothing was missing")

    def _ended(self, event: RunEnded) -> None:
        self._active = max(0, self._active - 1)
        name = f"{printable(event.name)} {event.uuid[:8]}"
        if event.status == "succeeded":
            self._done += 1
            return
        if event.status == "stopped":
            self._tell(f"{name} stopped")
            return
        self._failed += 1
        self._say(f"error: {name} {event.status.replace('_', ' ')}: {printable(event.message)}")
        for line in event.lines:
            self._say(f"    {printable(line)}")

    def _pass_on(self, event: Output) -> None:
        self._line.clear()
        stream = sys.stdout if event.stream == "stdout" else sys.stderr
        stream.flush()
        stream.buffer.write(event.data)
        stream.flush()

    def _tell(self, text: str) -> None:
        """A line for people at a terminal."""
        if self._line.live:
            self._say(text)

    def _say(self, text: str) -> None:
        self._line.clear()
        print(text, file=self._stream, flush=True)

    def _draw(self) -> None:
        if self._step is None:
            self._line.clear()
        else:
            self._line.show(self._state(self._step))

    def _state(self, step: StepBegun) -> str:
        if step.total == 1:
            return f"{printable(step.name)}: running"
        failed = f", {self._failed:,} failed" if self._failed else ""
        return (
            f"{printable(step.name)}: {self._done:,} of {step.total:,} done{failed}, {self._active:,} running"
        )


def _ending(event: StepEnded) -> str:
    counts = (
        (event.succeeded, "succeeded"),
        (event.failed, "failed"),
        (event.stopped, "stopped"),
    )
    told = ", ".join(f"{count:,} {name}" for count, name in counts if count)
    return f"{printable(event.name)}: {told or event.status}"
