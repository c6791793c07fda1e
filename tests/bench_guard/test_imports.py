"""What each way in imports: the price of a start."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

_HEAVY = {
    "pyarrow",
    "deltalake",
    "pandas",
    "numpy",
    "yaml",
    "pydantic",
    "rich",
    "psutil",
    "asyncio",
    "watchfiles",
}
_TELL = "\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))"
_COMMAND = """
import sys
from pql.cli.main import app
try:
    app(sys.argv[1:])
except SystemExit:
    pass
"""


def _modules(code: str, *arguments: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", code + _TELL, *arguments], capture_output=True, text=True, check=True
    )
    loaded: list[str] = json.loads(done.stdout.splitlines()[-1])
    return set(loaded)


@pytest.fixture(scope="module")
def bare() -> set[str]:
    """What Python itself has loaded."""
    return _modules("")


def _packages(modules: set[str]) -> Counter[str]:
    return Counter(each.partition(".")[0] for each in modules)


def test_import_pql_loads_next_to_nothing(bare: set[str]) -> None:
    packages = _packages(_modules("import pql") - bare)
    assert packages["pql"] == 1
    assert not packages.keys() & (_HEAVY | {"lark", "duckdb", "typer", "lineage_index"})


def test_import_lineage_index_loads_next_to_nothing(bare: set[str]) -> None:
    packages = _packages(_modules("import lineage_index") - bare)
    assert packages["lineage_index"] == 1
    assert not packages.keys() & (_HEAVY | {"lark", "duckdb", "typer", "pql"})


def test_help_loads_no_engine_and_no_parser(bare: set[str]) -> None:
    modules = _modules(_COMMAND, "--help") - bare
    packages = _packages(modules)
    assert "typer" in packages
    assert not packages.keys() & (_HEAVY | {"lark", "duckdb", "lineage_index"})
    assert packages["pql"] <= 9


def test_search_loads_what_it_needs(bare: set[str], guard_path: Path) -> None:
    arguments = ("search", "metrics.loss:<0.5", "--sort", "metrics.loss", "--index", str(guard_path))
    modules = _modules(_COMMAND, *arguments) - bare
    packages = _packages(modules)
    assert {"duckdb", "lineage_index"} <= packages.keys()
    assert not packages.keys() & (_HEAVY | {"lark"})
    own = {each for each in modules if each.partition(".")[0] in ("pql", "lineage_index")}
    writing = ("lineage_index.ingest", "lineage_index.tracking", "pql.check", "pql.joins", "pql.reference")
    assert not [each for each in own if each.startswith(writing)]
    assert "lineage_index.store.commit" not in own
    commands = {each for each in own if each.startswith("pql.cli.commands.")}
    assert commands == {"pql.cli.commands.search"}
    assert len(own) <= 80
