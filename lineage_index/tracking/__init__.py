"""Tracking: what a training script calls to leave behind a run folder.

    from lineage_index import tracking

    tracking.init(name="baseline", project="vision", store="runs")
    tracking.log_inputs(lr=0.1)
    tracking.log_metric("loss", 0.25, step=1)
    tracking.end()

The functions here act on the run that `init` began last; `Run` has them as methods, for several runs at once
and for `with Run(...) as run:`. Nothing outside the standard library is imported before it is needed.
"""

from __future__ import annotations

from lineage_index.tracking.module import (
    current_run,
    detach,
    end,
    flush,
    init,
    log_fields,
    log_inputs,
    log_meta,
    log_metric,
    log_metrics,
    log_outputs,
    log_progress,
    log_status,
    log_tags,
    log_upstream,
)
from lineage_index.tracking.run import Run

__all__ = [
    "Run",
    "current_run",
    "detach",
    "end",
    "flush",
    "init",
    "log_fields",
    "log_inputs",
    "log_meta",
    "log_metric",
    "log_metrics",
    "log_outputs",
    "log_progress",
    "log_status",
    "log_tags",
    "log_upstream",
]
