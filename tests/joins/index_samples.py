"""A small index of runs that joins can match."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from lineage_index.ingest.record import ArtifactRecord, FolderRecord, Relation, RunRecord, StatusRecord
from lineage_index.store.commit import commit
from lineage_index.store.prepare import Listed, prepare
from lineage_index.store.promotion import Promotion

__all__ = ["DAG_RUN", "FAN_IN", "FAN_OUT", "small_index", "trial", "uuid_of"]

START = datetime(2026, 1, 1)  # noqa: DTZ001 - naive UTC, as the store holds times


def uuid_of(number: int) -> str:
    return f"{number:032x}"


DAG_RUN, FAN_OUT, FAN_IN = uuid_of(0xD0), uuid_of(0xD1), uuid_of(0xD2)


def _run(uuid: str, name: str, minute: int, pipeline: str | None, **parts: object) -> RunRecord:
    created = START + timedelta(minutes=minute)
    return RunRecord(
        uuid=uuid,
        folder=FolderRecord(uuid, "f"),
        scalars={
            "name": name,
            "status": "succeeded",
            "owner": "ann",
            "project": "vision",
            "created_at": created,
            "updated_at": created,
            "duration": 60.0 + minute,
        },
        pipeline=None if pipeline is None else Relation(pipeline),
        **parts,  # type: ignore[arg-type]
    )


def trial(number: int) -> RunRecord:
    """Trial `number` of the fan-out; the loss falls, the accuracy rises with it."""
    board = ArtifactRecord("tensorboard", "tensorboard", "outputs/tensorboard", f"s{number}", False)
    return _run(
        uuid_of(number),
        f"trial-{number}",
        number,
        FAN_OUT,
        inputs={
            "learning_rate": number / 1000,
            "epochs": 5,
            "opt": "adam",
            "layers": [number, {"dim": 2 * number}],
            "mixed": number if number % 2 else f"text {number}",
            "half": 1.5 if number > 5 else None,
        },
        outputs={"loss": 0.02 - number / 1000, "accuracy": 0.8 + number / 100, "rare": "once"}
        if number == 3
        else {"loss": 0.02 - number / 1000, "accuracy": 0.8 + number / 100},
        artifacts=(board,),
        statuses=(
            StatusRecord("running", True, None, None, START, None),
            StatusRecord("succeeded", True, "done", None, START, None),
        ),
    )


def small_index(folder: Path, trials: int = 15, promotion: Promotion = "auto") -> Path:
    """Trials, the matrix that made them, the DAG around it, and the run that fans in."""
    path = folder / "index"
    records = [
        *(trial(number) for number in range(1, trials + 1)),
        _run(DAG_RUN, "pipeline", 100, None),
        _run(FAN_OUT, "fan_out", 101, DAG_RUN),
        _run(FAN_IN, "fan_in", 102, DAG_RUN, outputs={"loss": 0.0001, "accuracy": 0.99}),
    ]
    commit(path, [prepare(path, Listed(records), store="store", promotion=promotion)])
    return path
