"""The schema in which the points of many metrics pass to the tables."""

from __future__ import annotations

import pyarrow as pa

__all__ = ["POINTS_PER_TABLE", "POINTS_SCHEMA"]

POINTS_SCHEMA = pa.schema(
    [
        pa.field("place", pa.int32(), nullable=False),
        pa.field("seq", pa.int32(), nullable=False),
        pa.field("step", pa.int64()),
        pa.field("time", pa.timestamp("us")),
        pa.field("value", pa.float64(), nullable=False),
    ]
)
"""`place` names the series (see `Batch.points`), `seq` counts the points of one series from 0 in the order of
logging. Times are naive UTC. Values keep NaN and infinities. The rows of a table are
sorted by (place, seq)."""

POINTS_PER_TABLE = 1 << 20
"""About how many rows one table of points holds at most, so that no file, however large, fills the memory."""
