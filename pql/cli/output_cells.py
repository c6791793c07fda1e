"""One value as text, in every form that a result is written in. NaN and missing differ in all of them."""

from __future__ import annotations

import json
import math
import re
from datetime import datetime
from typing import Any

from pql.cli.text import FORMULA, inert_json, printable

__all__ = ["age", "csv_cell", "csv_line", "is_numeric", "json_text", "markdown_cell", "plain"]

_QUOTED = re.compile('[,"\r\n]')


def plain(cell: Any) -> str:
    """A cell of a table: numbers with six significant digits, a missing value as a dash."""
    match cell:
        case None:
            return "-"
        case bool():
            return "true" if cell else "false"
        case float():
            return _short(cell)
        case datetime():
            return cell.strftime("%Y-%m-%d %H:%M:%S")
        case list() if all(isinstance(each, str) for each in cell):
            return ", ".join(cell) or "-"
        case dict() | list():
            return json_text(cell)
        case _:
            return str(cell)


def _short(number: float) -> str:
    if math.isnan(number):
        return "NaN"
    if math.isfinite(number) and number == int(number) and abs(number) < 1e15:
        return str(int(number))
    return f"{number:.6g}"


def age(moment: datetime | None, now: datetime) -> str:
    """How long ago, in its largest unit."""
    if moment is None:
        return "-"
    seconds = (now - moment).total_seconds()
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if abs(seconds) >= size:
            return f"{seconds / size:.0f}{unit}"
    return f"{seconds:.0f}s"


def is_numeric(cells: list[Any]) -> bool:
    """Whether all cells that are there are numbers."""
    return all(
        cell is None or (isinstance(cell, int | float) and not isinstance(cell, bool)) for cell in cells
    )


def csv_cell(cell: Any) -> str:
    """A cell of a CSV file: nothing where the value is missing, every digit of a number.

    A text that a spreadsheet would take for a formula gets an apostrophe in front.
    """
    match cell:
        case None:
            return ""
        case bool():
            return "true" if cell else "false"
        case float():
            return "NaN" if math.isnan(cell) else repr(cell)
        case int():
            return str(cell)
        case datetime():
            return cell.isoformat()
        case _:
            text = cell if isinstance(cell, str) else json_text(cell)
            return "'" + text if text.startswith(FORMULA) else text


def csv_line(cells: list[str]) -> str:
    """The cells as a line of a CSV file, its end included.

    The csv module leaves a carriage return bare, which readers take for the end of a row.
    """
    quoted = ['"' + each.replace('"', '""') + '"' if _QUOTED.search(each) else each for each in cells]
    return (",".join(quoted) if cells != [""] else '""') + "\n"


def markdown_cell(text: str) -> str:
    """A text as a cell of a Markdown table that shows it as it is."""
    shown = printable(text).replace("&", "&amp;").replace("<", "&lt;")
    return "".join("\\" + each if each in "\\|`*_[]~$" else each for each in shown)


def json_text(value: Any) -> str:
    """JSON that every reader takes: NaN and the infinities as texts, times in ISO form (UTC), and characters
    that are not printable as escapes, so that none of them can steer a terminal."""
    return inert_json(json.dumps(_finite(value), ensure_ascii=False, allow_nan=False))


def _finite(value: Any) -> Any:
    match value:
        case float() if not math.isfinite(value):
            return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
        case dict():
            return {name: _finite(each) for name, each in value.items()}
        case list() | tuple():
            return [_finite(each) for each in value]
        case datetime():
            return value.isoformat()
        case _:
            return value
