"""Questions about a section as a whole."""

from __future__ import annotations

from pathlib import Path

import pytest
from answer_runs import pql, uuid_of


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("inputs:nil", [6]),
        ("metrics:nil", [4]),
        ("inputs:~nil, metrics:~nil", [1, 2, 3, 5]),
        ("outputs:nil", [4]),
    ],
)
def test_a_search(index: Path, query: str, numbers: list[int]) -> None:
    found = pql("search", query, "-s", "uuid", "-f", "uuid", index=index)
    assert found.lines == [uuid_of(number) for number in numbers]
    assert pql("search", query, "-f", "wide", index=index).code == 0


def test_why_says_whether_it_holds_and_nothing_of_its_values(index: Path) -> None:
    said = pql("why", uuid_of(1), "inputs:~nil, metrics:nil", index=index)
    assert [line.rstrip() for line in said.lines[-2:]] == ["├─ ✓ inputs:~nil", "└─ ✗ metrics:nil"]


@pytest.mark.parametrize("arguments", [("search", "--sort", "inputs"), ("stats", "--by", "metrics")])
def test_a_section_neither_sorts_nor_groups(index: Path, arguments: tuple[str, ...]) -> None:
    said = pql(*arguments, index=index)
    assert (said.code, said.out) == (2, "")
    assert "PQL202" in said.err
