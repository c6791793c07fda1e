"""Read the lines of event files one by one, and say of each that can't be read which it is."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

from lineage_index.ingest.problems import Reporter
from lineage_index.ingest.times import microseconds, parse_time

__all__ = ["HEADER_PREFIX", "MAX_LINE", "EventCount", "LineFaults", "Lines", "count_events", "metric_row"]

HEADER_PREFIX = b"step|timestamp|"
MAX_LINE = 1 << 26
"""Bytes of the longest line that is read."""

_FIRST_FAULTS = 5
_STEP = re.compile(rb"[+-]?[0-9]{1,40}(\.[0-9]+)?(e[+-]?[0-9]{1,3})?\Z")
"""Polyaxon's older clients write a step as it was given, so also as a float."""
_VALUE = re.compile(
    rb"[+-]?(?:[0-9]+(?:\.[0-9]*)?(?:e[+-]?[0-9]+)?|\.[0-9]+(?:e[+-]?[0-9]+)?|inf|infinity|nan)\Z",
    re.IGNORECASE,
)
_INT64 = range(-(2**63), 2**63)
_LINE_KINDS = ("html", "text", "chart", "span")
"""Kinds whose files have no header: the first event is written some time after the file was made."""

_RAW_KINDS = ("html", "text")
"""Polyaxon's older clients write these values as they are, line ends too, and newer ones JSON lines."""

_Step = int | float | None
"""A step; NaN where it is no integer of 64 bits, as which the tables hold it."""

_Event = tuple[_Step, datetime | None]


@dataclass(slots=True)
class EventCount:
    """What there is in one event file: complete events, smallest and largest step, latest time."""

    count: int = 0
    first_step: int | None = None
    last_step: int | None = None
    last_time: datetime | None = None

    def add(self, step: int | None, time: datetime | None) -> None:
        """Count one event."""
        self.count += 1
        if step is not None:
            if self.first_step is None or step < self.first_step:
                self.first_step = step
            if self.last_step is None or step > self.last_step:
                self.last_step = step
        if time is not None and (self.last_time is None or time > self.last_time):
            self.last_time = time


class LineFaults:
    """Reports the first faulty lines of a file each, and the others by their number."""

    def __init__(self, report: Reporter) -> None:
        self._report = report
        self._more = 0
        self._first = 0
        self._count = 0
        self._steps = 0
        self._first_step = 0

    def __call__(self, line: int, message: str, *, cut: bool = False) -> None:
        """Note one line. `cut`: it is the last one and has no end, as when writing was interrupted."""
        if cut:
            text = f"line {line} is incomplete: {message}"
            self._report("cut-line", text, lost="the event of this line", line=line)
            return
        self._count += 1
        if self._count <= _FIRST_FAULTS:
            text = f"line {line} cannot be read: {message}"
            self._report("bad-line", text, lost="the event of this line", line=line)
            return
        self._more += 1
        self._first = self._first or line

    def known_step(self, line: int, step: _Step) -> int | None:
        """The step, or None for one that the tables can't hold."""
        if not isinstance(step, float):
            return step
        self._steps += 1
        self._first_step = self._first_step or line
        return None

    def close(self) -> None:
        """Report what was only counted."""
        if self._steps:
            line = self._first_step
            message = f"{self._steps} steps are no integers of 64 bits, the first of them in line {line}"
            self._report("bad-value", message, lost="these steps, not their events", line=line)
            self._steps = 0
        if self._more:
            message = f"{self._more} more lines cannot be read, the first of them is line {self._first}"
            self._report("bad-line", message, lost=f"{self._more} events", line=self._first)
            self._more = 0


class Lines:
    """The lines of a file with their numbers; those longer than `MAX_LINE` are reported and skipped."""

    def __init__(self, file: BinaryIO, faults: LineFaults) -> None:
        self._file = file
        self._faults = faults
        self.number = 0

    def __iter__(self) -> Iterator[bytes]:
        while line := self._file.readline(MAX_LINE):
            self.number += 1
            if len(line) < MAX_LINE or line.endswith(b"\n"):
                yield line
                continue
            while (rest := self._file.readline(MAX_LINE)) and not rest.endswith(b"\n"):
                pass
            self._faults(self.number, f"longer than {MAX_LINE} bytes")


def metric_row(line: bytes) -> tuple[_Step, int | None, float] | str:
    """Step, microseconds and value of one row of a metric, without its line end; or what is wrong."""
    fields = line.split(b"|", 2)
    if len(fields) < 3:
        return "it has not three fields"
    step, time = _step_and_time(fields[0], fields[1])
    if isinstance(step, str):
        return step
    text = fields[2].strip()
    if not _VALUE.match(text):
        return "its value is no number"
    return step, None if time is None else microseconds(time), float(text)


def count_events(file: BinaryIO, kind: str, report: Reporter) -> EventCount:
    """Count the complete events of a file of any kind but `metric`.

    Raises OSError when reading fails.
    """
    faults = LineFaults(report)
    lines = Lines(file, faults)
    found = EventCount()
    read: Callable[[bytes], _Event | str | None] | None = None
    for line in lines:
        text = line.strip()
        if read is None:
            read, is_event = _reader_for(text, kind, lines.number, report)
            if not is_event:
                continue
        if not text:
            continue
        event = read(text)
        if event is None and not found.count:
            event = "no event begins before it"
        if isinstance(event, str):
            faults(lines.number, event, cut=not line.endswith(b"\n"))
        elif event is not None:
            step, time = event
            found.add(faults.known_step(lines.number, step), time)
    if read is None and kind not in _LINE_KINDS:
        report("bad-header", "the file is empty")
    faults.close()
    return found


def _reader_for(
    first: bytes, kind: str, number: int, report: Reporter
) -> tuple[Callable[[bytes], _Event | str | None], bool]:
    """How to read the lines after the first, and whether the first is an event itself."""
    if not first and number == 1:
        return _json_line, False
    row = _raw_row if kind in _RAW_KINDS else _row
    if first.startswith(HEADER_PREFIX):
        if first != HEADER_PREFIX + kind.encode():
            report("bad-header", "the header names another kind than the folder", line=number)
        return row, False
    if first.startswith(b"{"):
        return _json_line, True
    report("bad-header", "the file does not begin with a header", line=number)
    return row, first.count(b"|") >= 2


def _raw_row(text: bytes) -> _Event | None:
    """The row that begins with this line; None for a line that goes on the value before it."""
    fields = text.split(b"|", 2)
    if len(fields) < 3:
        return None
    step, time = _step_and_time(fields[0], fields[1])
    return None if isinstance(step, str) or time is None else (step, time)


def _row(text: bytes) -> _Event | str:
    fields = text.split(b"|", 2)
    if len(fields) < 3:
        return "it has not three fields"
    step, time = _step_and_time(fields[0], fields[1])
    if isinstance(step, str):
        return step
    if not isinstance(_json(fields[2]), dict):
        return "its value is no JSON object"
    return step, time


def _json_line(text: bytes) -> _Event | str:
    match _json(text):
        case {"timestamp": str(timestamp), "step": None | int() | float() as step}:
            if isinstance(step, bool):
                return "its step is no number"
            time = parse_time(timestamp)
            if time is None:
                return "its timestamp is no time"
            return step if step is None else _as_step(step), time
        case {"timestamp": str(timestamp), **rest} if "step" not in rest:
            time = parse_time(timestamp)
            return "its timestamp is no time" if time is None else (None, time)
        case dict():
            return "it has no step and timestamp"
        case _:
            return "it is no JSON object"


def _step_and_time(step: bytes, time: bytes) -> _Event | tuple[str, None]:
    """Both as read; or what is wrong, in the place of the step. An empty field is no fault."""
    step, time = step.strip(), time.strip()
    number: _Step = None
    if step:
        written = _STEP.match(step)
        if written is None:
            return "its step is no number", None
        number = _as_step(int(step) if written.lastindex is None else float(step))
    if not time:
        return number, None
    found = parse_time(time.decode("ascii", "replace"))
    return ("its timestamp is no time", None) if found is None else (number, found)


def _as_step(number: int | float) -> int | float:
    """The number as an integer of 64 bits; NaN where it is none."""
    whole = int(number) if isinstance(number, float) and number.is_integer() else number
    return whole if isinstance(whole, int) and whole in _INT64 else math.nan


def _json(text: bytes) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
