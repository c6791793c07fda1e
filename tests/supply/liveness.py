"""Writes into the tables of ARCHITECTURE.md when each dependency was last released: `make lock` calls it.

Asks the package index that pip asks; the tests beside it look at what is written there only.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.request import Request, urlopen

from pip._internal.models.index import PyPI

MAP = Path(__file__).parents[2] / "ARCHITECTURE.md"
COLUMN = "last release"


def last_release(package: str) -> str:
    """The day of the newest file of a package that was not taken back, as YYYY-MM-DD."""
    accepted = {"Accept": "application/vnd.pypi.simple.v1+json"}
    with urlopen(Request(f"{PyPI.simple_url}/{package}/", headers=accepted), timeout=60) as answer:
        files = json.load(answer)["files"]
    newest: str = max(file["upload-time"] for file in files if not file.get("yanked"))
    return newest[:10]


def with_dates(text: str) -> str:
    """The text with every table that has the column filled anew."""
    lines = text.split("\n")
    place: int | None = None
    for number, line in enumerate(lines):
        cells = [cell.strip() for cell in line.split("|")]
        if not line.startswith("|"):
            place = None
        elif COLUMN in cells:
            place = cells.index(COLUMN)
        elif place is not None and re.fullmatch(r"[a-z0-9-]*[a-z][a-z0-9-]*", cells[1]):
            cells[place] = last_release(cells[1])
            lines[number] = " | ".join(cells).strip()
    return "\n".join(lines)


if __name__ == "__main__":
    MAP.write_text(with_dates(MAP.read_text(encoding="utf-8")), encoding="utf-8")
