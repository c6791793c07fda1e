"""The index as a library."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pyarrow as pa
import pytest
from cli_runner import CUT, FAILED, KILLED, LOGS, NAMELESS, NO_LINEAGE, PLAIN, STOPPED

from lineage_index import Index, IndexMissing, IndexUnreadable, SearchResult, refresh
from pql import PqlError


@pytest.fixture
def index(home: Path) -> Iterator[Index]:
    with Index.open(home / ".pql") as opened:
        yield opened


def test_the_first_example_of_the_documentation(home: Path) -> None:
    found = Index.open(home / ".pql").search("metrics.loss:<0.8", sort="metrics.loss", limit=2)
    assert isinstance(found, SearchResult)
    assert found.uuids == [CUT, PLAIN]
    assert (len(found), found.total, found.snapshot) == (2, 4, 0)
    assert repr(found) == "SearchResult(2 of 4, snapshot 0)"
    assert [row["uuid"] for row in found] == found.uuids


def test_rows_hold_fields_and_logged_values(index: Index) -> None:
    (row,) = index.search(f"uuid:{FAILED}").rows
    assert row["name"] == "wav2vec small"
    assert row["tags"] == ["audio", "demo"]
    assert row["created_at"].isoformat() == "2026-11-21T23:22:10.238622"
    assert row["inputs"]["layers"] == [64, 32]
    assert row["inputs"]["nothing"] is None
    assert row["outputs"]["loss"] == 0.7887455660685566
    assert row["meta_info"] == {"has_metrics": True, "has_events": True}
    assert row["pipeline"] is None


def test_to_arrow_has_a_column_a_value(index: Index) -> None:
    table = index.search("metrics.loss:<0.79", sort="metrics.loss").to_arrow()
    assert table.column("uuid").to_pylist() == [CUT, PLAIN, FAILED]
    assert table.schema.field("outputs.loss").type == pa.float64()
    assert table.schema.field("inputs.big").type == pa.int64()
    assert table.schema.field("created_at").type == pa.timestamp("us")
    assert table.column("inputs.big").to_pylist() == [9007199254740993] * 3
    assert table.column("outputs.best").to_pylist() == [None, 0.482072, None]
    assert table.column("tags").to_pylist() == [[], [], ["audio", "demo"]]
    assert "pipeline" not in table.column_names
    assert index.search("status:running").to_arrow().to_pydict() == {"uuid": []}


def test_to_pandas(index: Index) -> None:
    frame = index.search("metrics.loss:<0.79", sort="-metrics.loss").to_pandas()
    assert list(frame["uuid"]) == [FAILED, PLAIN, CUT]
    assert frame["outputs.loss"].is_monotonic_decreasing


def test_artifacts(index: Index) -> None:
    found = index.search("kind:tsv", entity="artifacts")
    assert [each[1:] for each in found.artifacts or ()] == [("plain-tsv", "tsv", False)]
    assert found.rows[0]["kind"] == "tsv"
    with pytest.raises(ValueError, match="unknown entity"):
        index.search(entity="run")


def test_the_clock_and_the_zone_are_arguments(index: Index) -> None:
    now = datetime(2026, 11, 21, 23, 22, 30, tzinfo=UTC)
    assert index.search("created_at:>-5s", now=now).total == 2
    assert index.search("created_at:today", now=now).total == 11
    assert index.search("created_at:today", now=now, tz=timezone(timedelta(hours=1))).total == 11
    assert index.search("created_at:2026-11-22", now=now).total == 0
    assert index.search("created_at:2026-11-22", now=now, tz=timezone(timedelta(hours=1))).total == 11


def test_warnings_come_with_the_result(index: Index) -> None:
    found = index.search("metrics.lss:<1", sort="metrics.lsso")
    assert [(each.code, each.source, each.hint) for each in found.warnings] == [
        ("PQL501", "query", "did you mean `metrics.loss`?"),
        ("PQL501", "sort", "did you mean `metrics.loss`?"),
    ]
    (sorted_by,) = index.search(sort="name, -metrics.lsso").warnings
    assert sorted_by.span == (7, 19)
    compared = index.search("metrics.loss:<metrics.lss")
    assert [(each.code, each.payload["field"]) for each in compared.warnings] == [("PQL501", "metrics.lss")]


def test_wrong_queries_raise_with_a_diagnostic(index: Index) -> None:
    with pytest.raises(PqlError) as raised:
        index.search("status:failed, metrics.loss:abc")
    assert (raised.value.diagnostic.code, raised.value.diagnostic.span) == ("PQL301", (28, 31))
    for page in ({"limit": 0}, {"limit": True}, {"offset": -1}):
        with pytest.raises(PqlError):
            index.search(**page)  # type: ignore[arg-type]


def test_a_long_query_needs_leave(index: Index) -> None:
    query = "name:" + "x" * 100_000
    with pytest.raises(PqlError, match="100,005 characters"):
        index.search(query)
    assert index.search(query, max_length=None).total == 0


def test_an_open_index_stays_what_it_was(own_home: Path) -> None:
    with Index.open(own_home / ".pql") as before:
        (own_home / "runs" / PLAIN / "run.plx.json").unlink()
        refresh(own_home / "runs", own_home / ".pql")
        assert before.search("inputs.epochs:31").uuids == [PLAIN]
        with Index.open(own_home / ".pql") as after:
            assert after.search("inputs.epochs:31").uuids == []
            assert after.version > before.version
    with Index.open(own_home / ".pql", as_of=0) as first:
        assert first.search("inputs.epochs:31").uuids == [PLAIN]


def test_a_closed_index_says_so(home: Path) -> None:
    with Index.open(home / ".pql") as opened:
        found = opened.search("status:failed")
    assert found.uuids == [FAILED]
    with pytest.raises(ValueError, match="the index is closed"):
        found.rows  # noqa: B018
    with pytest.raises(ValueError, match="the index is closed"):
        opened.search()


def test_an_index_that_is_not_there(home: Path, tmp_path: Path) -> None:
    with pytest.raises(IndexMissing):
        Index.open(tmp_path)
    with pytest.raises(IndexMissing, match="no version 7"):
        Index.open(home / ".pql", as_of=7)
    with pytest.raises(IndexUnreadable, match="not UTF-8"):
        Index.open(tmp_path / "\udcff")


def test_threads_may_share_an_index(index: Index) -> None:
    expected = {
        "metrics.loss:<0.1": {CUT},
        "status:failed": {FAILED},
        "artifacts.kind:model": {NAMELESS, "edfde4163eff4b3f8177f1131e782196"},
        "max(metrics.epsilon):>2.4, project:speech": {LOGS},
        "inputs.nested.a.b[0]:1, inputs.epochs:24": {NO_LINEAGE},
        "name:/^wav/, tags:keep": {STOPPED},
        "name:nil, status:unknown": {KILLED},
    }

    def ask(query: str) -> tuple[str, set[str], set[str], int]:
        found = index.search(query, sort="metrics.loss")
        return query, set(found.uuids), {row["uuid"] for row in found.rows}, found.total

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, list(expected) * 20))
    assert len(answers) == 20 * len(expected)
    for query, uuids, rows, total in answers:
        assert (uuids, rows, total) == (expected[query], expected[query], len(expected[query]))


def test_importing_the_index_imports_no_engine() -> None:
    heavy = "{'duckdb', 'pyarrow', 'deltalake', 'pandas', 'lark', 'numpy'}"
    script = f"import sys, lineage_index; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
