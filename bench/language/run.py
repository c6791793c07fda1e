"""How fast a query becomes SQL: ours beside haupt's, and how our parser grows with the length.

    python -m bench.language.run [--rival PYTHON] [--rounds N]

Without `--rival` a virtual environment with the rival is made under `.bench/` once.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import subprocess
import sys
import time
import venv
from pathlib import Path

from pql.syntax.parser import parse_query

ROOT = Path(__file__).parents[2]
RIVAL = ROOT / ".bench" / "language"
PACKAGES = ("polyaxon==2.18.0", "haupt==2.18.0", "lark>=1.2,<2", "setuptools<81")
SIZES = (1_000, 10_000, 100_000, 1_000_000)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rival", type=Path, help="a Python that has polyaxon, haupt and lark")
    arguments.add_argument("--rounds", type=int, default=200)
    asked = arguments.parse_args()
    report = _compare(asked.rival or _rival_python(), asked.rounds)
    for query, sides in report.items():
        ours = sides["pql"]
        print(query)
        for side, micros in sides.items():
            print(f"  {side:16} {micros:8.1f} µs   ×{micros / ours:.2f}")
    print("parse by length (limit lifted)")
    for size, seconds in _growth().items():
        print(f"  {size:>9,} characters {seconds * 1e3:10.2f} ms   {seconds / size * 1e6:.2f} µs a character")


def _rival_python() -> Path:
    python = RIVAL / "bin" / "python"
    if not python.exists():
        venv.create(RIVAL, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
    return python


def _compare(python: Path, rounds: int) -> dict[str, dict[str, float]]:
    command = [python, "-m", "bench.language.compare", str(rounds)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    done = subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, dict[str, float]] = json.loads(done.stdout.splitlines()[-1])
    return found


def _growth() -> dict[int, float]:
    """Processor seconds to parse queries of these lengths, the best of three; the collector of garbage, whose
    cost grows with all that is alive, is off."""
    clause = "metrics.loss:<0.01, (status:running|failed OR NOT name:%res%), "
    found = {}
    for size in SIZES:
        text = (clause * (size // len(clause) + 1))[:size].rpartition("metrics.loss")[0].rstrip(", ")
        times = []
        for _ in range(3):
            gc.collect()
            gc.disable()
            start = time.process_time()
            parse_query(text, max_length=None)
            times.append(time.process_time() - start)
            gc.enable()
        found[len(text)] = min(times)
    return found


if __name__ == "__main__":
    sys.exit(main())
