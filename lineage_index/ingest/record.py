"""What one run folder says, as plain data: the only thing that passes from the importer to the tables.

Two readers make records. `lineage_index.ingest.folder.read_run` reads one folder and hangs the points of
every metric on its series (`SeriesRecord.points`). `lineage_index.ingest.batch.read_batch` reads many and is
the fast one: it parses the event files of the whole batch at once, hands the points over as Arrow tables of
bounded size, and leaves `SeriesRecord.points` None. Counts, steps and summaries are the same from both.

Nobody changes a record. Those of which a run has many are not frozen, for then they would take five times as
long to make, a thirtieth of a refresh.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

__all__ = [
    "ArtifactRecord",
    "EdgeRecord",
    "FolderRecord",
    "MetricSeries",
    "MetricSummary",
    "Problem",
    "Relation",
    "RunRecord",
    "SeriesRecord",
    "Severity",
    "StatusRecord",
]


class Severity(Enum):
    """How much a problem cost: a warning lost something, a note lost nothing."""

    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a store that could not be read as it should.

    `path` is the file, relative to the store; `lost` says in words what the index does not hold because
    of it; `line` is 1-based where one line is to blame.
    """

    code: str
    path: str
    message: str
    lost: str = ""
    line: int | None = None
    severity: Severity = Severity.WARNING


@dataclass(frozen=True, slots=True)
class Relation:
    """What a run's file says of a related run (its pipeline or original)."""

    uuid: str
    name: str | None = None
    kind: str | None = None
    runtime: str | None = None


@dataclass(frozen=True, slots=True)
class StatusRecord:
    """One entry of the status history; times are naive UTC."""

    type: str
    status: bool | None
    reason: str | None
    message: str | None
    last_update_time: datetime | None
    last_transition_time: datetime | None


@dataclass(slots=True)
class ArtifactRecord:
    """One entry of the run's lineage. `state` is its content identity: the entry's state, else the
    summary's hash, else the path, else None."""

    name: str
    kind: str
    path: str | None
    state: str | None
    is_input: bool
    summary: dict[str, Any] | None = None
    connection: str | None = None


@dataclass(frozen=True, slots=True)
class EdgeRecord:
    """One upstream edge of the run that holds it."""

    upstream: str
    kind: str
    values: Any = None
    statuses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MetricSeries:
    """The points of one metric in the order they were logged; the lists have equal lengths.

    `steps` None where a point has none; `times` are microseconds since the epoch, UTC.
    NaN and infinities are kept.
    """

    steps: list[int | None]
    times: list[int | None]
    values: list[float]


@dataclass(slots=True)
class MetricSummary:
    """Statistics of one metric's points.

    `first` and `last` are as logged (NaN included). The others are over the points that are not NaN, and
    None when there are none; infinities take part. `argmin` and `argmax` are the steps of the first point,
    in the order of logging, that has the minimum or maximum (None where that point has no step).
    """

    first: float
    last: float
    min: float | None
    max: float | None
    mean: float | None
    argmin: int | None
    argmax: int | None
    nans: int


@dataclass(slots=True)
class SeriesRecord:
    """One event file: what was logged under one name of one kind, and how often.

    `resource` is true for files of `resources/`. `count` is the number of complete events; the steps are the
    smallest and the largest logged. `summary` is set for the kind `metric` when there is a point; `points`
    for the kind `metric` when `read_run` read it with its history.
    """

    kind: str
    name: str
    count: int
    first_step: int | None
    last_step: int | None
    points: MetricSeries | None = None
    resource: bool = False
    summary: MetricSummary | None = None


@dataclass(frozen=True, slots=True)
class FolderRecord:
    """Where a run was read from: its path relative to the store, the fingerprint of its files (names, sizes,
    times), and the digest of their content."""

    path: str
    fingerprint: str
    content: str | None = None


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One run as its folder tells it. Every time is naive UTC; uuids are 32 lower-case hex digits.

    `inputs`, `outputs` and `meta_info` hold JSON values of any shape as Python's json reads them
    (integers exact, NaN and infinities as floats). `scalars` are the remaining fields, by their name in
    columns of the table `runs` (`pql.catalog.tables`), already of the column's type; what is missing is
    absent. `rest` holds the keys of the run's file that have no column of their own. `series` is sorted by
    (resource, kind, name), so a series can be named by its place in it.
    """

    uuid: str
    folder: FolderRecord
    scalars: dict[str, Any]
    inputs: dict[str, Any] = field(default_factory=dict)
    outputs: dict[str, Any] = field(default_factory=dict)
    meta_info: dict[str, Any] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    contributors: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    connections: tuple[tuple[str, str | None], ...] = ()
    pipeline: Relation | None = None
    original: Relation | None = None
    controller: str | None = None
    statuses: tuple[StatusRecord, ...] = ()
    artifacts: tuple[ArtifactRecord, ...] = ()
    edges: tuple[EdgeRecord, ...] = ()
    series: tuple[SeriesRecord, ...] = ()
    rest: dict[str, Any] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
