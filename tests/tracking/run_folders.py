"""Reading run folders in tests, by the rules the importer goes by."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import unquote

FIXTURES = Path(__file__).parent.parent / "fixtures"


def run_file(folder: str | Path) -> dict[str, Any]:
    found = json.loads((Path(folder) / "run.plx.json").read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


def lineage(folder: str | Path) -> list[dict[str, Any]]:
    path = Path(folder) / "lineages.plx.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else []


def entry(folder: str | Path, name: str) -> dict[str, Any]:
    (found,) = [entry for entry in lineage(folder) if entry["name"] == name]
    return found


def rows(folder: str | Path, path: str) -> list[tuple[str, str, str]]:
    """The rows of an event file with a header, which must all be complete."""
    text = (Path(folder) / path).read_text(encoding="utf-8")
    assert text.endswith("\n")
    header, *lines = text.splitlines()
    assert header.startswith("step|timestamp|")
    return [tuple(line.split("|", 2)) for line in lines]  # type: ignore[misc]


def metric(folder: str | Path, name: str) -> list[tuple[int | None, float]]:
    """The points of a metric, found by its name."""
    (path,) = [path for path, found in event_names(folder).items() if found == name and "/metric/" in path]
    return [(int(step) if step else None, float(value)) for step, _, value in rows(folder, path)]


def json_lines(folder: str | Path, path: str) -> list[dict[str, Any]]:
    first, *lines = (Path(folder) / path).read_text(encoding="utf-8").split("\n")
    assert first == ""
    assert lines.pop() == ""
    return [json.loads(line) for line in lines]


def event_names(folder: str | Path) -> dict[str, str]:
    """Event file -> name: that of the lineage entry with the file's path, else the decoded file name."""
    entered = {entry["path"]: entry["name"] for entry in lineage(folder) if "path" in entry}
    root = Path(folder)
    return {
        (place := path.relative_to(root).as_posix()): entered.get(place, unquote(path.stem))
        for path in root.glob("events/*/*.plx")
    }


def script(text: str, *arguments: object, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run a Python program in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", text, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        **options,
    )
