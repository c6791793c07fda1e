"""Functions of a metric's history as rows of (run_id, value)."""

from __future__ import annotations

from pql.binder.bound import HistoryValue
from pql.sql.emitter import Emitter, quote

__all__ = ["history_source"]


def history_source(emitter: Emitter, value: HistoryValue) -> str:
    """A FROM clause (alias `h`) with one row a run that has the function's value, in `h.value`."""
    key = emitter.parameter(value.metric)
    if value.function == "at":
        step = emitter.parameter(value.step if value.step is not None else 0)
        # The greatest step up to the asked one; of equal steps the one logged last.
        return (
            "(SELECT run_id, arg_max(value, (step, seq)) AS value FROM points "
            f"WHERE section = 'metrics' AND key = {key} AND step <= {step} GROUP BY run_id) AS h"
        )
    column = quote(value.function)
    # A metric that was opened and never logged has no history: its count is nil, not 0.
    return (
        f"(SELECT run_id, CAST({column} AS DOUBLE) AS value FROM series "
        f"WHERE section = 'metrics' AND kind = 'metric' AND name = {key} AND count > 0) AS h"
    )
