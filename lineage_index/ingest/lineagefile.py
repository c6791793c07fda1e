"""Read the entries of `lineages.plx.json`."""

from __future__ import annotations

from typing import Any

from lineage_index.ingest.names import uuid_hex
from lineage_index.ingest.problems import Reporter
from lineage_index.ingest.record import ArtifactRecord
from lineage_index.ingest.seriesfile import SeriesFile

__all__ = ["artifact_of_series", "read_lineage_file"]

_RESOURCE_KIND = "system"


def read_lineage_file(value: object, report: Reporter) -> tuple[ArtifactRecord, ...] | None:
    """The artifacts of a run's lineage in the order of the file; what has no name or kind is reported and
    left out, a key of a wrong type is reported and counts as missing. None, reported, for what is no list."""
    if not isinstance(value, list):
        report("wrong-type", "the file should hold a list", lost="everything this file says")
        return None
    found = (_artifact(entry, place, report) for place, entry in enumerate(value, 1))
    return tuple(each for each in found if each is not None)


def artifact_of_series(file: SeriesFile) -> ArtifactRecord:
    """The lineage entry that the Polyaxon client would have written for an event file."""
    kind = _RESOURCE_KIND if file.resource else file.kind
    return ArtifactRecord(file.name, kind, file.relative, file.relative, is_input=False)


def _artifact(entry: object, place: int, report: Reporter) -> ArtifactRecord | None:
    if not isinstance(entry, dict):
        report("bad-entry", f"entry {place} should be a mapping", lost="this artifact")
        return None
    name, kind = entry.get("name"), entry.get("kind")
    if not isinstance(name, str) or not isinstance(kind, str):
        report("bad-entry", f"entry {place} has no name and kind", lost="this artifact")
        return None

    def typed(key: str, value: Any, type_: type) -> Any:
        if value is None or isinstance(value, type_):
            return value
        report("wrong-type", f"{key} of entry {place} ({name}) is of a wrong type", lost=f"its {key}")
        return None

    connection = entry.get("connection")
    if isinstance(connection, dict):
        connection = connection.get("name")
    connection = typed("connection", connection, str)
    is_input = typed("is_input", entry.get("is_input"), bool)
    path = typed("path", entry.get("path"), str)
    state = typed("state", entry.get("state"), str)
    summary = typed("summary", entry.get("summary"), dict)
    state = (uuid_hex(state) or state) if state else None
    content = state or _hash(summary) or path or None
    return ArtifactRecord(name, kind, path, content, is_input is True, summary, connection)


def _hash(summary: dict[str, Any] | None) -> str | None:
    found = summary.get("hash") if summary else None
    return found if isinstance(found, str) and found else None
