"""Writers that are killed, at their writing calls and at random: nothing is lost, and all converge."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from gate import unavailable
from soak import LONG, SEED

DRIVER = Path(__file__).with_name("kill_driver.py")


@pytest.mark.skipif(unavailable() is not None, reason=str(unavailable()))
def test_a_killed_writer_loses_nothing(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, DRIVER, tmp_path, str(SEED), "every" if LONG else "30"],
        stdout=subprocess.PIPE,
        # A long run is watched while it goes on.
        stderr=None if LONG else subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        check=False,
    )
    kills = [json.loads(line) for line in done.stdout.splitlines()]
    counts = Counter(each["case"].split()[0] for each in kills)
    print(f"seed {SEED}: {len(kills)} kills, {dict(counts)}")
    assert done.returncode == 0, done.stderr
    expected = {"create", "refresh", "compact", "migrate", "record", "vacuum", "full", "tracking", "random"}
    assert set(counts) == expected | ({"checkpoint", "shorten"} if LONG else set())
    assert len(kills) >= (1_000 if LONG else 30)
    assert {"linkat", "unlink", "rename", "write"} <= {each["call"] for each in kills}
