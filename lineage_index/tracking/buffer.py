"""The events between `log_*` and the disk: many threads append, one at a time writes."""

from __future__ import annotations

from collections import deque
from typing import Any

from lineage_index.tracking.clock import event_time
from lineage_index.tracking.sections import Section
from lineage_index.tracking.series import Series
from lineage_index.tracking.trouble import Trouble

__all__ = ["MOST_PENDING", "EventBuffer"]

MOST_PENDING = 1000
"""Events that may wait; whoever adds one more writes them all before it returns."""


class EventBuffer:
    """Events of one run that are not on disk yet.

    `pending` is public for the sake of `log_metric`, which appends to it itself: an append to a deque is
    atomic, so the fast path takes no lock. Items are (series, step, time, payload).
    """

    __slots__ = ("_section", "_trouble", "_written_to", "in_flight", "limit", "mend", "pending")

    def __init__(self, section: Section, trouble: Trouble, *, mend: bool) -> None:
        self.pending: deque[tuple[Series, int | None, int, Any]] = deque()
        self.in_flight = 0
        """Events taken out of `pending` that may not be on disk yet."""
        self.limit = MOST_PENDING
        self.mend = mend
        self._section = section
        self._trouble = trouble
        self._written_to: dict[Series, None] = {}

    def flush(self) -> None:
        """Write everything that was appended before the call. A write error goes to `Trouble`, and what
        it kept from the disk stays for the next time."""
        with self._section:
            lines: dict[Series, list[str]] = {}
            pending = self.pending
            # Counted as in flight before they leave `pending`: their sum never falls short of what waits.
            self.in_flight = count = len(pending)
            moment, spelt = -1, ""
            for _ in range(count):
                series, step, us, payload = pending.popleft()
                if us != moment:  # metrics logged together share their time
                    moment, spelt = us, event_time(us)
                line = series.render(step, spelt, payload)
                if series in lines:
                    lines[series].append(line)
                else:
                    lines[series] = [line]
            for series, rows in lines.items():
                series.add("".join(rows))
                self._written_to[series] = None
            failure: tuple[OSError, str] | None = None
            for series in list(self._written_to):
                try:
                    series.write(mend=self.mend)
                    del self._written_to[series]
                except OSError as error:
                    failure = error, series.path
            self.in_flight = 0
            if failure:
                self._trouble.met(*failure)

    def renew(self) -> None:
        """In a forked child: start empty."""
        self.pending.clear()
        for series in self._written_to:
            series.renew()
        self._written_to.clear()
        self.in_flight = 0
