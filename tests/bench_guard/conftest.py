"""One small index with many row groups, so that what is read can be counted."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lineage_index import Index
from lineage_index.store import parquet

ROOT = Path(__file__).parents[2]
RUNS = 4_000
GROUP = 500


@pytest.fixture(scope="session")
def guard_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The path of an index of 4,000 generated runs in row groups of 500."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT))
        patch.setattr(parquet, "_ROW_GROUP", {"runs": GROUP, "payload": 250})
        patch.setattr(parquet, "_ROW_GROUP_ELSE", 2_000)
        from bench.data.build import build_index

        return build_index(tmp_path_factory.mktemp("guard"), "lean", RUNS)


@pytest.fixture
def index(guard_path: Path) -> Iterator[Index]:
    """That index, open."""
    assert "bench.data.build" in sys.modules
    with Index.open(guard_path) as opened:
        yield opened
