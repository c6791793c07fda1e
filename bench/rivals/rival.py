"""A rival as the driver sees it: installed into an environment of its own, filled, asked over a pipe."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.queries import JOIN_RUNS, Query
from bench.rivals.load import load_haupt, load_mlflow
from lineage_index.store.snapshot import Snapshot

__all__ = ["RIVALS", "Rival", "Worker", "environment"]

_WORKERS = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Rival:
    """`packages` are pinned; `ask` says a query in the rival's words, None where it can't be said there."""

    name: str
    packages: tuple[str, ...]
    worker: str
    database: str
    load: Callable[[Snapshot, Path], None]
    ask: Callable[[Query, Mapping[str, str]], dict[str, Any] | None]


def environment(rival: Rival, root: Path, *, install: bool) -> Path | str:
    """The interpreter of the rival's environment, made if need be; a text says why there is none."""
    folder = root / rival.name
    python = folder / "bin" / "python"
    mark = folder / ".installed"
    if mark.exists() and mark.read_text() == " ".join(rival.packages):
        return python
    if not install:
        return "not installed"
    steps = (
        [sys.executable, "-m", "venv", str(folder)],
        [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", *rival.packages],
    )
    for step in steps:
        done = subprocess.run(step, capture_output=True, text=True, check=False)
        if done.returncode:
            return f"could not be installed: {(done.stderr.strip().splitlines() or ['?'])[-1]}"
    mark.write_text(" ".join(rival.packages))
    return python


class Worker:
    """A rival's process over the runs of an index."""

    def __init__(self, rival: Rival, python: Path, home: Path, snapshot: Snapshot) -> None:
        home = home.absolute()
        script = str(_WORKERS / rival.worker)
        if not (home / ".loaded").exists():
            home.mkdir(parents=True, exist_ok=True)
            (home / rival.database).unlink(missing_ok=True)
            subprocess.run([str(python), script, "create", str(home)], check=True, capture_output=True)
            rival.load(snapshot, home / rival.database)
            (home / ".loaded").write_text("")
        self._process = subprocess.Popen(
            [str(python), script, "serve", str(home)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self._line()

    def _line(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the process of a rival ended with {self._process.wait()}")
        return line

    def ask(self, what: dict[str, Any]) -> tuple[float, Any]:
        """Seconds as the process itself measured them, and the answer."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(what) + "\n")
        self._process.stdin.flush()
        found = json.loads(self._line())
        return found["seconds"], found["answer"]

    def peak_mb(self) -> float:
        """The most memory the process has had, in MB."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM"))

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()


_HAUPT_CANNOT = {
    "metric top ten, no condition",  # it sorts missing values first
    "history minimum",
    "descendants of a run",
    "descendants of the best",
}


def _haupt(query: Query, names: Mapping[str, str]) -> dict[str, Any] | None:
    if query.name in _HAUPT_CANNOT:
        return None
    text = query.pql.format(**names)
    return {"pql": text, "sort": query.sort, "limit": query.limit, "kind": query.kind}


_OR = [
    "metrics.loss < 0.05 and attributes.status = 'FINISHED' and params.optimizer = 'adam'",
    "metrics.acc > 0.97 and attributes.status = 'FINISHED' and params.optimizer = 'adam'",
]
_MLFLOW: dict[str, tuple[list[str], str]] = {
    "metric top ten": (["metrics.loss < 0.05"], "metrics.loss ASC"),
    "metric top ten, no condition": ([""], "metrics.loss ASC"),
    "pipeline": (["tags.pipeline = '{pipeline}'"], "attributes.end_time DESC"),
    "status + date + tag": (
        ["attributes.status = 'FAILED' and attributes.start_time >= 1735689600000 and tags.prod = '1'"],
        "attributes.start_time DESC",
    ),
    "OR of metrics + status + input": (_OR, "metrics.acc DESC"),
    "two numbers + name like": (
        ["metrics.in_lr < 0.0001 and metrics.best_epoch > 50 and attributes.run_name ILIKE '%resnet%'"],
        "attributes.end_time DESC",
    ),
    "count": (_OR, "metrics.acc DESC"),
    "key of one project": (["metrics.p03_m5 < 0.3"], "metrics.p03_m5 ASC"),
    "rare key": (["metrics.rare_auc > 0.5"], "metrics.rare_auc DESC"),
    "join of 5,000 runs": (["metrics.loss > -1 and attributes.status = 'FINISHED'"], "metrics.loss ASC"),
}


def _mlflow(query: Query, names: Mapping[str, str]) -> dict[str, Any] | None:
    if query.name == "one uuid":
        return {"uuid": names["uuid"]}
    if query.name not in _MLFLOW:
        return None
    filters, order = _MLFLOW[query.name]
    limit = {"count": None, "join": JOIN_RUNS}.get(query.kind, query.limit)
    texts = [each.format(**names) for each in filters]
    return {"filters": texts, "order": [order], "limit": limit, "kind": query.kind}


RIVALS = (
    Rival(
        "haupt",
        ("polyaxon==2.18.0", "haupt==2.18.0", "pandas==2.3.3"),
        "haupt_worker.py",
        "haupt.db",
        load_haupt,
        _haupt,
    ),
    Rival("mlflow", ("mlflow==3.17.0",), "mlflow_worker.py", "mlflow.db", load_mlflow, _mlflow),
)
