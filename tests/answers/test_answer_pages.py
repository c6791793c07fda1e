"""Pages by token: together they are the whole, whatever is written meanwhile."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from answer_runs import RUNS, make_index, pql, record, uuid_of

from lineage_index import Index

SORTS = [
    None,
    "name",
    "-name",
    "metrics.loss",
    "-metrics.loss",
    "inputs.lr,-created_at",
    "inputs.optimizer,metrics.loss",
    "-min(metrics.loss)",
    "status,-uuid",
    "inputs.layers",
    "pipeline.name",
]


def pages(index: Index, sort: str | None, query: str | None, size: int) -> list[str]:
    """The uuids of all pages; only the last may be short, and none is empty."""
    found: list[str] = []
    token = None
    while True:
        page = index.search(query, sort=sort, limit=size, after=token)
        assert len(page) == size or (page.next_token is None and page.uuids)
        found += page.uuids
        token = page.next_token
        if token is None:
            return found


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("query", [None, "metrics.loss:~nil", "artifacts.kind:model | status:failed"])
def test_pages_make_up_the_whole(index: Path, sort: str | None, query: str | None) -> None:
    with Index.open(index) as opened:
        whole = opened.search(query, sort=sort).uuids
        assert len(whole) > 3
        for size in (1, 2, 4):
            assert pages(opened, sort, query, size) == whole
        page = opened.search(query, sort=sort, limit=2)
        assert opened.search(query, sort=sort, limit=2, after=page.next_token).total == len(whole)


def test_pages_stay_what_they_were_while_the_index_changes(tmp_path: Path) -> None:
    path = make_index(tmp_path / "index")
    whole = pql("search", "-f", "uuid", "-s", "-metrics.loss", index=path).lines
    found: list[str] = []
    token: str | None = "start"
    turn = 0
    while token is not None:
        said = pql(
            "search",
            "-f",
            "json",
            "-c",
            "uuid",
            "-n",
            "2",
            "-s",
            "-metrics.loss",
            "--after",
            token,
            index=path,
        )
        page = json.loads(said.out)
        found += [row["uuid"] for row in page["rows"]]
        assert (page["total"], page["snapshot"]) == (6, 0)
        token = page["next"]
        turn += 1
        make_index(path, [record(100 + turn, outputs={"loss": 0.3}), record(2, outputs={"loss": 9.0})])
    assert found == whole
    assert pql("search", "-f", "uuid", "-a", index=path).lines != whole


def test_date_words_keep_the_moment_of_the_first_page(index: Path) -> None:
    from datetime import UTC, datetime

    with Index.open(index) as opened:
        query = "created_at:<now"
        first = opened.search(query, limit=1, now=datetime(2026, 1, 1, 3, 30, tzinfo=UTC))
        second = opened.search(query, limit=5, after=first.next_token)
        assert (first.total, second.total) == (3, 3)
        assert sorted(first.uuids + second.uuids) == [uuid_of(n) for n in (1, 2, 3)]


def test_tokens_that_do_not_fit_are_refused(index: Path) -> None:
    with Index.open(index) as opened:
        token = str(opened.search("status:succeeded", limit=1).next_token)
        forged = opened.search("status:failed | status:succeeded", limit=1, sort="uuid").next_token
    for arguments, words in (
        (["status:failed", "--after", token], "another query"),
        (["status:succeeded", "-s", "name", "--after", token], "another sort"),
        (["status:succeeded", "--after", token, "--offset", "1"], "no offset"),
        (["status:succeeded", "--after", token, "--as-of", "0"], "--as-of"),
        (["--after", "xyz"], "not a token"),
        (["--after", token[:-4]], "not a token"),
    ):
        said = pql("search", *arguments, index=index)
        assert (said.code, said.out) == (2, ""), arguments
        assert words in said.err
    assert forged is not None


def test_as_of_is_a_version_or_a_moment(tmp_path: Path) -> None:
    path = make_index(tmp_path / "index", RUNS[:2])
    make_index(path, RUNS[2:])
    assert len(pql("search", "-f", "uuid", index=path).lines) == 6
    assert len(pql("search", "-f", "uuid", "--as-of", "0", index=path).lines) == 2
    assert len(pql("search", "-f", "uuid", "--as-of", "2999-01-01", index=path).lines) == 6
    assert pql("search", "--as-of", "2001-01-01", index=path).code == 3
    assert pql("search", "--as-of", "7", index=path).code == 3
    assert pql("search", "--as-of", "yes", index=path).code == 2
