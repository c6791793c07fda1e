"""Which style a cell of a table, a line of help or a line of a comparison has."""

from __future__ import annotations

import re

from pql.diagnostics.style import Style, painted

__all__ = ["cell_style", "coloured_help"]

_STATUSES = {
    "succeeded": Style.GOOD,
    "done": Style.GOOD,
    "failed": Style.BAD,
    "upstream_failed": Style.BAD,
    "stopped": Style.DOUBTFUL,
    "stopping": Style.DOUBTFUL,
    "skipped": Style.DOUBTFUL,
    "warning": Style.DOUBTFUL,
    "unschedulable": Style.DOUBTFUL,
    "running": Style.NAME,
    "starting": Style.NAME,
}
_MARKS = {"-": Style.FAINT, "NaN": Style.DOUBTFUL}
_TITLE = re.compile(r"(?:Usage|[A-Z]\w+):")
_ENTRY = re.compile(r"  (-\S.*?|\S+)(?=  |$)")
_EXAMPLE = re.compile(r"\s+(?:echo .*\| )?pql .*")


def cell_style(heading: str, cell: str) -> Style | None:
    """What is missing is faint, NaN is marked, and a status has the colour of what it means."""
    return _STATUSES.get(cell) if heading == "status" and cell in _STATUSES else _MARKS.get(cell)


def coloured_help(text: str) -> str:
    """The help of a command: its titles, and what can be typed."""
    lines: list[str] = []
    listing = False
    for line in text.split("\n"):
        title = _TITLE.match(line)
        entry = _ENTRY.match(line)
        if title is not None:
            listing = line.endswith(":")
            line = painted(title[0], Style.STRONG) + line[title.end() :]
        elif not line:
            listing = False
        elif listing and entry is not None:
            line = "  " + painted(entry[1], Style.NAME) + line[entry.end() :]
        elif not listing and _EXAMPLE.fullmatch(line):
            line = painted(line, Style.NAME)
        lines.append(line)
    return "\n".join(lines)
