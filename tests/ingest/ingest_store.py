"""Small hostile stores for the tests of the importer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from lineage_index.ingest.folder import read_run
from lineage_index.ingest.record import Problem, RunRecord, SeriesRecord
from lineage_index.ingest.scan import RunFolder, scan

UUID = "0123456789abcdef0123456789abcdef"
DASHED = "01234567-89ab-cdef-0123-456789abcdef"
OTHER = "fedcba9876543210fedcba9876543210"
HEADER = "step|timestamp|metric\n"
JSON_LINE = '{"timestamp": "2026-01-01 00:00:00Z", "step": %s, "text": "a|b\\n"}\n'


def put(folder: Path, name: str, content: str | bytes) -> Path:
    """Write one file of a run folder, and the folders above it."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def run_file(folder: Path, **keys: Any) -> Path:
    """Write a `run.plx.json` of these keys."""
    return put(folder, "run.plx.json", json.dumps(keys))


def folders(store: Path) -> list[RunFolder]:
    """The run folders of a store."""
    return [each for each in scan(store) if isinstance(each, RunFolder)]


def skipped(store: Path) -> list[tuple[str, str]]:
    """Code and path of the problems of a scan."""
    return [(each.code, each.path) for each in scan(store) if isinstance(each, Problem)]


def read_only(store: Path) -> RunRecord:
    """The record of the one run of a store."""
    [folder] = folders(store)
    return read_run(folder)


def read_keys(tmp_path: Path, **keys: Any) -> RunRecord:
    """The record of a run whose file has these keys."""
    run_file(tmp_path / UUID, **keys)
    return read_only(tmp_path)


def codes(record: RunRecord) -> list[str]:
    """The codes of its problems."""
    return [each.code for each in record.problems]


def only_problem(record: RunRecord) -> Problem:
    """Its only problem."""
    [problem] = record.problems
    return problem


def series(record: RunRecord, kind: str, name: str, *, resource: bool = False) -> SeriesRecord:
    """One of its series."""
    return next(
        each for each in record.series if (each.kind, each.name, each.resource) == (kind, name, resource)
    )


def whole_run(store: Path) -> Path:
    """A run with a file of every sort."""
    folder = store / UUID
    run_file(folder, name="whole", inputs={"lr": 1}, created_at="2026-01-01")
    put(folder, "lineages.plx.json", json.dumps([{"name": "m", "kind": "model", "path": "outputs/m"}]))
    put(folder, "events/metric/loss.plx", HEADER + "0||1.0\n1||2.0")
    put(folder, "events/text/note.plx", "\n" + JSON_LINE % 0 + JSON_LINE % 7)
    put(folder, "events/image/i.plx", 'step|timestamp|image\n3|2026-01-01 00:00:00Z|{"path": "a|b"}')
    put(folder, "resources/metric/cpu.plx", HEADER + "|2026-01-01 00:00:00Z|0.5")
    return folder
