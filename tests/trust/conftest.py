"""The samples of other folders of tests are used here, too."""

from __future__ import annotations

import sys
from pathlib import Path

TESTS = Path(__file__).parents[1]
sys.path += [str(TESTS / name) for name in ("store", "tracking") if str(TESTS / name) not in sys.path]
