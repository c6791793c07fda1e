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
    get_artifacts_path,
    get_outputs_path,
    get_tensorboard_path,
    init,
    log_artifact,
    log_artifact_ref,
    log_audio,
    log_chart,
    log_code_ref,
    log_confusion_matrix,
    log_curve,
    log_data_ref,
    log_dataframe,
    log_dir_ref,
    log_env,
    log_fields,
    log_file_ref,
    log_histogram,
    log_html,
    log_image,
    log_inputs,
    log_meta,
    log_metric,
    log_metrics,
    log_model,
    log_model_ref,
    log_outputs,
    log_pr_curve,
    log_progress,
    log_roc_auc_curve,
    log_status,
    log_tags,
    log_tensorboard_ref,
    log_text,
    log_upstream,
    log_video,
)
from lineage_index.tracking.run import Run

__all__ = [
    "Run",
    "current_run",
    "detach",
    "end",
    "flush",
    "get_artifacts_path",
    "get_outputs_path",
    "get_tensorboard_path",
    "init",
    "log_artifact",
    "log_artifact_ref",
    "log_audio",
    "log_chart",
    "log_code_ref",
    "log_confusion_matrix",
    "log_curve",
    "log_data_ref",
    "log_dataframe",
    "log_dir_ref",
    "log_env",
    "log_fields",
    "log_file_ref",
    "log_histogram",
    "log_html",
    "log_image",
    "log_inputs",
    "log_meta",
    "log_metric",
    "log_metrics",
    "log_model",
    "log_model_ref",
    "log_outputs",
    "log_pr_curve",
    "log_progress",
    "log_roc_auc_curve",
    "log_status",
    "log_tags",
    "log_tensorboard_ref",
    "log_text",
    "log_upstream",
    "log_video",
]
