"""How the files of the tables are written."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from uuid import uuid4

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from lineage_index.store.manifest import DataFile
from lineage_index.store.scratch import written
from pql.catalog.tables import table

__all__ = ["RUNS_A_PIECE", "TableFile", "new_file_name", "table_folder", "write_pieces", "write_table_file"]

_ROW_GROUP = {"runs": 24_576, "payload": 512}
"""The rows of a page are spread over `payload`: twenty of 100,000 runs cost a third of what they cost with
2,048. With 256 the metadata of a million runs would cost more than that saves."""

_ROW_GROUP_ELSE = 1 << 17
RUNS_A_PIECE = 3 * _ROW_GROUP["runs"]
"""Rows of `runs` that are in memory at once where files of them are rewritten."""

_PAGE = {"runs": 4_096, "values": 8_192}
"""Rows of a page. The engine unpacks the pages that hold a row it wants: with small ones the ten uuids of a
top ten don't cost those of all runs, a third of the search; by a key of few runs, a sixth."""

_PAGE_ELSE = 1 << 16
"""Split into streams, each byte of the doubles of such a page fills half a block of the compressor, which
then never sees digits that are noise and an exponent that is none as one text. With the 20,000 rows that are
usual here, history took a thirtieth more."""

_LEVEL = {"points": 3}
"""With 6, a sixth more time for a seven-hundredth less of bytes; with 1, no less time."""


def table_folder(index: Path, name: str) -> Path:
    """The folder of a table, made if need be."""
    folder = index / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def new_file_name() -> str:
    """A name no other file has."""
    return f"part-{uuid4().hex}.parquet"


def write_table_file(folder: Path, name: str, rows: pa.Table) -> DataFile:
    """Writes `rows` as one new file of the table `name`, whose folder is `folder`."""
    file = TableFile(folder, name, rows.schema, nan=_nan_columns(rows), rows=rows.num_rows)
    try:
        file.write(rows)
        return file.close()
    except BaseException:
        file.discard()
        raise


def write_pieces(
    folder: Path,
    name: str,
    schema: pa.Schema,
    pieces: Iterable[pa.Table],
    *,
    nan: Iterable[str],
    most: Iterable[int],
) -> list[DataFile]:
    """Writes tables as they come to new files of the table `name`, each of which ends once it has as many
    rows as `most` gives for it. `nan` names the columns that may hold NaN."""
    without = list(nan)
    enough = iter(most)
    ends = next(enough)
    files: list[DataFile] = []
    file: TableFile | None = None
    try:
        for rows in pieces:
            if file is None:
                file = TableFile(folder, name, schema, nan=without, rows=rows.num_rows)
            file.write(rows)
            if file.rows >= ends:
                files.append(file.close())
                file, ends = None, next(enough)
        if file is not None:
            files.append(file.close())
            file = None
    finally:
        if file is not None:
            file.discard()
    return files


class TableFile:
    """One file being written, in pieces. `nan` names the columns that may hold NaN; `rows` is about how many
    rows there will be at most."""

    def __init__(self, folder: Path, name: str, schema: pa.Schema, *, nan: Iterable[str], rows: int) -> None:
        self._path = folder / new_file_name()
        written(self._path)
        self._group = _ROW_GROUP.get(name, _ROW_GROUP_ELSE)
        self.rows = 0
        without = set(nan)
        distinct = {column.name for column in table(name).columns if column.distinct}
        texts = [field.name for field in schema if _is_text(field.type) and field.name not in distinct]
        group_rows = max(1, min(rows, self._group))
        self._writer = pq.ParquetWriter(
            self._path,
            schema,
            compression="lz4" if name == "runs" else "zstd",
            compression_level=_LEVEL.get(name),
            use_dictionary=texts,
            max_rows_per_page=_PAGE.get(name, _PAGE_ELSE),
            column_encoding={
                **{field.name: _ENCODINGS[field.type] for field in schema if field.type in _ENCODINGS},
                **dict.fromkeys(distinct, "DELTA_LENGTH_BYTE_ARRAY"),
            },
            # Readers prune wrongly by statistics of a column that holds NaN.
            write_statistics=[field.name for field in schema if field.name not in without],
            bloom_filter_options={
                column.name: {"ndv": group_rows, "fpp": 0.01}
                for column in table(name).columns
                if column.bloom
            }
            or None,
            store_schema=False,
        )

    def write(self, rows: pa.Table) -> None:
        """Appends rows; each call begins a new row group."""
        self._writer.write_table(rows, row_group_size=self._group)
        self.rows += rows.num_rows

    def close(self) -> DataFile:
        """Ends the file."""
        self._writer.close()
        return DataFile(self._path.name, self.rows, os.stat(self._path).st_size)

    def discard(self) -> None:
        """Gives the file up."""
        try:
            self._writer.close()
        finally:
            self._path.unlink(missing_ok=True)


def _is_text(kind: pa.DataType) -> bool:
    return bool(kind == pa.string() or pa.types.is_dictionary(kind))


_ENCODINGS = {
    pa.float64(): "BYTE_STREAM_SPLIT",
    pa.int64(): "DELTA_BINARY_PACKED",
    pa.int32(): "DELTA_BINARY_PACKED",
    pa.timestamp("us"): "DELTA_BINARY_PACKED",
}


def _nan_columns(rows: pa.Table) -> list[str]:
    """The columns that hold NaN."""
    return [
        field.name
        for field in rows.schema
        if field.type == pa.float64() and pc.any(pc.is_nan(rows.column(field.name))).as_py()
    ]
