"""Runs as tables, and queries over them through the whole of the compiler and DuckDB."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import duckdb

from lineage_index.ingest.record import (
    ArtifactRecord,
    EdgeRecord,
    FolderRecord,
    MetricSeries,
    Relation,
    RunRecord,
    SeriesRecord,
)
from lineage_index.store.memory import tables_in_memory
from lineage_index.store.promotion import Promotion
from pql.binder.bound import BoundQuery
from pql.catalog.layout import Layout
from pql.plan.scope import plan_query
from pql.reference.model import Point, Related, Run
from pql.sql.lower import lower, lower_count

_ASKED = ("runs", "values", "artifacts", "edges", "connections", "series", "points")

PROMOTIONS: tuple[Promotion, ...] = ("none", "all", "auto", "mixed")

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - naive UTC, as in the tables


def record_of(run: Run) -> RunRecord:
    """The run as the importer would hand it over."""
    return RunRecord(
        uuid=run.uuid,
        folder=FolderRecord(run.uuid, "f"),
        scalars=dict(run.scalars),
        inputs=dict(run.inputs),
        outputs=dict(run.outputs),
        meta_info=dict(run.meta_info),
        tags=run.tags,
        contributors=run.contributors,
        teams=run.teams,
        connections=tuple((each.name, each.kind) for each in run.connections),
        pipeline=_relation(run.pipeline),
        original=_relation(run.original),
        controller=run.controller,
        artifacts=tuple(
            ArtifactRecord(
                each.name,
                each.kind,
                each.path,
                each.state,
                each.is_input,
                None if each.summary is None else dict(each.summary),
            )
            for each in run.artifacts
        ),
        edges=tuple(EdgeRecord(uuid, "run") for uuid in run.upstream),
        series=tuple(_series(name, run.history[name]) for name in sorted(run.history)),
    )


def _relation(told: Related | None) -> Relation | None:
    return None if told is None else Relation(told.uuid, told.name, told.kind, told.runtime)


def _series(name: str, points: tuple[Point, ...]) -> SeriesRecord:
    steps = [each.step for each in points]
    known = [step for step in steps if step is not None]
    values = [each.value for each in points]
    return SeriesRecord(
        "metric",
        name,
        len(points),
        min(known, default=None),
        max(known, default=None),
        MetricSeries(steps, [_micros(each.time) for each in points], values),
    )


def _micros(time: datetime | None) -> int | None:
    return None if time is None else (time - _EPOCH) // timedelta(microseconds=1)


class Index:
    """Runs as tables in DuckDB."""

    def __init__(self, runs: Sequence[Run], promotion: Promotion) -> None:
        self.layout: Layout
        tables, self.layout = tables_in_memory([record_of(run) for run in runs], promotion)
        for name in _ASKED:
            _connection().register(name, tables[name])

    def rows(self, query: BoundQuery) -> list[tuple[Any, ...]]:
        statement = lower(plan_query(query), self.layout)
        return _connection().execute(statement.sql, list(statement.parameters)).fetchall()

    def uuids(self, query: BoundQuery) -> list[str]:
        return [uuid for (uuid,) in self.rows(query)]

    def count(self, query: BoundQuery) -> int:
        statement = lower_count(plan_query(query), self.layout)
        ((count,),) = _connection().execute(statement.sql, list(statement.parameters)).fetchall()
        return int(count)


_CONNECTIONS: list[duckdb.DuckDBPyConnection] = []


def _connection() -> duckdb.DuckDBPyConnection:
    """One connection a process; each index replaces the tables of the one before."""
    if not _CONNECTIONS:
        _CONNECTIONS.append(duckdb.connect(config={"threads": 1}))
    return _CONNECTIONS[0]
