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


SHORT = [
    "create=4 refresh=6 full=1 compact=4 migrate=2 record=2 vacuum=2 tracking=6 random=2",
]
SOAK = [
    "create=every refresh=every",
    "compact=every migrate=every record=every vacuum=every full=50",
    "checkpoint=100 shorten=60",
    "tracking=every random=400",
]
"""case=how many kills; each line is a driver of its own"""


@pytest.mark.skipif(unavailable() is not None, reason=str(unavailable()))
@pytest.mark.parametrize("kills", SOAK if LONG else SHORT)
def test_a_killed_writer_loses_nothing(tmp_path: Path, kills: str) -> None:
    wanted = dict(each.split("=") for each in kills.split())
    done = subprocess.run(
        [sys.executable, DRIVER, tmp_path, str(SEED), *kills.split()],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        check=False,
    )
    found = [json.loads(line) for line in done.stdout.splitlines()]
    counts = Counter(each["case"].split()[0] for each in found)
    print(f"seed {SEED}: {len(found)} kills, {dict(counts)}")
    assert done.returncode == 0, done.stderr
    for case, count in wanted.items():
        assert counts.pop(case) >= (50 if count == "every" else int(count))
    assert not counts
    if "create" in wanted:
        assert {"linkat", "unlink", "write"} <= {each["call"] for each in found}
