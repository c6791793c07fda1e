"""Run folders whose whole content follows from two numbers, run and generation.

Every table of an index that holds such a run says the generation somewhere, so that a reader can tell which
generation it sees in each.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

__all__ = ["folder_of", "points_of", "write_run"]

_BEGIN = datetime.fromisoformat("2026-01-01T00:00:00+00:00")


def folder_of(store: Path, number: int) -> Path:
    """The folder of run `number`."""
    return store / f"{number:032x}"


def points_of(generation: int) -> int:
    """How many points the metric of a run has in this generation."""
    return 2 + generation % 3


def write_run(store: Path, number: int, generation: int) -> None:
    """Writes run `number` as it is in `generation`, in place of what it was before."""
    folder = folder_of(store, number)
    (folder / "events" / "metric").mkdir(parents=True, exist_ok=True)
    (folder / "run.plx.json").write_text(json.dumps(_run(number, generation)), encoding="utf-8")
    lineage = [
        {
            "name": f"model-{generation}",
            "kind": "model",
            "path": "outputs/model",
            "state": f"{generation:032x}",
            "summary": {"generation": generation},
        },
        {"name": "loss", "kind": "metric", "path": "events/metric/loss.plx"},
    ]
    (folder / "lineages.plx.json").write_text(json.dumps(lineage), encoding="utf-8")
    rows = "".join(
        f"{step}|{_time(number, generation)}|{generation}\n" for step in range(points_of(generation))
    )
    (folder / "events" / "metric" / "loss.plx").write_text(f"step|timestamp|metric\n{rows}", encoding="utf-8")


def _time(number: int, generation: int) -> str:
    return (_BEGIN + timedelta(days=number, seconds=generation)).isoformat()


def _run(number: int, generation: int) -> dict[str, Any]:
    time = _time(number, generation)
    return {
        "uuid": f"{number:032x}",
        "name": f"run-{generation}",
        "description": f"generation {generation}",
        "status": "succeeded",
        "created_at": _time(number, 0),
        "updated_at": time,
        "inputs": {"generation": generation, f"only-{number % 7}": "x", "layers": [1, generation]},
        "outputs": {"loss": 1 / (generation + 1), "note": f"note {generation}"},
        "meta_info": {"generation": generation},
        "tags": [f"g{generation}"],
        "connections": [{"name": f"bucket-{generation}", "kind": "s3"}],
        "status_conditions": [
            {
                "type": "succeeded",
                "status": True,
                "reason": f"reason-{generation}",
                "last_update_time": time,
                "last_transition_time": time,
            }
        ],
        "upstream": [
            {
                "run": {"uuid": f"{number + 1:032x}"},
                "kind": "join",
                "values": {"generation": generation},
            }
        ],
    }
