"""The pages of the reference are what the code says."""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs" / "reference"
sys.path.append(str(REFERENCE))

from reference_pages import ENVIRONMENT, pages  # noqa: E402

from pql.cli.main import COMMANDS, INDEX_COMMANDS  # noqa: E402


def test_the_reference_is_up_to_date() -> None:
    """`python docs/generate.py` mends it."""
    written = {
        path.relative_to(REFERENCE).as_posix(): path.read_text(encoding="utf-8")
        for path in REFERENCE.rglob("*.md")
        if path != REFERENCE / "README.md"
    }
    expected = pages()
    stale = [name for name in sorted(written.keys() | expected) if written.get(name) != expected.get(name)]
    assert not stale, "run `python docs/generate.py`"


def test_every_command_and_option_is_there() -> None:
    text = pages()["commands.md"]
    listed = [each for each in (*COMMANDS, *INDEX_COMMANDS) if not each.hidden]
    assert text.count("\n## pql ") == len(listed) > 20
    assert "`-s, --sort STR`" in text
    assert "`--older-than AGE`" in text


def test_what_the_library_exports_is_there() -> None:
    text = pages()["library/lineage_index.md"]
    for heading in ("## Index\n", "### Index.search\n", "### SearchResult.to_pandas\n", "## refresh\n"):
        assert heading in text
    assert "def " not in text


def test_every_variable_of_the_environment_is_there() -> None:
    sources = [path for package in ("pql", "lineage_index") for path in (ROOT / package).rglob("*.py")]
    read = {name for path in sources for name in re.findall(r'"(PQL_[A-Z_]+)"', path.read_text("utf-8"))}
    assert {name for name in ENVIRONMENT if name.startswith("PQL_")} == read
