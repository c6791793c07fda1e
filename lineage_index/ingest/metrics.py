"""Read the metric files of a batch of runs: their points as tables of bounded size, and their statistics."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

import pyarrow as pa
import pyarrow.compute as pc

from lineage_index.ingest.content import Checksum
from lineage_index.ingest.files import open_raw
from lineage_index.ingest.lines import HEADER_PREFIX, MAX_LINE, LineFaults, metric_row
from lineage_index.ingest.metricparse import Piece, parse_pieces
from lineage_index.ingest.metricstats import SeriesStats, repeat_values, statistics
from lineage_index.ingest.points import POINTS_SCHEMA
from lineage_index.ingest.problems import Reporter
from lineage_index.ingest.seriesfile import SeriesFile

__all__ = ["read_metric_files"]

_HEADER = b"step|timestamp|metric\n"
_FIRST_READ = 1 << 16
_CHUNK = 1 << 22
_FLUSH_BYTES = 1 << 25
"""With rows of 32 bytes, about the shortest there are, `POINTS_PER_TABLE` of them."""


def read_metric_files(files: Iterable[SeriesFile]) -> Iterator[pa.Table]:
    """Yield the points of all files as tables of `POINTS_SCHEMA`. The files are read in their order.

    What was `found` in a file is whole, and its problems are reported, once the table after its last points
    was asked for. Nothing is raised for what a file holds; one that can't be read has no points and a
    problem.
    """
    pieces = ((file, piece) for file in files for piece in _pieces(file))
    while waiting := _take(pieces):
        yield _flush(waiting)


def _take(pieces: Iterator[tuple[SeriesFile, Piece]]) -> list[tuple[SeriesFile, Piece]]:
    """The next pieces, until they are worth a table; those of one file stay in their order."""
    taken = []
    size = 0
    for file, piece in pieces:
        taken.append((file, piece))
        size += len(piece.body)
        if size >= _FLUSH_BYTES:
            break
    taken.sort(key=lambda each: each[0].place)
    return taken


def _flush(waiting: list[tuple[SeriesFile, Piece]]) -> pa.Table:
    rows = parse_pieces([piece for _, piece in waiting if piece.body])
    for _, piece in waiting:
        if piece.last:
            piece.faults.close()
    filled = [(file, piece) for file, piece in waiting if piece.rows]
    counts = [piece.rows for _, piece in filled]
    starts = []
    for (file, _), stats in zip(filled, statistics(rows, counts), strict=True):
        if isinstance(file.found, SeriesStats):
            starts.append(file.found.count)
            file.found.extend(stats)
        else:
            starts.append(0)
            file.found = stats
    columns = [
        repeat_values([file.place for file, _ in filled], counts),
        _sequence(starts, counts),
        *(rows.column(name) for name in ("step", "time", "value")),
    ]
    return pa.Table.from_arrays(columns, schema=POINTS_SCHEMA)


def _sequence(starts: list[int], counts: list[int]) -> pa.Array:
    """For every stretch its start, its start + 1, …"""
    before = 0
    shifts = []
    for start, count in zip(starts, counts, strict=True):
        shifts.append(start - before)
        before += count
    ones = pa.repeat(pa.scalar(1, pa.int32()), before)
    numbers = pc.subtract(pc.cumulative_sum(ones), pa.scalar(1, pa.int32()))
    return pc.add(numbers, repeat_values(shifts, counts))


def _pieces(file: SeriesFile) -> Iterator[Piece]:
    """The rows of one file, cut at line ends; most files are one piece. The last piece may be empty."""
    faults = LineFaults(file.report)
    try:
        descriptor = open_raw(file.path)
        try:
            for piece in _cut(descriptor, file, faults):
                yield _without_cut_line(piece) if file.whole_lines and piece.open_end else piece
        finally:
            os.close(descriptor)
    except FileNotFoundError:
        file.report("vanished", "the file went away", lost="its points")
    except OSError as error:
        file.report.cannot_be_read(error, lost="its further points")
        yield Piece(b"", 0, True, False, faults)


def _without_cut_line(piece: Piece) -> Piece:
    """The piece up to its last line end."""
    if not piece.body:
        return piece
    whole, _, _ = piece.body.rpartition(b"\n")
    piece.faults(piece.line + piece.body.count(b"\n"), "it has no line end", cut=True)
    return Piece(whole, piece.line, piece.last, False, piece.faults)


def _cut(descriptor: int, file: SeriesFile, faults: LineFaults) -> Iterator[Piece]:
    data = os.read(descriptor, _FIRST_READ)
    checksum = file.checksum
    checksum.add(data)
    rest, line = _without_header(data, file.report)
    if len(data) < _FIRST_READ:  # a short read of a regular file is its end
        yield Piece(rest.removesuffix(b"\n"), line, True, not rest.endswith(b"\n"), faults)
        return
    while chunk := os.read(descriptor, _CHUNK):
        checksum.add(chunk)
        rest += chunk
        end = rest.rfind(b"\n")
        if end >= 0:
            yield Piece(rest[:end], line, False, False, faults)
            line += rest.count(b"\n", 0, end) + 1
            rest = rest[end + 1 :]
        elif len(rest) > MAX_LINE:
            faults(line, f"longer than {MAX_LINE} bytes")
            rest = _after_next_line_end(descriptor, checksum)
            line += 1
    yield Piece(rest, line, True, True, faults)


def _after_next_line_end(descriptor: int, checksum: Checksum) -> bytes:
    while chunk := os.read(descriptor, _CHUNK):
        checksum.add(chunk)
        end = chunk.find(b"\n")
        if end >= 0:
            return chunk[end + 1 :]
    return b""


def _without_header(data: bytes, report: Reporter) -> tuple[bytes, int]:
    """What follows the header, and the number of its first line."""
    if data.startswith(_HEADER):
        return data[len(_HEADER) :], 2
    if not data:
        report("bad-header", "the file is empty")
        return b"", 1
    first, _, rest = data.partition(b"\n")
    header = first.strip()
    if header == _HEADER.strip():
        return rest, 2
    if header.startswith(HEADER_PREFIX):
        report("bad-header", "the header names another kind than the folder", line=1)
        return rest, 2
    report("bad-header", "the file does not begin with the header of a metric", line=1)
    return (rest, 2) if isinstance(metric_row(first), str) else (data, 1)
