"""Sixty runs, and what Polyaxon 2.18 was seen to answer about them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from pql.binder.binder import Clock
from pql.reference.model import Artifact, Related, Run

__all__ = ["CLOCK", "runs"]

CLOCK = Clock(datetime(2024, 7, 1, 12, tzinfo=UTC))
HERE = Path(__file__).parent


@cache
def runs() -> tuple[Run, ...]:
    lines = (HERE / "observed_runs.jsonl").read_text(encoding="utf-8").splitlines()
    return tuple(_run(json.loads(line)) for line in lines)


def _run(told: dict[str, Any]) -> Run:
    scalars = {
        name: datetime.fromisoformat(value) if name.endswith("_at") else value
        for name, value in told["scalars"].items()
    }
    return Run(
        told["uuid"],
        scalars,
        *(told.get(section, {}) for section in ("inputs", "outputs", "meta_info")),
        tags=tuple(told.get("tags", ())),
        contributors=tuple(told.get("contributors", ())),
        artifacts=tuple(Artifact(**each) for each in told.get("artifacts", ())),
        upstream=tuple(told.get("upstream", ())),
        pipeline=Related(**told["pipeline"]) if "pipeline" in told else None,
        original=Related(**told["original"]) if "original" in told else None,
        controller=told.get("controller"),
    )
