"""Parse the rows of many metric files at once.

Clean files, which are nearly all, go through Arrow's CSV reader together; it reads doubles exactly. Whatever
it refuses is halved until single files are left, and these are read line by line, so that a fault names its
line. What it would take although it should not is kept from it.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from lineage_index.ingest.lines import LineFaults, metric_row
from lineage_index.ingest.stretches import stretches
from lineage_index.ingest.times import microseconds

__all__ = ["Piece", "parse_pieces"]

_READ = pa_csv.ReadOptions(use_threads=False, column_names=["step", "time", "value"], block_size=1 << 20)
_PARSE = pa_csv.ParseOptions(delimiter="|", quote_char=False, double_quote=False, ignore_empty_lines=False)
_CONVERT = tuple(
    pa_csv.ConvertOptions(
        column_types={"step": pa.int64(), "time": time, "value": pa.float64()},
        null_values=[""],
        check_utf8=False,
    )
    for time in (pa.timestamp("us", tz="UTC"), pa.timestamp("us"))
)
"""Of one piece all times have an offset, or none has."""

_TOGETHER = 1 << 22
"""Bytes that are parsed at once: what the caches of the processor hold."""

_MISREAD = (b"x", b"X", b"(")
"""To Arrow's reader part of a hexadecimal step, or of a NaN with a payload; to us a fault."""

_YEARS = (
    microseconds(datetime(1, 1, 1)),  # noqa: DTZ001 - naive UTC
    microseconds(datetime(9999, 12, 31, 23, 59, 59, 999_999)),  # noqa: DTZ001
)
_SCHEMA = pa.schema([("step", pa.int64()), ("time", pa.timestamp("us")), ("value", pa.float64())])


@dataclass(slots=True)
class Piece:
    """Some whole rows of one metric file, without its header.

    `line` is the number of the first row in the file; `last` tells that the file ends here, `open_end` that
    it ends within its last row, which has no line end. `rows` is the number of complete rows once the piece
    is parsed.
    """

    body: bytes
    line: int
    last: bool
    open_end: bool
    faults: LineFaults
    rows: int = 0


def parse_pieces(pieces: list[Piece]) -> pa.Table:
    """The complete rows of all pieces one after the other: `step`, `time` (naive UTC), `value`.

    Sets `rows` of every piece, and tells its `faults` of every line that can't be read.
    """
    together = stretches(pieces, lambda piece: len(piece.body), _TOGETHER)
    tables = [table for some in together for table in _parse(some)]
    return pa.concat_tables(tables) if tables else _SCHEMA.empty_table()


def _parse(pieces: list[Piece]) -> list[pa.Table]:
    table = _parse_clean(pieces)
    if table is not None:
        return [table]
    if len(pieces) == 1:
        return [_parse_lines(pieces[0])]
    middle = len(pieces) // 2
    return _parse(pieces[:middle]) + _parse(pieces[middle:])


def _may_be_cut(piece: Piece) -> bool:
    """Whether the piece is empty, or ends within a number that would still be one."""
    return not piece.body or (piece.open_end and piece.body.endswith(b"."))


def _parse_clean(pieces: list[Piece]) -> pa.Table | None:
    """The rows of pieces without faults; None if that is not certain."""
    joined = b"\n".join([piece.body for piece in pieces])
    if any(sign in joined for sign in _MISREAD) or any(map(_may_be_cut, pieces)):
        return None
    counts = [piece.body.count(b"\n") + 1 for piece in pieces]
    for convert in _CONVERT:
        try:
            table = pa_csv.read_csv(pa.BufferReader(joined), _READ, _PARSE, convert).cast(_SCHEMA)
        except pa.ArrowInvalid:
            continue
        # To Arrow a lone carriage return ends a line: a row too many. Nothing makes a row too few.
        if table.num_rows == sum(counts) and not table.column("value").null_count and _in_years(table):
            for piece, count in zip(pieces, counts, strict=True):
                piece.rows = count
            return table
    return None


def _in_years(table: pa.Table) -> bool:
    """Whether every time is one that Python can tell."""
    extremes = pc.min_max(table.column("time").cast(pa.int64())).as_py()
    return extremes["min"] is None or (_YEARS[0] <= extremes["min"] and extremes["max"] <= _YEARS[1])


def _parse_lines(piece: Piece) -> pa.Table:
    steps: list[int | None] = []
    times: list[int | None] = []
    values = array("d")
    lines = piece.body.split(b"\n")
    final = len(lines) - 1 if piece.open_end else -1
    for place, line in enumerate(lines):
        if not line.strip():
            continue
        row = metric_row(line)
        if isinstance(row, str):
            piece.faults(piece.line + place, row, cut=place == final)
        elif place == final and line.endswith(b"."):
            piece.faults(piece.line + place, "its value ends in a point", cut=True)
        else:
            step, time, value = row
            steps.append(piece.faults.known_step(piece.line + place, step))
            times.append(time)
            values.append(value)
    piece.rows = len(values)
    columns = [
        pa.array(steps, pa.int64()),
        pa.array(times, pa.timestamp("us")),
        pa.array(values, pa.float64()),
    ]
    return pa.Table.from_arrays(columns, schema=_SCHEMA)
