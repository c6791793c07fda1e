"""How long these tests take: short in CI; with PQL_SOAK=1, as `make soak` has it, long.

A long run draws its seed and prints it; PQL_SEED repeats it.
"""

from __future__ import annotations

import os
import time

__all__ = ["LONG", "SEED"]

LONG = os.environ.get("PQL_SOAK", "") not in ("", "0")
SEED = int(os.environ.get("PQL_SEED", time.time_ns() // 1_000_000_000 if LONG else 7))
