"""The statuses of a run, and the entries of its history."""

from __future__ import annotations

from typing import Any

from lineage_index.tracking.clock import iso_time

__all__ = ["DONE", "STATUSES", "condition"]

STATUSES = frozenset(
    {
        "created",
        "resuming",
        "on_schedule",
        "compiled",
        "queued",
        "scheduled",
        "starting",
        "running",
        "processing",
        "stopping",
        "failed",
        "stopped",
        "succeeded",
        "skipped",
        "warning",
        "unschedulable",
        "upstream_failed",
        "retrying",
        "unknown",
        "done",
    }
)

DONE = frozenset({"failed", "stopped", "succeeded", "skipped", "upstream_failed", "done"})
"""Statuses after which a run does not go on by itself."""


def condition(status: str, reason: str | None, message: str | None, us: int) -> dict[str, Any]:
    """One entry of `status_conditions`. Raises ValueError for an unknown status."""
    if status not in STATUSES:
        raise ValueError(f"unknown status {status!r}; known are {', '.join(sorted(STATUSES))}")
    moment = iso_time(us)
    entry = {
        "type": status,
        "status": True,
        "reason": reason,
        "message": message,
        "last_update_time": moment,
        "last_transition_time": moment,
    }
    return {key: value for key, value in entry.items() if value is not None}
