"""A run store in which every text is hostile, and an index of it, made once by the command."""

from __future__ import annotations

from pathlib import Path

import pytest
from injection_store import write_store
from said import called


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the store in `runs` and its index in `.pql`. Not to be changed."""
    folder = tmp_path_factory.mktemp("hostile")
    write_store(folder / "runs")
    assert called("index", "refresh", str(folder / "runs"), "--index", str(folder / ".pql")).code == 0
    return folder


@pytest.fixture(scope="session")
def index(home: Path) -> Path:
    """The index of the hostile store."""
    return home / ".pql"
