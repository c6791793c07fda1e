"""The store that the real client wrote, and one index of it, made once."""

from __future__ import annotations

import shutil
import tarfile
from pathlib import Path

import pytest
from cli_runner import run_pql

FIXTURE = Path(__file__).parents[1] / "fixtures" / "polyaxon_offline_store.tar.gz"


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the store in `runs` and its index in `.pql`. Not to be changed."""
    folder = tmp_path_factory.mktemp("home")
    with tarfile.open(FIXTURE) as archive:
        archive.extractall(folder, filter="data")
    made = run_pql("index", "refresh", "runs", cwd=folder)
    assert made.code == 0, made
    return folder


@pytest.fixture
def own_home(home: Path, tmp_path: Path) -> Path:
    """A copy of `home` that a test may change, with an index of its own store."""
    shutil.copytree(home / "runs", tmp_path / "runs", symlinks=True)
    assert run_pql("index", "refresh", "runs", cwd=tmp_path).code == 0
    return tmp_path
