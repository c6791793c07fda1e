"""What a command says of a request that no answer fits: in its own words, with the way out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from answer_runs import pql


@pytest.mark.parametrize(("entity", "total"), [("runs", "6 runs"), ("artifacts", "6 artifacts")])
def test_an_offset_past_the_last_is_told_and_no_page_follows(index: Path, entity: str, total: str) -> None:
    said = pql("search", "--offset", "6", "--entity", entity, index=index)
    assert (said.code, said.out) == (1, "")
    assert said.err == f"{total} matched; none shown: --offset 6 is past the last\n"
    page = json.loads(pql("search", "--offset", "6", "--entity", entity, "-f", "json", index=index).out)
    assert (page["rows"], page["next"]) == ([], None)
    last = pql("search", "--offset", "5", "--entity", entity, index=index)
    assert last.lines[-1] == f"{total} matched, 1 shown (--all or --limit for more)"
