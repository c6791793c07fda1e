"""One event file of a run: where it lies, and what was found in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from lineage_index.ingest.content import Checksum
from lineage_index.ingest.lines import EventCount
from lineage_index.ingest.metricstats import SeriesStats
from lineage_index.ingest.problems import Reporter
from lineage_index.ingest.record import SeriesRecord

__all__ = ["METRIC", "SeriesFile"]

METRIC = "metric"


@dataclass(slots=True)
class SeriesFile:
    """An event file, `relative` to its run's folder. `found` is None until something was found in it.

    `place` names the series among the points. `whole_lines`: its writer ends every line, so that a last line
    without an end was cut, even where it still reads as a row.
    """

    path: str
    relative: str
    kind: str
    name: str
    resource: bool
    report: Reporter
    whole_lines: bool = False
    place: int = 0
    found: EventCount | SeriesStats | None = None
    checksum: Checksum = field(default_factory=Checksum)

    @property
    def points(self) -> None:
        """None: they pass by."""

    @property
    def last_time(self) -> datetime | None:
        """The time of the latest event found."""
        return None if self.found is None else self.found.last_time

    def record(self) -> SeriesRecord:
        """What is known of the series."""
        found = self.found
        if found is None:
            return SeriesRecord(self.kind, self.name, 0, None, None, None, self.resource)
        summary = found.summary() if isinstance(found, SeriesStats) else None
        return SeriesRecord(
            self.kind, self.name, found.count, found.first_step, found.last_step, None, self.resource, summary
        )
