"""Pages by token: together they are the whole, whatever is written meanwhile."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from answer_runs import NAN, RUNS, artifact, make_index, pql, record, series, uuid_of

from lineage_index import Index
from lineage_index.ingest.record import MetricSeries, SeriesRecord

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


def parts(
    index: Index, entity: str, query: str | None, sort: str | None, size: int
) -> list[tuple[object, ...]]:
    """The rows of all pages of artifacts or points."""
    found: list[tuple[object, ...]] = []
    token = None
    while True:
        page = index.search(query, sort=sort, limit=size, after=token, entity=entity)
        found += map(shown, page.rows)
        token = page.next_token
        assert len(page) == size or token is None
        if token is None:
            assert page.total == len(found)
            return found


def shown(row: dict[str, object]) -> tuple[object, ...]:
    return tuple(map(repr, row.values()))  # NaN is unequal to itself


@pytest.fixture(scope="module")
def twins(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Artifacts that are equal in all that a page shows, or in all there is; points that are NaN, or at one
    step."""
    same = [artifact("model", is_input=False, path=f"outputs/{n % 2}") for n in range(4)]
    other = [artifact("model", is_input=True), artifact("model", is_input=False, path="outputs/0", state="s")]
    points = MetricSeries([0, 1, 1, 2, None], [0, 0, 5, 6, 7], [1.0, NAN, NAN, 1.0, 3.0])  # type: ignore[list-item]
    twice = SeriesRecord("metric", "loss", 5, 0, 2, points)
    runs = [
        record(n, artifacts=(*same, *other), series=(twice, series([NAN, 2.0, 1.0], "acc"))) for n in (1, 2)
    ]
    return make_index(tmp_path_factory.mktemp("twins") / "index", runs)


@pytest.mark.parametrize(
    ("entity", "sort", "count"),
    [
        *(("artifacts", sort, 12) for sort in (None, "name", "-kind,path", "path", "-state", "run.name")),
        *(("points", sort, 16) for sort in (None, "value", "-value", "step,key", "-run.created_at", "-key")),
    ],
)
def test_pages_of_artifacts_and_points_make_up_the_whole(
    twins: Path, entity: str, sort: str | None, count: int
) -> None:
    with Index.open(twins) as opened:
        whole = [shown(row) for row in opened.search(entity=entity, sort=sort).rows]
        assert len(whole) == count
        for size in (1, 3, 5):
            assert parts(opened, entity, None, sort, size) == whole
        later = opened.search(entity=entity, sort=sort, limit=3, offset=4)
        rest = opened.search(entity=entity, sort=sort, after=later.next_token)
        assert [shown(row) for row in rest.rows] == whole[7:]


def test_a_page_of_artifacts_is_continued_by_the_command(twins: Path) -> None:
    arguments = ["search", "is_input:false", "--entity", "artifacts", "-s", "path", "-n", "4", "-f", "json"]
    first = json.loads(pql(*arguments, index=twins).out)
    second = json.loads(pql(*arguments, "--after", first["next"], index=twins).out)
    third = json.loads(pql(*arguments, "--after", second["next"], index=twins).out)
    assert [len(each["rows"]) for each in (first, second, third)] == [4, 4, 2]
    assert third["next"] is None
    said = pql("search", "is_input:false", "-s", "path", "--after", first["next"], index=twins)
    assert (said.code, said.out) == (2, "")
    wrong = pql(*arguments[:4], "--after", first["next"], index=twins)
    assert "another sort" in wrong.err
