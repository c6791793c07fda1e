"""The real client's own classes over run folders: prints the seconds that reading took.

Runs under the interpreter of haupt's environment: nothing of this project is imported.
"""

import json
import os
import sys
import time

from polyaxon.schemas import V1Run
from traceml.events import V1Events


def read(folders):
    points = 0
    for folder in folders:
        with open(os.path.join(folder, "run.plx.json")) as file:
            V1Run.read(json.load(file))
        with open(os.path.join(folder, "lineages.plx.json")) as file:
            json.load(file)
        events = os.path.join(folder, "events", "metric")
        if os.path.isdir(events):
            for name in os.listdir(events):
                found = V1Events.read(kind="metric", name=name[:-4], data=os.path.join(events, name))
                points += len(found.df)
    return points


wanted = [line.strip() for line in sys.stdin]
read(wanted[:1])  # what is imported late is no part of reading
start, cpu = time.perf_counter(), time.process_time()
points = read(wanted)
spent = {"seconds": time.perf_counter() - start, "cpu": time.process_time() - cpu}
print(json.dumps({**spent, "points": points}))
