"""The same run logged with the real client, offline, in its own Python; or, with `--read`, a run folder
read with it. Arguments: store, metrics, steps; or `--read`, folder."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path


def log() -> None:
    store, metrics, steps = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    os.environ["POLYAXON_IS_OFFLINE"] = "true"
    os.environ["POLYAXON_OFFLINE_ROOT"] = store
    began = time.perf_counter()
    from polyaxon import settings
    from traceml import tracking

    imported = time.perf_counter()
    settings.CLIENT_CONFIG.tracking_flush_delay = 0  # it sleeps so long at the end; that is not its work
    run = tracking.init(
        name="bench",
        project="bench",
        owner="bench",
        is_offline=True,
        track_code=False,
        track_env=False,
        track_logs=False,
        collect_artifacts=True,
        collect_resources=False,
    )
    names = [f"metric-{number}" for number in range(metrics)]
    started = time.perf_counter()
    for step in range(steps):
        for name in names:
            tracking.log_metric(name, step * 0.37, step=step)
    logged = time.perf_counter()
    tracking.end()
    ended = time.perf_counter()
    folder = run.get_artifacts_path()
    print(
        json.dumps(
            {"import": imported - began, "log": logged - started, "run": ended - imported, "folder": folder}
        )
    )


def read() -> None:
    from polyaxon.client import RunClient
    from traceml.events import V1Events

    folder = Path(sys.argv[2])
    rows = {
        path.stem: len(V1Events.read(kind=path.parent.name, name=path.stem, data=str(path)).df)
        for path in folder.glob("events/*/*.plx")
    }
    client = RunClient.load_offline_run(str(folder), raise_if_not_found=True)
    print(
        json.dumps(
            {"rows": rows, "status": client.run_data.status, "lineage": len(client._artifacts_lineage)}
        )
    )


if sys.argv[1] == "--read":
    read()
else:
    log()
