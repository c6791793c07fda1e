"""Queries that are meant to cost too much are answered or refused with a code, in bounded time and memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from soak import LONG

DRIVER = Path(__file__).with_name("resource_driver.py")
MEGABYTES = 1024
RUNS = 10_000
SHORT = {
    "conditions of one metric": f"{RUNS} runs",
    "keys": "0 runs",
    "alternatives of two": "1428 runs",
    "list of numbers": "1429 runs",
    "lookups": "PQL404",
    "patterns": "1080 runs",
    "parentheses": "1 runs",
    "nested negations": "PQL111",
    "nested groups": "PQL111",
    "nested stars": "0 runs",
    "stars": "0 runs",
    "repetitions": "0 runs",
    "nested repetitions": "PQL307",
    "optional repetitions": "PQL307",
    "alternatives of repetitions": "PQL307",
    "wildcards": "0 runs",
    "too long": "PQL112",
    "join": f"{RUNS} runs",
}
"""case → what comes of it"""

MORE = {
    "alternatives": f"{RUNS} runs",
    "alternatives of numbers": "1429 runs",
    "alternatives of elements": "0 runs",
    "choices": f"{RUNS} runs",
    "negations": f"{RUNS} runs",
    "artifacts": "0 runs",
    "list of texts": f"{RUNS} runs",
    "list of tags": f"{RUNS} runs",
    "list of many kinds": "1429 runs",
    "list of dates": "1429 runs",
    "conditions of patterns": "0 runs",
    "negated patterns": f"{RUNS} runs",
}
"""The same, in the long profile only."""


def _outcomes(folder: Path, *cases: str, runs: int = RUNS) -> dict[str, dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, DRIVER, folder, str(runs), *cases],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return {each["case"]: each for each in map(json.loads, done.stdout.splitlines())}


@pytest.mark.skipif(sys.platform != "linux", reason="limits of a process are Linux's here")
def test_dear_queries_are_answered_or_refused(tmp_path: Path) -> None:
    expected = {**SHORT, **(MORE if LONG else {})}
    found = _outcomes(tmp_path, *expected)
    assert {name: each["outcome"] for name, each in found.items()} == expected
    if LONG:
        found["long join"] = _outcomes(tmp_path / "more", "join", runs=100_000)["join"]
        assert found["long join"]["outcome"] == "100000 runs"
    # The kernel has seen to the time.
    assert {name: each["megabytes"] for name, each in found.items() if each["megabytes"] > MEGABYTES} == {}
