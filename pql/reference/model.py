"""The runs that the reference evaluator looks at: plain data, one run a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

__all__ = ["Artifact", "Connection", "Json", "Point", "Related", "Run", "Scalar"]

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
"""A JSON value as Python's json reads it: integers exact, NaN and infinities as floats."""

Scalar = str | int | float | bool | datetime
"""What a column of `runs` holds; datetimes are naive UTC."""


@dataclass(frozen=True, slots=True)
class Related:
    """What a run's file says of its pipeline or of the run it was made from."""

    uuid: str
    name: str | None = None
    kind: str | None = None
    runtime: str | None = None


@dataclass(frozen=True, slots=True)
class Artifact:
    """One entry of a run's lineage; `state` is its content identity, `summary` what was noted of it."""

    name: str
    kind: str
    path: str | None = None
    state: str | None = None
    is_input: bool = False
    summary: Mapping[str, Json] | None = None


@dataclass(frozen=True, slots=True)
class Connection:
    """One connection that a run uses."""

    name: str
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """One logged value of a metric; `step` and `time` (naive UTC) are None where it was logged without."""

    value: float
    step: int | None = None
    time: datetime | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """One run.

    `uuid` has 32 lower-case hex digits, and no two runs share one. `scalars` are by the name of their
    column in the table `runs`; what is missing is absent. `upstream` holds the uuids of the runs that this
    one depends on, in the index or not. `history` holds the points of each metric in the order of logging.
    """

    uuid: str
    scalars: Mapping[str, Scalar] = field(default_factory=dict)
    inputs: Mapping[str, Json] = field(default_factory=dict)
    outputs: Mapping[str, Json] = field(default_factory=dict)
    meta_info: Mapping[str, Json] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    contributors: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    artifacts: tuple[Artifact, ...] = ()
    connections: tuple[Connection, ...] = ()
    upstream: tuple[str, ...] = ()
    pipeline: Related | None = None
    original: Related | None = None
    controller: str | None = None
    history: Mapping[str, tuple[Point, ...]] = field(default_factory=dict)
