"""The conformance corpus as the tests read it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from pql.binder.binder import Clock
from pql.catalog.fields import Entity
from pql.reference.model import Artifact, Connection, Point, Related, Run

FOLDER = Path(__file__).parents[2] / "grammar" / "corpus"
FAILING = ("syntax", "types", "unsupported")
BUCKETS = ("valid", *FAILING, "results")


@dataclass(frozen=True, slots=True)
class Case:
    """One case: the bucket and section it stands in, its query, and the rest as it is written."""

    bucket: str
    section: str
    query: str | None
    given: dict[str, Any] = field(hash=False)

    @property
    def entity(self) -> Entity:
        """What the query selects."""
        return Entity(self.given.get("entity", "runs"))

    def __str__(self) -> str:
        return f"{self.section}: {self.query}"


@cache
def cases(bucket: str) -> tuple[Case, ...]:
    """The cases of a bucket, in the order of its file."""
    return tuple(_read(bucket))


def _read(bucket: str) -> Iterator[Case]:
    for section, entries in _load(bucket).items():
        for entry in entries:
            rest = {name: value for name, value in entry.items() if name != "query"}
            repeat = rest.pop("repeat", None)
            query = entry.get("query")
            yield Case(bucket, section, query * repeat if repeat else query, rest)


@cache
def clock() -> Clock:
    """The moment that the corpus is read at."""
    return Clock(datetime.fromisoformat(str(_load("runs")["now"])).replace(tzinfo=UTC))


@cache
def runs() -> tuple[Run, ...]:
    """The fixed set of runs."""
    return tuple(_run(each) for each in _load("runs")["runs"])


@cache
def names() -> dict[str, str]:
    """The short name of each run by its uuid."""
    return {each["uuid"]: each["id"] for each in _load("runs")["runs"]}


def _load(name: str) -> dict[str, Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    with (FOLDER / f"{name}.yaml").open(encoding="utf-8") as file:
        loaded: dict[str, Any] = yaml.load(file, loader)
    return loaded


def _run(told: dict[str, Any]) -> Run:
    return Run(
        told["uuid"],
        scalars={name: _scalar(name, value) for name, value in told["fields"].items()},
        **{name: told.get(name, {}) for name in ("inputs", "outputs", "meta_info")},
        **{name: tuple(told.get(name, ())) for name in ("tags", "contributors", "teams", "upstream")},
        artifacts=tuple(Artifact(**each) for each in told.get("artifacts", ())),
        connections=tuple(Connection(*each) for each in told.get("connections", ())),
        pipeline=_related(told.get("pipeline")),
        original=_related(told.get("original")),
        controller=told.get("controller"),
        history={name: _points(points) for name, points in told.get("history", {}).items()},
    )


def _scalar(name: str, value: Any) -> Any:
    return datetime.fromisoformat(value) if name.endswith("_at") else value


def _related(told: dict[str, Any] | None) -> Related | None:
    return None if told is None else Related(**told)


def _points(points: list[list[Any]]) -> tuple[Point, ...]:
    return tuple(_point(*each) for each in points)


def _point(step: int | None, value: float | str, time: str | None = None) -> Point:
    return Point(float(value), step, None if time is None else datetime.fromisoformat(time))
