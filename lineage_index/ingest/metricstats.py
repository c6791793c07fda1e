"""Count and summarise the points of many metrics at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from lineage_index.ingest.record import MetricSummary

__all__ = ["SeriesStats", "repeat_values", "statistics"]


@dataclass(slots=True)
class SeriesStats:
    """What is known of one metric's points so far, of which there are some; `total` is the sum of those that
    are not NaN."""

    count: int
    first_step: int | None
    last_step: int | None
    last_time: datetime | None
    first: float
    last: float
    min: float | None
    max: float | None
    argmin: int | None
    argmax: int | None
    total: float
    nans: int

    def extend(self, more: SeriesStats) -> None:
        """Take in the points that were logged after these."""
        self.count += more.count
        self.last = more.last
        self.total += more.total
        self.nans += more.nans
        if more.first_step is not None and (self.first_step is None or more.first_step < self.first_step):
            self.first_step = more.first_step
        if more.last_step is not None and (self.last_step is None or more.last_step > self.last_step):
            self.last_step = more.last_step
        if more.last_time is not None and (self.last_time is None or more.last_time > self.last_time):
            self.last_time = more.last_time
        if more.min is not None and (self.min is None or more.min < self.min):
            self.min, self.argmin = more.min, more.argmin
        if more.max is not None and (self.max is None or more.max > self.max):
            self.max, self.argmax = more.max, more.argmax

    def summary(self) -> MetricSummary:
        """The summary."""
        numbers = self.count - self.nans
        mean = self.total / numbers if numbers else None
        return MetricSummary(
            self.first, self.last, self.min, self.max, mean, self.argmin, self.argmax, self.nans
        )


def repeat_values(values: list[int], counts: list[int]) -> pa.Array:
    """The first value as often as the first count says, then the second, and so on; int32."""
    if not counts:
        return pa.array([], pa.int32())
    ends = pa.array(accumulate(counts), pa.int32())
    return pc.run_end_decode(pa.RunEndEncodedArray.from_arrays(ends, pa.array(values, pa.int32())))


def statistics(rows: pa.Table, counts: list[int]) -> list[SeriesStats]:
    """The statistics of each of the stretches of rows (`step`, `time`, `value`) that `counts` gives.

    Every count is above 0, and their sum is the number of rows.
    """
    if not counts:
        return []
    values = rows.column("value").combine_chunks()
    ends = list(accumulate(counts))
    firsts = values.take(pa.array([0, *ends[:-1]], pa.int64())).to_pylist()
    lasts = values.take(pa.array([end - 1 for end in ends], pa.int64())).to_pylist()
    is_nan = pc.is_nan(values)
    if pc.any(is_nan).as_py():
        values = pc.if_else(is_nan, pa.scalar(None, pa.float64()), values)
    table = pa.table(
        {
            "place": repeat_values(list(range(len(counts))), counts),
            "step": rows.column("step"),
            "time": rows.column("time"),
            "number": values,
        }
    )
    _, first_steps, last_steps, last_times, least, most, totals, numbers = _by_place(table, *_WHOLE)
    argmins, argmaxs = (_first_steps(table, wanted) for wanted in (least, most))
    return [
        SeriesStats(
            count,
            first_steps[place],
            last_steps[place],
            last_times[place],
            firsts[place],
            lasts[place],
            least[place],
            most[place],
            argmins.get(place),
            argmaxs.get(place),
            totals[place] or 0.0,
            count - numbers[place],
        )
        for place, count in enumerate(counts)
    ]


_WHOLE = (
    ("step", "min"),
    ("step", "max"),
    ("time", "max"),
    ("number", "min"),
    ("number", "max"),
    ("number", "sum"),
    ("number", "count"),
)


def _first_steps(table: pa.Table, wanted: Sequence[float | None]) -> dict[int, int | None]:
    """For every place that has it the step of the first row with the wanted number."""
    of_row = pa.array(wanted, pa.float64()).take(table.column("place").combine_chunks())
    hits = table.filter(pc.equal(table.column("number"), of_row))
    places, steps = _by_place(hits, ("step", "first", pc.ScalarAggregateOptions(skip_nulls=False)))
    return dict(zip(places, steps, strict=True))


def _by_place(table: pa.Table, *aggregations: tuple[Any, ...]) -> list[list[Any]]:
    """Columns of one row for every place that has rows, in their order: the place, and what was asked for."""
    found = table.group_by("place", use_threads=False).aggregate(list(aggregations))
    names = ["place", *(f"{column}_{function}" for column, function, *_ in aggregations)]
    return [found.column(name).to_pylist() for name in names]
