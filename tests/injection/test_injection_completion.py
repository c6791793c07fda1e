"""What a shell is offered for a line: printable, and one word of the line, whatever the runs are called."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from pql.cli.complete import complete_line

LINES = {
    "search inputs.": "inputs.",
    "search 'inputs.": "inputs.",
    'search "inputs.': "inputs.",
    "search tags:": "",
    "search 'tags:": "tags:",
    'search "project:': "project:",
    "search --sort inputs.": "inputs.",
    "search '--columns=inputs.": "--columns=inputs.",
    "stats --by inputs.": "inputs.",
}
"""line → the part of it that bash replaces"""

EXPANDED = re.compile(r"\\.|'[^']*'|\"(?:[^\"\\$`!]|\\.)*\"|[\w@%+=:,./~^-]", re.DOTALL)
"""A piece of a command line that bash takes for text, whatever it says."""


@pytest.mark.parametrize("line", LINES)
def test_a_candidate_is_a_word_of_the_line(line: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(home)
    words = shlex.split(f"pql {line}" + {1: "'", 0: ""}[line.count("'") % 2] + '"' * (line.count('"') % 2))
    found = complete_line(f"pql {line}", LINES[line])
    assert len(found) > 10
    for each in found:
        assert each.isprintable()
        whole = f"pql {line.removesuffix(LINES[line])}{each}"
        quote = "'" if "'" in line else '"' if '"' in line else ""
        assert re.fullmatch(rf"(?:{EXPANDED.pattern}| )*", whole + quote, re.DOTALL), whole
        assert len(shlex.split(whole + quote)) == len(words)
