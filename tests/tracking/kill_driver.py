"""Kills processes that log: begins each as a fork of this one, and kills it when it has logged enough.

Arguments: store, number of kills, seed. For each kill it prints the run's uuid and how many calls of
`log_metric` had returned, as JSON lines.
"""

from __future__ import annotations

import json
import mmap
import os
import random
import signal
import struct
import sys
from itertools import count
from uuid import UUID

from lineage_index.tracking import Run

LONG = "long/" + "x" * 300


def log_for_ever(store: str, uuid: str, returned: mmap.mmap) -> None:
    run = Run(store=store, run_uuid=uuid)
    for step in count():
        run.log_metric(LONG if step % 2 else "loss", step / 3, step)
        struct.pack_into("q", returned, 0, step + 1)


def main() -> None:
    store, kills, generator = sys.argv[1], int(sys.argv[2]), random.Random(int(sys.argv[3]))
    for _ in range(kills):
        uuid = UUID(int=generator.getrandbits(128), version=4).hex
        enough = generator.choice([1, generator.randrange(2, 1500), generator.randrange(1500, 12000)])
        with mmap.mmap(-1, 8) as returned:
            child = os.fork()
            if child == 0:
                log_for_ever(store, uuid, returned)
            while struct.unpack_from("q", returned)[0] < enough:
                os.sched_yield()
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            calls = struct.unpack_from("q", returned)[0]
        print(json.dumps({"uuid": uuid, "returned": calls}))


main()
