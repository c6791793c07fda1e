"""Operation files that start small shell processes, and what became of them."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lineage_index.local.events import Event
from lineage_index.local.outcome import Options, Outcome
from lineage_index.local.plan import Plan, read_plan
from lineage_index.local.run import run_file
from pql.binder.binder import Clock

__all__ = ["folders", "gone", "named", "operation", "plan_of", "run"]


def operation(
    script: str, *, matrix: str = "", inputs: str = "[{name: x, type: int}]", more: str = ""
) -> str:
    """One operation called `op` that runs a shell script."""
    quoted = json.dumps(script)
    varied = f"matrix: {matrix}\n" if matrix else ""
    return f"""\
kind: operation
name: op
{varied}{more}component:
  inputs: {inputs}
  run:
    kind: job
    container:
      command: [/bin/sh, -c]
      args: [{quoted}]
"""


def plan_of(text: str, name: str = "op.yaml", wanted: str | None = None) -> Plan:
    return read_plan(text, name, "op", Clock(datetime(2026, 1, 1, tzinfo=UTC)), wanted)


def run(
    text: str,
    home: Path,
    *,
    params: Mapping[str, Any] | None = None,
    resume: bool = False,
    jobs: int = 2,
    wanted: str | None = None,
    dag_run: str | None = None,
) -> tuple[Outcome, list[Event]]:
    """Run a file in a folder; gives what it came to, and what it told."""
    file = home / "op.yaml"
    file.write_text(text)
    told: list[Event] = []
    options = Options(
        file,
        home / "runs",
        home / "index",
        params or {},
        concurrency=jobs,
        resume=resume,
        project="tests",
        dag_run=dag_run,
    )
    return run_file(plan_of(text, str(file), wanted), options, told.append), told


def gone(pid: int) -> bool:
    """Whether a process ends within a while; one that nobody has reaped yet has ended."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        command = ["ps", "-o", "stat=", "-p", str(pid)]
        state = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
        if not state or state.startswith("Z"):
            return True
    return False


def folders(home: Path) -> list[dict[str, Any]]:
    """The `run.plx.json` of every run, the oldest first."""
    found = [json.loads(path.read_text()) for path in (home / "runs").glob("*/run.plx.json")]
    return sorted(found, key=lambda each: str(each["created_at"]))


def named(home: Path) -> dict[str, dict[str, Any]]:
    """The newest run of each name."""
    return {each["name"]: each for each in folders(home)}
