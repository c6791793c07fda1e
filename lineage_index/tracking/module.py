"""The functions of `tracking`: the methods of the one run that `init` began last."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

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


init = _beginning(Run)
end = _of_current(Run.end)
detach = _of_current(Run.detach)
flush = _of_current(Run.flush)
log_fields = _of_current(Run.log_fields)
log_inputs = _of_current(Run.log_inputs)
log_meta = _of_current(Run.log_meta)
log_metric = _of_current(Run.log_metric)
log_metrics = _of_current(Run.log_metrics)
log_outputs = _of_current(Run.log_outputs)
log_progress = _of_current(Run.log_progress)
log_status = _of_current(Run.log_status)
log_tags = _of_current(Run.log_tags)
log_upstream = _of_current(Run.log_upstream)
