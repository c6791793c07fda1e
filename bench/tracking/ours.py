"""One run logged with `lineage_index.tracking`, timed from within. Arguments: store, metrics, steps."""

from __future__ import annotations

import json
import sys
import time


def main() -> None:
    store, metrics, steps = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    began = time.perf_counter()
    from lineage_index import tracking

    imported = time.perf_counter()
    run = tracking.init(name="bench", project="bench", owner="bench", store=store)
    names = [f"metric-{number}" for number in range(metrics)]
    started = time.perf_counter()
    for step in range(steps):
        for name in names:
            tracking.log_metric(name, step * 0.37, step=step)
    logged = time.perf_counter()
    tracking.end()
    ended = time.perf_counter()
    print(
        json.dumps(
            {
                "import": imported - began,
                "log": logged - started,
                "run": ended - imported,
                "folder": run.folder,
            }
        )
    )


main()
