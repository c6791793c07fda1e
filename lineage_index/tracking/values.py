"""Numbers, parameters, tags and other small facts about a run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from time import time_ns
from typing import Any, SupportsFloat

from lineage_index.tracking.clock import Timestamp, microseconds
from lineage_index.tracking.core import RunCore, whole_step
from lineage_index.tracking.jsonfile import plain
from lineage_index.tracking.places import plain_uuid
from lineage_index.tracking.statuses import STATUSES

__all__ = ["FIELDS", "ValueMethods"]

FIELDS = frozenset(
    {
        "name",
        "description",
        "user",
        "owner",
        "project",
        "schedule_at",
        "managed_by",
        "is_managed",
        "is_approved",
        "pending",
        "content",
        "raw_content",
        "readme",
        "live_state",
        "kind",
        "runtime",
        "original",
        "pipeline",
        "contributors",
        "resources",
        "settings",
        "role",
        "bookmarked",
        "graph",
        "merge",
        "controller",
        "state",
        "connections",
        "framework",
        "backend",
        "teams",
    }
)
"""Keys of the run's file that `log_fields` sets; the others have methods of their own."""

EDGE_KINDS = frozenset({"action", "event", "hook", "dag", "join", "run", "tb", "build", "manual"})


class ValueMethods(RunCore):
    """The methods of a run that log values."""

    def log_metric(
        self, name: str, value: SupportsFloat, step: int | None = None, timestamp: Timestamp | None = None
    ) -> None:
        """Log one value of the metric `name`. NaN and infinities are values like others.

        It is on disk a second later, or when 1,000 events wait, whichever comes first. The last value
        logged becomes an output of the run.
        """
        series = self._metrics.get(name)
        if series is None:
            series = self._new_series("metric", name)
        number = value if value.__class__ is float else float(value)
        if step is not None and step.__class__ is not int:
            step = whole_step(step)
        us = time_ns() // 1000 if timestamp is None else microseconds(timestamp)
        series.last = number
        buffer = self._buffer
        buffer.pending.append((series, step, us, number))
        if len(buffer.pending) + buffer.in_flight >= buffer.limit:
            self._full()

    def log_metrics(
        self,
        values: Mapping[str, SupportsFloat] | None = None,
        /,
        *,
        step: int | None = None,
        timestamp: Timestamp | None = None,
        **named: SupportsFloat,
    ) -> None:
        """Log several metrics at one step and time; a mapping takes names that are no Python names."""
        us = time_ns() // 1000 if timestamp is None else microseconds(timestamp)
        step = whole_step(step)
        for name, value in {**(values or {}), **named}.items():
            series = self._metrics.get(name) or self._new_series("metric", name)
            series.last = number = float(value)
            self._append(series, step, us, number)

    def log_inputs(
        self, values: Mapping[str, Any] | None = None, /, *, reset: bool = False, **named: Any
    ) -> None:
        """Add parameters; `reset` drops those logged before. See `jsonfile.plain` for what becomes of
        values that JSON does not have."""
        self._merge("inputs", {**(values or {}), **named}, reset)

    def log_outputs(
        self, values: Mapping[str, Any] | None = None, /, *, reset: bool = False, **named: Any
    ) -> None:
        """Add results; `reset` drops those logged before."""
        self._merge("outputs", {**(values or {}), **named}, reset)

    def log_meta(
        self, values: Mapping[str, Any] | None = None, /, *, reset: bool = False, **named: Any
    ) -> None:
        """Add to `meta_info`: what `meta_info.x`, `meta_values.x` and `meta_flags.x` ask for."""
        self._merge("meta_info", {**(values or {}), **named}, reset)

    def log_tags(self, tags: str | Iterable[str], *, reset: bool = False) -> None:
        """Add tags; `reset` drops the others. A text is one tag, or several with commas between."""
        with self._section:
            self._check_open()
            self._documents.extend("tags", tag_list(tags), unique=True, reset=reset)

    def log_progress(self, value: float) -> None:
        """How far the run is, from 0 to 1, as `meta_info.progress`. Raises ValueError outside."""
        if not 0 <= value <= 1:
            raise ValueError(f"progress must lie between 0 and 1, not {value!r}")
        self._merge("meta_info", {"progress": float(value)})

    def log_fields(self, /, **fields: Any) -> None:
        """Set fields of the run that have no method of their own (`FIELDS`), such as `description`,
        `framework`, `teams`, `resources`, `settings`; None takes one out. Raises ValueError for others."""
        copied = checked_fields(fields)
        with self._section:
            self._check_open()
            self._documents.set(**copied)

    def log_upstream(
        self, run: str, kind: str = "manual", values: Any = None, statuses: Iterable[str] | None = None
    ) -> None:
        """Record that this run depends on `run` (a uuid): an edge of the lineage graph, with the values
        that passed along it. Raises ValueError for no uuid, or an unknown kind or status."""
        if kind not in EDGE_KINDS:
            raise ValueError(f"unknown kind of edge {kind!r}; known are {', '.join(sorted(EDGE_KINDS))}")
        edge: dict[str, Any] = {"run": plain_uuid(run), "kind": kind}
        if values is not None:
            edge["values"] = plain(values)
        if statuses is not None:
            edge["statuses"] = list(statuses)
            if unknown := set(edge["statuses"]) - STATUSES:
                raise ValueError(f"unknown statuses {sorted(unknown)}")
        with self._section:
            self._check_open()
            self._documents.extend("upstream", [edge], unique=True)


def tag_list(tags: str | Iterable[str] | None) -> list[str]:
    """The tags in `tags`, each once, in order."""
    if tags is None:
        return []
    parts = tags.split(",") if isinstance(tags, str) else [str(tag) for tag in tags]
    return list(dict.fromkeys(tag for part in parts if (tag := part.strip())))


def checked_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    """`fields` made plain. Raises ValueError for a key that is not in `FIELDS`."""
    if unknown := set(fields) - FIELDS:
        raise ValueError(f"unknown fields {sorted(unknown)}; known are {', '.join(sorted(FIELDS))}")
    return {key: plain(value) for key, value in fields.items()}
