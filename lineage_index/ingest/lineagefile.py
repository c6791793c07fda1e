"""Read the entries of `lineages.plx.json`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lineage_index.ingest.names import uuid_hex
from lineage_index.ingest.problems import Reporter
from lineage_index.ingest.record import ArtifactRecord, SeriesRecord

__all__ = ["artifact_of_series", "read_lineage_file"]

_RESOURCE_KIND = "system"


def read_lineage_file(value: object, report: Reporter) -> tuple[ArtifactRecord, ...]:
    """The artifacts of a run's lineage in the order of the file; what has no name or kind is reported and
    left out, a key of a wrong type is reported and counts as missing."""
    if not isinstance(value, list):
        report("wrong-type", "the file should hold a list", lost="everything this file says")
        return ()
    found = (_artifact(entry, place, report) for place, entry in enumerate(value, 1))
    return tuple(each for each in found if each is not None)


def artifact_of_series(series: SeriesRecord, path: str) -> ArtifactRecord:
    """The lineage entry that the Polyaxon client would have written for an event file."""
    kind = _RESOURCE_KIND if series.resource else series.kind
    return ArtifactRecord(series.name, kind, path, path, is_input=False)


def _artifact(entry: object, place: int, report: Reporter) -> ArtifactRecord | None:
    if not isinstance(entry, dict):
        report("bad-entry", f"entry {place} should be a mapping", lost="this artifact")
        return None
    name, kind = entry.get("name"), entry.get("kind")
    if not isinstance(name, str) or not isinstance(kind, str):
        report("bad-entry", f"entry {place} has no name and kind", lost="this artifact")
        return None

    def take(key: str, types: type | tuple[type, ...]) -> Any:
        found = entry.get(key)
        if found is None or isinstance(found, types):
            return found
        report("wrong-type", f"{key} of entry {place} ({name}) is of a wrong type", lost=f"its {key}")
        return None

    path, summary, state = take("path", str), take("summary", dict), take("state", str)
    connection = take("connection", (str, dict))
    if isinstance(connection, dict):
        connection = _first_text([connection.get("name")])
    if isinstance(state, str):
        state = uuid_hex(state) or state
    content = _first_text([state, summary.get("hash") if summary else None, path])
    return ArtifactRecord(name, kind, path, content, take("is_input", bool) is True, summary, connection)


def _first_text(candidates: Iterable[object]) -> str | None:
    return next((each for each in candidates if isinstance(each, str) and each), None)
