"""A result written out: for the eye, for a pipe, for a file."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

from pql.cli.exits import Exit, fail
from pql.cli.output_cells import csv_cell, csv_line, json_text, markdown_cell
from pql.cli.output_columns import ShownColumn
from pql.cli.streams import columns_of, in_colour, speak_utf8
from pql.cli.table import render_table
from pql.cli.text import fold, printable

__all__ = [
    "FORMATS",
    "OF_TABLES",
    "chosen_format",
    "encode",
    "folded",
    "paints",
    "strong",
    "tabulate",
    "terminal_width",
    "toned",
    "write_bytes",
    "write_text",
]

FORMATS = ("table", "wide", "json", "jsonl", "csv", "parquet", "arrow", "markdown", "uuid")
OF_TABLES = tuple(each for each in FORMATS if each != "uuid")
"""Those of what is no list of runs."""
_BINARY = frozenset({"parquet", "arrow"})
_SUFFIXES = {
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".parquet": "parquet",
    ".arrow": "arrow",
    ".feather": "arrow",
    ".md": "markdown",
    ".txt": "wide",
}


def chosen_format(wanted: str | None, file: str | None, forms: Sequence[str] = FORMATS) -> str:
    """The format that was asked for, or the one that the file's ending stands for; ends the process for a
    format or an ending that there is not."""
    if wanted is None:
        ending = Path(file).suffix.lower() if file is not None else ""
        if ending and ending not in _SUFFIXES:
            known = ", ".join(_SUFFIXES)
            fail(f"error: no format is known by {ending!r}; -o knows {known}, or give --format", Exit.USAGE)
        return _SUFFIXES.get(ending, "table")
    if wanted not in forms:
        fail(f"error: --format is one of {', '.join(forms)}, not {wanted!r}", Exit.USAGE)
    if wanted in _BINARY and file is None and sys.stdout.isatty():
        fail(f"error: {wanted} is not for a terminal; name a file with -o FILE", Exit.USAGE)
    return wanted


def paints(file: str | None = None) -> bool:
    """Whether what is written there has colours."""
    return file is None and in_colour(sys.stdout)


def toned(text: str, style: str, file: str | None = None) -> str:
    """The text in one of the styles, if what is written there has colours."""
    if not paints(file):
        return text
    from pql.diagnostics.style import Style, painted

    return painted(text, Style[style])


def strong(text: str, file: str | None = None) -> str:
    """A heading of what is written there."""
    return toned(text, "STRONG", file)


def terminal_width(file: str | None = None) -> int | None:
    """The columns of the terminal; None where nothing is to be cut: in a pipe or a file."""
    return None if file is not None else columns_of(sys.stdout)


def folded(line: str, file: str | None = None, hang: str = "  ") -> str:
    """A sentence of what is written there, in lines that a terminal has room for."""
    return fold(line, terminal_width(file), hang)


def tabulate(
    columns: list[ShownColumn], form: str, *, terminal: bool = False, coloured: bool = False
) -> str | bytes:
    """The columns in one of the formats that have columns: wide, csv, markdown, json lines, parquet, arrow.

    On a terminal the control characters of texts are made visible in CSV, too. `wide` may be coloured.
    """
    match form:
        case "csv":
            return _csv(columns, terminal=terminal)
        case "markdown":
            return _markdown(columns)
        case "jsonl":
            return "".join(json_text(row) + "\n" for row in _records(columns))
        case "parquet" | "arrow":
            return encode(_arrow(columns), form)
        case _:
            texts = [each.text(whole=True) for each in columns]
            return render_table(texts, None, coloured=coloured) + "\n"


def _records(columns: list[ShownColumn]) -> list[dict[str, Any]]:
    count = len(columns[0].cells) if columns else 0
    return [{each.name: each.cells[place] for each in columns} for place in range(count)]


def _csv(columns: list[ShownColumn], *, terminal: bool) -> str:
    rows = [[csv_cell(each.name) for each in columns]]
    rows += [
        [csv_cell(cell) for cell in cells] for cells in zip(*(each.cells for each in columns), strict=True)
    ]
    if terminal:
        rows = [[printable(cell) for cell in row] for row in rows]
    return "".join(csv_line(row) for row in rows)


def _markdown(columns: list[ShownColumn]) -> str:
    texts = [each.text() for each in columns]
    lines = [
        [markdown_cell(head) for head, _, _ in texts],
        ["---:" if right else "---" for _, _, right in texts],
        *(
            [markdown_cell(cell) for cell in cells]
            for cells in zip(*(own for _, own, _ in texts), strict=True)
        ),
    ]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _arrow(columns: list[ShownColumn]) -> Any:
    from lineage_index.index.frames import column_table

    return column_table({each.name: each.cells for each in columns})


def encode(table: Any, form: str) -> bytes:
    """A pyarrow Table as the bytes of a Parquet or an Arrow IPC file."""
    import pyarrow as pa

    sink = pa.BufferOutputStream()
    if form == "parquet":
        import pyarrow.parquet as pq

        pq.write_table(table, sink)
    else:
        with pa.ipc.new_file(sink, table.schema) as writer:
            writer.write_table(table)
    return bytes(sink.getvalue())


def write_text(text: str, file: str | None, *, utf8: bool = False) -> None:
    """The text on standard output or as a file in UTF-8; half surrogate pairs go out as escapes."""
    if file is not None:
        write_bytes(text.encode(errors="backslashreplace"), file)
        return
    if utf8:
        speak_utf8()
        text = text.encode(errors="backslashreplace").decode()
    sys.stdout.write(text)


def write_bytes(content: bytes, file: str | None) -> None:
    """The bytes on standard output, or as a file: the old one stays as it is until the new one is whole."""
    if file is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        return
    try:
        path = Path(file).resolve()
        if path.exists() and not path.is_file():  # a device or a pipe is written to, never replaced
            with path.open("wb") as stream:
                _put(stream, content)
            return
        beside = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            with beside.open("xb") as stream:
                _put(stream, content)
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        fail(f"error: {printable(file)} can't be written: {reason}", Exit.OUTPUT)


def _put(stream: IO[bytes], content: bytes) -> None:
    stream.write(content)
