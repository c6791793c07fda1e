"""How fast a run is tracked, beside the real client in the same minutes.

    python bench/tracking/bench.py --install          # once: the rival, in a Python of its own
    python bench/tracking/bench.py

Each round logs one run with each, in processes of their own, the order turning from round to round. A ratio
is the median over the rounds of (theirs / ours) within a round, so what else the machine does meanwhile
falls on both. Without the rival (neither `--rival`, nor PQL_BENCH_RIVAL, nor an installed one) its rows
say so.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import venv
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
CACHE = ROOT / ".bench"
RIVAL = ["polyaxon==2.18.0", "traceml==1.5.0", "pandas", "pyarrow"]
MEASURES = {"log": "log_metric calls", "run": "whole run with init() and end()", "import": "import"}
Sample = dict[str, float]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rival", help="a Python that has the real client")
    parser.add_argument(
        "--install", action="store_true", help=f"install {' '.join(RIVAL)} under {CACHE.name}/"
    )
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--metrics", type=int, default=10)
    parser.add_argument("--steps", type=int, default=1000)
    options = parser.parse_args()
    if options.install:
        install()
    rival = options.rival or os.environ.get("PQL_BENCH_RIVAL") or installed()
    size = [str(options.metrics), str(options.steps)]
    with TemporaryDirectory() as folder:
        workers = {"ours": [sys.executable, str(HERE / "ours.py"), f"{folder}/ours", *size]}
        if rival:
            workers["theirs"] = [rival, str(HERE / "rival.py"), f"{folder}/theirs", *size]
        rounds, last = measure(workers, options.rounds)
        report(rounds, options.metrics * options.steps)
        if rival:
            read_back(rival, last["ours"])


def measure(workers: dict[str, list[str]], rounds: int) -> tuple[list[dict[str, Sample]], dict[str, str]]:
    """The samples, a round an entry, and the last folder each has written. A first round warms caches."""
    samples: list[dict[str, Sample]] = []
    folders: dict[str, str] = {}
    for number in range(rounds + 1):
        found = {}
        for name in sorted(workers, reverse=bool(number % 2)):
            said = run(workers[name])
            folders[name] = said.pop("folder")
            found[name] = said
        if number:
            samples.append(found)
    return samples, folders


def run(command: list[str]) -> dict[str, object]:
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


def report(rounds: list[dict[str, Sample]], calls: int) -> None:
    """A row a measure: both medians and the ratio."""
    print(f"{calls:,} calls a run, {len(rounds)} rounds, medians\n")
    print(f"{'':34}{'ours':>12}{'real client':>14}{'ratio':>8}")
    for key, label in MEASURES.items():
        ours = median(found["ours"][key] for found in rounds)
        row = f"{label:34}{ours * 1000:9.1f} ms"
        if "theirs" in rounds[0]:
            theirs = median(found["theirs"][key] for found in rounds)
            ratio = median(found["theirs"][key] / found["ours"][key] for found in rounds)
            row += f"{theirs * 1000:11.1f} ms{ratio:7.1f}x"
        else:
            row += "   not installed (--install)"
        print(row)
    ours = median(calls / found["ours"]["log"] for found in rounds)
    row = f"{'log_metric calls a second':34}{ours:12,.0f}"
    if "theirs" in rounds[0]:
        row += f"{median(calls / found['theirs']['log'] for found in rounds):14,.0f}"
    print(row)


def read_back(rival: str, folder: str) -> None:
    """Have the real client read what ours has written."""
    said = run([rival, str(HERE / "rival.py"), "--read", folder])
    rows = said["rows"]
    assert isinstance(rows, dict)
    print(
        f"\nThe real client reads our run: status {said['status']}, {said['lineage']} lineage entries,"
        f" {len(rows)} event files with {sum(rows.values()):,} rows"
    )


def installed() -> str | None:
    path = CACHE / "rival" / "bin" / "python"
    return str(path) if path.exists() else None


def install() -> None:
    CACHE.mkdir(exist_ok=True)
    (CACHE / ".gitignore").write_text("*\n")
    venv.create(CACHE / "rival", with_pip=True)
    python = installed()
    assert python is not None
    subprocess.run([python, "-m", "pip", "install", "--quiet", *RIVAL], check=True)


if __name__ == "__main__":
    main()
