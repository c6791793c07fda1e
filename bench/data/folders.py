"""Run folders on disk, as the real client writes them, with a fixed seed."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from bench.data.chunk import MODELS, OPTIMIZERS, SEED, STATUSES, TAGS, uuid_of

__all__ = ["change_runs", "write_store"]

_START = datetime(2025, 1, 1, tzinfo=UTC)


def write_store(root: Path, runs: int, metrics: int, steps: int) -> Path:
    """A store of so many runs, written unless it is there already."""
    store = root / f"store-{runs}-{metrics}-{steps}"
    mark = root / f"{store.name}.written"
    if mark.exists():
        return store
    shutil.rmtree(store, ignore_errors=True)
    rng = np.random.default_rng([SEED, runs, metrics, steps])
    for number, uuid in enumerate(uuid_of(rng, runs)):
        _write_run(store / uuid, uuid, number, rng, metrics, steps)
    mark.write_text("")
    return store


def change_runs(store: Path, share: float) -> int:
    """Writes a share of the runs again, each with another duration, and gives how many."""
    folders = sorted(each for each in store.iterdir() if each.is_dir())
    chosen = folders[:: round(1 / share)]
    for folder in chosen:
        path = folder / "run.plx.json"
        run = json.loads(path.read_text())
        run["duration"] += 1.5
        path.write_text(json.dumps(run))
    return len(chosen)


def _write_run(
    folder: Path, uuid: str, number: int, rng: np.random.Generator, metrics: int, steps: int
) -> None:
    created = _START + timedelta(seconds=60 * number)
    values = np.abs(rng.normal(1.0, 0.3, (metrics, steps)) / np.sqrt(1 + np.arange(steps)))
    names = [f"metric_{place}" for place in range(metrics)]
    folder.mkdir(parents=True)
    if metrics:
        events = folder / "events" / "metric"
        events.mkdir(parents=True)
        times = [(created + timedelta(seconds=step)).isoformat(" ") for step in range(steps)]
        for name, row in zip(names, values.tolist(), strict=True):
            lines = [
                f"{step}|{time}|{value!r}" for step, (time, value) in enumerate(zip(times, row, strict=True))
            ]
            (events / f"{name}.plx").write_text("\n".join(["step|timestamp|metric", *lines, ""]))
    (folder / "run.plx.json").write_text(json.dumps(_document(uuid, created, number, rng, names, values)))
    (folder / "lineages.plx.json").write_text(
        json.dumps([_lineage(name, row) for name, row in zip(names, values, strict=True)])
    )


def _document(
    uuid: str, created: datetime, number: int, rng: np.random.Generator, names: list[str], values: Any
) -> dict[str, Any]:
    model = MODELS[int(rng.integers(len(MODELS)))]
    duration = round(float(rng.lognormal(6, 1)), 3)
    return {
        "uuid": uuid,
        "name": f"train-{model}-{number % 1000}",
        "tags": [TAGS[int(rng.integers(len(TAGS)))]],
        "owner": "default",
        "project": f"project-{int(rng.integers(20)):02}",
        "created_at": created.isoformat(),
        "started_at": (created + timedelta(seconds=5)).isoformat(),
        "finished_at": (created + timedelta(seconds=5 + duration)).isoformat(),
        "wait_time": 5.0,
        "duration": duration,
        "status": STATUSES[int(rng.integers(3))],
        "kind": "job",
        "runtime": "job",
        "inputs": {
            "lr": float(10 ** rng.uniform(-5, -1)),
            "epochs": int(rng.integers(1, 100)),
            "optimizer": OPTIMIZERS[int(rng.integers(len(OPTIMIZERS)))],
            "model": model,
            "seed": number,
        },
        "outputs": {name: float(row[-1]) for name, row in zip(names, values, strict=True)}
        | {"best": number % 97},
        "meta_info": {"has_metrics": bool(names), "has_events": bool(names)},
    }


def _lineage(name: str, row: Any) -> dict[str, Any]:
    return {
        "name": name,
        "kind": "metric",
        "path": f"events/metric/{name}.plx",
        "summary": {
            "is_event": True,
            "step": {"count": len(row), "min": 0, "max": len(row) - 1},
            "metric": {
                "count": float(len(row)),
                "min": float(row.min()),
                "max": float(row.max()),
                "last": float(row[-1]),
            },
        },
        "is_input": False,
    }
