"""Fuzzes one target for a time, guided by what it covers: `python fuzz/run.py TARGET SECONDS`.

An input that breaks the target is written to `tests/fuzz/found/TARGET`, where the suite replays it from then
on. What covers new code is kept in `.fuzz/TARGET` for the next time. Needs the group `fuzz` (atheris).
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests" / "fuzz"))

import atheris  # noqa: E402

with atheris.instrument_imports(include=["pql", "lineage_index"]):
    from fuzz_targets import TARGETS, seeds

SLOW = 10
"""Seconds that one input may take; inputs have at most LONGEST bytes."""
LONGEST = 4096


def main() -> None:
    """Run libFuzzer, which ends the process."""
    name, seconds = sys.argv[1], int(sys.argv[2])
    kept, found = ROOT / ".fuzz" / name, ROOT / "tests" / "fuzz" / "found" / name
    kept.mkdir(parents=True, exist_ok=True)
    found.mkdir(parents=True, exist_ok=True)
    for place, seed in enumerate(seeds(name)):
        (kept / f"seed-{place:04}").write_bytes(seed[:LONGEST])
    options = [
        f"-max_total_time={seconds}",
        f"-max_len={LONGEST}",
        f"-timeout={SLOW}",
        "-rss_limit_mb=2048",
        f"-artifact_prefix={found}/",
        "-print_final_stats=1",
        "-verbosity=1",
    ]
    atheris.Setup([sys.argv[0], *options, str(kept)], TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
