"""The functions of `tracking`: the methods of the one run that `init` began last."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Concatenate, ParamSpec, SupportsFloat, TypeVar

from lineage_index.tracking.clock import Timestamp
from lineage_index.tracking.run import Run

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")

_current: Run | None = None


def _beginning(make: Callable[_Arguments, Run]) -> Callable[_Arguments, Run]:
    def init(*args: _Arguments.args, **kwargs: _Arguments.kwargs) -> Run:
        global _current
        if _current is not None and not _current.ended:
            _current.end()
        _current = make(*args, **kwargs)
        return _current

    init.__doc__ = (
        f"Begin a run, or take one up again; one that `init` began before is ended.\n\n{Run.__doc__}"
    )
    return init


def _of_current(method: Callable[Concatenate[Run, _Arguments], _Result]) -> Callable[_Arguments, _Result]:
    @functools.wraps(method)
    def call(*args: _Arguments.args, **kwargs: _Arguments.kwargs) -> _Result:
        return method(_current or current_run(), *args, **kwargs)

    return call


def current_run() -> Run:
    """The run that `init` began last. Raises RuntimeError before the first `init`."""
    if _current is None:
        raise RuntimeError("no run: call tracking.init() first")
    return _current


def log_metric(
    name: str, value: SupportsFloat, step: int | None = None, timestamp: Timestamp | None = None
) -> None:
    # Written out, for it is called in loops.
    (_current or current_run()).log_metric(name, value, step, timestamp)


log_metric.__doc__ = Run.log_metric.__doc__

init = _beginning(Run)
detach = _of_current(Run.detach)
end = _of_current(Run.end)
flush = _of_current(Run.flush)
get_artifacts_path = _of_current(Run.get_artifacts_path)
get_outputs_path = _of_current(Run.get_outputs_path)
get_tensorboard_path = _of_current(Run.get_tensorboard_path)
log_artifact = _of_current(Run.log_artifact)
log_artifact_ref = _of_current(Run.log_artifact_ref)
log_audio = _of_current(Run.log_audio)
log_chart = _of_current(Run.log_chart)
log_code_ref = _of_current(Run.log_code_ref)
log_confusion_matrix = _of_current(Run.log_confusion_matrix)
log_curve = _of_current(Run.log_curve)
log_data_ref = _of_current(Run.log_data_ref)
log_dataframe = _of_current(Run.log_dataframe)
log_dir_ref = _of_current(Run.log_dir_ref)
log_env = _of_current(Run.log_env)
log_fields = _of_current(Run.log_fields)
log_file_ref = _of_current(Run.log_file_ref)
log_histogram = _of_current(Run.log_histogram)
log_html = _of_current(Run.log_html)
log_image = _of_current(Run.log_image)
log_inputs = _of_current(Run.log_inputs)
log_meta = _of_current(Run.log_meta)
log_metrics = _of_current(Run.log_metrics)
log_model = _of_current(Run.log_model)
log_model_ref = _of_current(Run.log_model_ref)
log_outputs = _of_current(Run.log_outputs)
log_pr_curve = _of_current(Run.log_pr_curve)
log_progress = _of_current(Run.log_progress)
log_roc_auc_curve = _of_current(Run.log_roc_auc_curve)
log_status = _of_current(Run.log_status)
log_tags = _of_current(Run.log_tags)
log_tensorboard_ref = _of_current(Run.log_tensorboard_ref)
log_text = _of_current(Run.log_text)
log_upstream = _of_current(Run.log_upstream)
log_video = _of_current(Run.log_video)
