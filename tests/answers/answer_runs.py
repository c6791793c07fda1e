"""A small index with everything in it that an answer has to get right, and commands called on it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from said import Said, called

from lineage_index.ingest.record import (
    ArtifactRecord,
    EdgeRecord,
    FolderRecord,
    MetricSeries,
    RunRecord,
    SeriesRecord,
)
from lineage_index.store.commit import commit
from lineage_index.store.prepare import Listed, prepare

START = datetime(2026, 1, 1)  # noqa: DTZ001 - naive UTC, as the store holds times
NAN = float("nan")


def pql(*arguments: str, index: Path) -> Said:
    """Call a command on an index."""
    return called(*arguments, "--index", str(index))


def uuid_of(number: int) -> str:
    """Uuids whose first digits differ."""
    return f"{number:04x}{'0' * 24}{number:04x}"


def series(values: Sequence[float], name: str = "loss") -> SeriesRecord:
    steps = list(range(len(values)))
    times = [1_000_000 * step for step in steps]
    return SeriesRecord(
        "metric", name, len(values), 0, len(values) - 1, MetricSeries(steps, times, list(values))
    )


def record(number: int, **parts: object) -> RunRecord:
    name = parts.pop("name", f"trial {number}")
    created = START + timedelta(hours=number)
    scalars = {"status": "succeeded", "project": "vision", "created_at": created, "updated_at": START}
    if name is not None:
        scalars["name"] = name  # type: ignore[assignment]
    scalars.update(parts.pop("scalars", {}))  # type: ignore[call-overload]
    uuid = uuid_of(number)
    return RunRecord(uuid=uuid, folder=FolderRecord(uuid, "f"), scalars=scalars, **parts)  # type: ignore[arg-type]


def artifact(
    name: str, *, is_input: bool, state: str | None = None, path: str | None = None
) -> ArtifactRecord:
    path = path or f"outputs/{name}"
    return ArtifactRecord(name, "model", path, state or path, is_input)


def edge(upstream: int, kind: str = "dag") -> EdgeRecord:
    return EdgeRecord(uuid_of(upstream), kind)


EVIL = "=cmd|' /C calc'!A0"
ESCAPE = "\x1b[31mred\x9b\u202e <b>|`"

RUNS = [
    record(
        1,
        inputs={"lr": 0.1, "optimizer": "adam", "layers": [64, 32], "same": True},
        outputs={"loss": 0.5, "acc": 0.7},
        tags=("a", "best"),
        series=(series([0.9, 0.7, 0.5]),),
        artifacts=(artifact("data", is_input=False, state="hash-of-data"),),
    ),
    record(
        2,
        inputs={"lr": 0.01, "optimizer": "sgd", "same": True},
        outputs={"loss": 0.25, "acc": 0.9},
        tags=("a",),
        series=(series([0.5, 0.25]),),
        artifacts=(
            artifact("dataset", is_input=True, state="hash-of-data"),
            artifact("net", is_input=False, path="s3://bucket/net"),
            artifact("report", is_input=False),
        ),
        edges=(edge(1),),
    ),
    record(
        3,
        inputs={"lr": "0.001", "optimizer": "Adam", "same": True},
        outputs={"loss": NAN},
        artifacts=(
            artifact("net", is_input=True, path="s3://bucket/net"),
            artifact("report", is_input=True),
        ),
        edges=(edge(2),),
    ),
    record(
        4, name=EVIL, inputs={"lr": -0.5, "optimizer": "-x"}, scalars={"status": "failed"}, edges=(edge(5),)
    ),
    record(5, name=ESCAPE, inputs={"optimizer": ESCAPE}, outputs={"loss": 0.25}, edges=(edge(4),)),
    record(6, name=None, outputs={"loss": 2}, edges=(edge(99),)),
]


def make_index(path: Path, records: Sequence[RunRecord] = RUNS) -> Path:
    commit(path, [prepare(path, Listed(list(records)), store="store")])
    return path
