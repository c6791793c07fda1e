"""The life of a run: its folder, its statuses, its buffer, and the thread that writes for it."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from lineage_index.tracking.buffer import MOST_PENDING, EventBuffer
from lineage_index.tracking.clock import Timestamp, iso_time, microseconds, now
from lineage_index.tracking.document import Documents
from lineage_index.tracking.jsonfile import BrokenFileError, plain
from lineage_index.tracking.names import is_shortened
from lineage_index.tracking.places import plain_uuid, store_folder
from lineage_index.tracking.process import enter, leave
from lineage_index.tracking.sections import Section
from lineage_index.tracking.series import JSON_LINES_KINDS, Series, event_series
from lineage_index.tracking.statuses import DONE, condition
from lineage_index.tracking.summary import summary_of_file
from lineage_index.tracking.trouble import Trouble

__all__ = ["FLUSH_SECONDS", "SNAPSHOT_SECONDS", "RunCore"]

FLUSH_SECONDS = 1.0
"""How long an event or a changed value may wait in memory."""

SNAPSHOT_SECONDS = 10.0
"""How often the last values of metrics are copied to the outputs of a run that goes on."""

_WRITER = {"client": "pql-lineage"}


class RunCore:
    """A run without its `log_*` methods. See `Run` for the arguments."""

    def __init__(
        self,
        *,
        store: str | os.PathLike[str] | None,
        run_uuid: str | None,
        fields: Mapping[str, Any],
        tags: list[str],
        attach: bool,
        strict: bool,
    ) -> None:
        if attach and run_uuid is None:
            raise ValueError("attach needs the run_uuid of a run that another process has begun")
        self.uuid: str = plain_uuid(run_uuid) if run_uuid is not None else _new_uuid()
        """32 lower-case hex digits."""
        self.store: str = store_folder(store)
        self.folder: str = os.path.join(self.store, self.uuid)
        """Absolute."""
        self._section = Section()
        self._trouble = Trouble(self.uuid, strict=strict)
        self._documents = Documents(self.folder)
        try:
            self._documents.load()
        except BrokenFileError:
            raise
        except OSError as error:
            self._trouble.met(error, self.folder)
        ours = self._documents.run.get("tracking") == _WRITER
        self._buffer = EventBuffer(self._section, self._trouble, mend=ours and not attach)
        self._series: dict[tuple[str, str], Series] = {}
        self._metrics: dict[str, Series] = {}
        self._kept: dict[str, tuple[str, str]] = {}  # path under outputs -> (kind, name) of its artifact
        self._attached = attach
        self.pid = os.getpid()
        self._ended = False
        self._forked = False
        self._metrics_moved = False
        self._unsaved_name = False
        self._next_snapshot = time.monotonic() + SNAPSHOT_SECONDS
        self._begin(fields, tags)
        self._stop = threading.Event()
        self._flusher: threading.Thread | None = None
        self._start_flusher()
        enter(self)

    # -- the life of a run

    def _begin(self, fields: Mapping[str, Any], tags: list[str]) -> None:
        documents, run = self._documents, self._documents.run
        given = {key: value for key, value in fields.items() if value is not None}
        us = now()
        if not run:
            defaults = {"managed_by": "user", "is_managed": False, "kind": "job", "runtime": "job"}
            documents.set(uuid=self.uuid, created_at=iso_time(us), tracking=_WRITER, **{**defaults, **given})
        elif given:
            documents.set(**given)
        if tags:
            documents.extend("tags", tags, unique=True)
        if not run.get("status"):
            self._add_status("created", "Tracking", "The run is starting", us)
            self._add_status("running", "Tracking", "The run is going on", us)
        elif not self._attached:
            self._add_status("resuming", "Tracking", "The run is taken up again", us)
            documents.set(finished_at=None, duration=None)
            self._add_status("running", "Tracking", "The run is going on", us)
        self._save()

    def end(self, status: str = "succeeded", reason: str | None = None, message: str | None = None) -> None:
        """Write everything, with a final status, and let go of the run. A second call does nothing.

        A status that is already final (by `log_status` or a signal) is kept. A run that was joined with
        `attach` keeps its status too: it is its owner's to end.
        """
        self._finish(None if self._attached else (status, reason, message))

    def detach(self) -> None:
        """Write everything and let go of the run without ending it: another process goes on with it."""
        self._finish(None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end_after(value)

    @property
    def ended(self) -> bool:
        """Whether `end` or `detach` was called: nothing can be logged any more."""
        return self._ended

    @property
    def status(self) -> str | None:
        """The status as this process knows it."""
        status = self._documents.run.get("status")
        return status if isinstance(status, str) else None

    def log_status(
        self,
        status: str,
        reason: str | None = None,
        message: str | None = None,
        timestamp: Timestamp | None = None,
    ) -> None:
        """Set the status and add it to the history; written at once. Raises ValueError if unknown."""
        us = now() if timestamp is None else microseconds(timestamp)
        with self._section:
            self._check_open()
            self._add_status(status, reason, message, us)
            self._save()

    def flush(self) -> None:
        """Write everything that was logged before the call."""
        with self._section:
            self._save()
            if self._buffer.pending:
                self._metrics_moved = True
            self._buffer.flush()

    # -- what processes and signals do to it

    def on_signal(self, name: str) -> None:
        """The process was told to stop: keep what is there, as stopped."""
        try:
            with self._section:
                if not self._attached and self.status not in DONE:
                    self._add_status("stopped", name, f"The process got {name}", now())
                self._copy_metrics()
                self.flush()
                self._summarise()
                self._save()
        except OSError as error:  # strict; but the process has to stop
            self._trouble.say(str(error))

    def on_exit(self, error: BaseException | None) -> None:
        """The interpreter ends, perhaps by an exception."""
        try:
            self._end_after(error)
        except OSError as failure:  # strict; but nobody is left to catch it
            self._trouble.say(str(failure))

    def on_fork(self) -> None:
        """We are a forked child: what waits is the parent's, the run is not ours to end."""
        self._section.renew()
        self._buffer.renew()
        self._documents.forget_changes()
        self._attached = self._forked = True
        self.pid = os.getpid()
        self._buffer.limit = 0

    def _end_after(self, error: BaseException | None) -> None:
        match error:
            case None | SystemExit(code=None | 0):
                self.end()
            case KeyboardInterrupt():
                self.end("stopped", "KeyboardInterrupt", "The process was interrupted")
            case _:
                self.end("failed", type(error).__name__, str(error))

    def _finish(self, final: tuple[str, str | None, str | None] | None) -> None:
        if self._ended:
            return
        if final is not None:
            condition(*final, now())  # an unknown status is refused before anything is undone
        self._before_finish()
        self._stop.set()
        flusher = self._flusher
        if flusher is not None and flusher is not threading.current_thread():
            flusher.join()
        with self._section:
            self._flusher = None
            try:
                self._copy_metrics()
                self.flush()
                self._summarise()
                if final is not None and self.status not in DONE:
                    self._add_status(*final, now())
                self._save()
            finally:
                self._ended = True
                self._buffer.limit = 0
                leave(self)
        if lost := sum(series.lost for series in self._series.values()):
            self._trouble.say(f"{lost} events could not be written and are lost")

    def _before_finish(self) -> None:
        """For those who add threads of their own."""

    # -- for the methods that log

    def _check_open(self) -> None:
        if self._ended:
            raise RuntimeError(f"run {self.uuid} has ended: nothing can be logged any more")
        if self._forked:
            self._revive()

    def _add_status(self, status: str, reason: str | None, message: str | None, us: int) -> None:
        entry = condition(status, reason, message, us)
        documents, run, moment = self._documents, self._documents.run, iso_time(us)
        documents.extend("status_conditions", [entry])
        documents.set(status=status)
        if status == "running" and not run.get("started_at"):
            documents.set(started_at=moment, wait_time=_seconds(run.get("created_at"), us))
        if status in DONE:
            documents.set(finished_at=moment, duration=_seconds(run.get("started_at"), us))

    def _merge(self, section: str, values: Mapping[str, Any], reset: bool = False) -> None:
        copied = {str(key): plain(value) for key, value in values.items()}
        with self._section:
            self._check_open()
            self._documents.merge(section, copied, reset=reset)

    def _raise_flags(self, *names: str) -> None:
        known = self._documents.run.get("meta_info") or {}
        if missing := {name: True for name in names if known.get(name) is not True}:
            self._documents.merge("meta_info", missing)

    def _new_series(self, kind: str, name: str) -> Series:
        with self._section:
            self._check_open()
            series = self._series.get((kind, name))
            if series is None:
                series = event_series(self.folder, kind, name)
                self._add_series(series)
                self._raise_flags("has_events", *(("has_metrics",) if kind == "metric" else ()))
                if kind == "metric":
                    self._metrics[name] = series
            return series

    def _add_series(self, series: Series) -> None:
        self._series[series.kind, series.name] = series
        # Entered at once: the name of a shortened file stands nowhere else.
        self._unsaved_name |= is_shortened(series.path)
        self._enter_series(series, {"is_event": True})

    def _enter_series(self, series: Series, summary: dict[str, Any]) -> None:
        self._documents.add_lineage(
            {
                "name": series.name,
                "kind": series.kind,
                "path": series.path,
                "summary": summary,
                "is_input": False,
            }
        )

    def _event(
        self, kind: str, name: str, payload: Any, step: int | None, timestamp: Timestamp | None
    ) -> None:
        series = self._series.get((kind, name)) or self._new_series(kind, name)
        self._append(
            series, whole_step(step), now() if timestamp is None else microseconds(timestamp), payload
        )

    def _append(self, series: Series, step: int | None, us: int, payload: Any) -> None:
        buffer = self._buffer
        buffer.pending.append((series, step, us, payload))
        if len(buffer.pending) + buffer.in_flight >= buffer.limit:
            self._full()

    def _full(self) -> None:
        if self._ended:
            self._buffer.pending.clear()
        else:
            self._buffer.limit = MOST_PENDING
        self._check_open()
        # Saving the documents waits for the disk: that is the thread's work, but for a name that stands
        # nowhere else than in the lineage.
        if self._unsaved_name:
            self.flush()
        else:
            self._metrics_moved = True
            self._buffer.flush()

    # -- writing

    def _save(self) -> None:
        if not self._documents.changed:
            return
        self._documents.set(updated_at=iso_time(now()))
        try:
            self._documents.save()
            self._unsaved_name = False
        except OSError as error:
            self._trouble.met(error, "run.plx.json or lineages.plx.json")

    def _copy_metrics(self) -> None:
        if last := {name: series.last for name, series in self._metrics.items() if series.last is not None}:
            self._documents.merge("outputs", last)
        self._metrics_moved = False

    def _summarise(self) -> None:
        for series in self._series.values():
            if series.kind == "logs":
                continue
            try:
                summary = summary_of_file(
                    os.path.join(self.folder, series.path),
                    numeric=series.kind in ("metric", "system"),
                    json_lines=series.kind in JSON_LINES_KINDS,
                )
            except OSError as error:
                self._trouble.met(error, f"the summary of {series.path}")
            else:
                self._enter_series(series, summary)

    def _start_flusher(self) -> None:
        self._flusher = threading.Thread(target=self._keep_flushing, name="tracking-flush", daemon=True)
        self._flusher.start()

    def _keep_flushing(self) -> None:
        stop = self._stop
        while not stop.wait(FLUSH_SECONDS):
            try:
                if self._metrics_moved and time.monotonic() >= self._next_snapshot:
                    with self._section:
                        self._copy_metrics()
                    self._next_snapshot = time.monotonic() + SNAPSHOT_SECONDS
                self.flush()
            except OSError:
                self._buffer.limit = 0  # strict: the next call that logs tries again, and raises

    def _revive(self) -> None:
        self._forked = False
        self._buffer.limit = MOST_PENDING
        self._stop = threading.Event()
        self._start_flusher()
        # Children of multiprocessing leave without running exit handlers, but run these.
        if (util := sys.modules.get("multiprocessing.util")) is not None:
            util.Finalize(None, self.detach, exitpriority=10)


def whole_step(step: Any) -> int | None:
    """`step` as an int. Raises ValueError for a number that is not whole, TypeError for no number."""
    if step is None or step.__class__ is int:
        return step
    try:
        number = int(step)
    except OverflowError:  # infinity
        number = None
    if number != step:
        raise ValueError(f"a step must be a whole number, not {step!r}")
    return number


def _new_uuid() -> str:
    from uuid import uuid4

    return uuid4().hex


def _seconds(since: Any, us: int) -> float | None:
    try:
        return max(0, us - microseconds(since)) / 1_000_000
    except (TypeError, ValueError):
        return None
