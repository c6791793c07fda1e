"""The page about joins: its program runs, its tables are whole."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from index_samples import small_index, uuid_of

from pql.joins.references import NAMES

PAGE = (Path(__file__).parents[2] / "docs" / "joins.md").read_text(encoding="utf-8")


def test_the_program_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (program,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    small_index(tmp_path).rename(tmp_path / ".pql")
    (tmp_path / "operation.yaml").write_text(
        "kind: operation\nhubRef: x\njoins:\n"
        "- {query: 'metrics.accuracy:>{{ least }}', sort: name, params: {uuids: {value: globals.uuid}}}\n"
    )
    monkeypatch.chdir(tmp_path)
    exec(compile(program, "joins.md", "exec"), {})
    assert uuid_of(15) in capsys.readouterr().out


def test_every_reference_is_on_the_page() -> None:
    for name in NAMES:
        word = name.removeprefix("globals.") if name.startswith("globals.") else name.replace("*", "")
        assert word in PAGE
