"""The index of the answers, made once."""

from __future__ import annotations

from pathlib import Path

import pytest
from answer_runs import make_index


@pytest.fixture(scope="session")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Not to be changed."""
    return make_index(tmp_path_factory.mktemp("answers") / "index")
