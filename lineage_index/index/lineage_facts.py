"""What the index says of the runs of a lineage, and of the artifacts that they read and wrote."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lineage_index.index.index import Index
from lineage_index.index.lineage import Use
from lineage_index.index.result import elements

__all__ = ["RunFacts", "run_facts", "run_uses"]

_COLUMNS = (
    *("uuid", "name", "description", "status", "kind", "owner", "project", "pipeline", "pipeline_name"),
    *("created_at", "started_at", "finished_at", "updated_at", "schedule_at", "tags"),
)
_MOST = 1_000
"""As many runs are asked about at once."""


@dataclass(frozen=True, slots=True)
class RunFacts:
    """The fields of a run; times are naive UTC."""

    uuid: str
    name: str | None
    description: str | None
    status: str | None
    kind: str | None
    owner: str | None
    project: str | None
    pipeline: str | None
    pipeline_name: str | None
    created_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    updated_at: datetime | None
    schedule_at: datetime | None
    tags: tuple[str, ...]


def run_facts(index: Index, uuids: Sequence[str]) -> dict[str, RunFacts]:
    """The facts of those of the runs that are in the index."""
    selected = ", ".join(f'"{name}"' for name in _COLUMNS)
    sql = f"SELECT {selected} FROM runs WHERE uuid IN (SELECT unnest($1::VARCHAR[]))"
    return {
        row[0]: RunFacts(*(*row[:-1], tuple(elements(row[-1]))))
        for start in range(0, len(uuids), _MOST)
        for row in index._engine.select(sql, [list(uuids[start : start + _MOST])])
    }


def run_uses(index: Index, uuids: Sequence[str]) -> dict[str, list[Use]]:
    """The artifacts of each of the runs, by name."""
    sql = (
        "SELECT r.uuid, a.name, a.kind, a.path, a.state, a.is_input FROM artifacts AS a "
        "JOIN runs AS r ON r.run_id = a.run_id WHERE r.uuid IN (SELECT unnest($1::VARCHAR[])) ORDER BY ALL"
    )
    found: dict[str, list[Use]] = {}
    for start in range(0, len(uuids), _MOST):
        for row in index._engine.select(sql, [list(uuids[start : start + _MOST])]):
            found.setdefault(row[0], []).append(Use(*row))
    return found
