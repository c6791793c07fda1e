"""The page about joins: its program runs, its tables are whole."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from index_samples import small_index

from pql.joins.references import NAMES

PAGE = (Path(__file__).parents[2] / "docs" / "joins.md").read_text(encoding="utf-8")


def test_the_program_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (program,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    small_index(tmp_path).rename(tmp_path / ".pql")
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    exec(compile(program, "joins.md", "exec"), names)
    assert len(names["resolved"].params["names"]) == 18


def test_every_reference_is_on_the_page() -> None:
    for name in NAMES:
        word = name.removeprefix("globals.") if name.startswith("globals.") else name.replace("*", "")
        assert word in PAGE
