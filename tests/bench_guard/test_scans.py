"""What the standard queries read: statements, row groups and rows, never seconds."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from lineage_index import Index
from lineage_index.index import prepared
from lineage_index.index.engine import Engine
from pql.plan.scope import plan_query
from pql.sql.lower import lower

_GROUPS = 8  # of `runs`


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every statement that an engine is asked to run from now on."""
    seen: list[str] = []
    run = Engine._run

    def counted(self: Engine, sql: str, *rest: Any) -> Any:
        seen.append(sql)
        return run(self, sql, *rest)

    monkeypatch.setattr(Engine, "_run", counted)
    return seen


def _uuid(index: Index) -> str:
    return index.search("status:succeeded", sort="-created_at", limit=1).uuids[0]


def _pipeline(index: Index) -> str:
    found = index.search("pipeline:~nil", sort="created_at", limit=1).rows[0]["pipeline"]
    assert isinstance(found, str)
    return found


def _scans(index: Index, query: str, sort: str, limit: int = 10) -> dict[str, tuple[int, int]]:
    """By table: row groups read and row groups there are, over all scans of the table in the statement."""
    statement = lower(plan_query(index.bind(query, sort=sort, limit=limit)), index.snapshot.layout)
    index.search(query, sort=sort, limit=limit)
    text = index._engine.select(f"EXPLAIN (ANALYZE, FORMAT json) {statement.sql}", statement.parameters)[0][1]
    found: dict[str, tuple[int, int]] = {}
    pending = list(json.loads(text)["operator"])
    while pending:
        node = pending.pop()
        pending += node.get("children", [])
        if node["type"] != "TABLE_SCAN" or "total_row_groups_to_scan" not in node:
            continue
        table = node["extra_info"]["Filename(s)"].split("/part-")[0].rsplit("/", 1)[1]
        groups, there_are = found.get(table, (0, 0))
        read, total = node["row_groups_scanned"], node["total_row_groups_to_scan"]
        found[table] = (groups + read, there_are + total)
    return found


def test_a_page_is_one_statement(index: Index, statements: list[str]) -> None:
    found = index.search("metrics.loss:<0.5", sort="metrics.loss", limit=10)
    assert len(found.uuids) == 10
    assert len(statements) == 1


def test_a_search_makes_nothing_in_the_engine_and_opens_the_files_it_names(
    index: Index, statements: list[str]
) -> None:
    opened: list[str] = []
    files = dict(index.snapshot.files)

    class Told(dict[str, tuple[str, ...]]):
        def __getitem__(self, name: str) -> tuple[str, ...]:
            opened.append(name)
            return files[name]

    object.__setattr__(index.snapshot, "files", Told(files))
    index.search("metrics.loss:<0.5", sort="metrics.loss", limit=10)
    assert opened == ["runs"]
    made = "SELECT count(*) FROM duckdb_views() WHERE NOT internal"
    assert index._engine.select(made) == [(0,)]
    assert index._engine.select(made.replace("views() WHERE NOT internal", "tables()")) == [(0,)]


def test_an_index_of_few_rows_is_searched_by_one_thread(index: Index) -> None:
    threads = "SELECT current_setting('threads')"
    assert index._engine.select(threads) == [(1,)]
    rows = {**index.snapshot.rows, "points": 20_000_000}
    assert Engine(replace(index.snapshot, rows=rows)).select(threads) == [(2,)]


def test_a_search_that_is_asked_again_is_neither_bound_nor_lowered_again(
    index: Index, statements: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []

    def told(name: str, inner: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any) -> Any:
            made.append(name)
            return inner(*given)

        return call

    for name in ("plan_query", "lower", "lower_count", "unknown_keys"):
        monkeypatch.setattr(prepared, name, told(name, getattr(prepared, name)))
    query, sort = "metrics.lss:<0.5 OR created_at:>=2025-01-01", "-metrics.loss"
    first = index.search(query, sort=sort, limit=10)
    counts = [index.count(query)]
    assert sorted(made) == ["lower", "lower_count", "plan_query", "plan_query", "unknown_keys"]
    again = index.search(query, sort=sort, limit=10)
    counts.append(index.count(query))
    assert len(made) == 5
    assert len(statements) == 4
    assert again.uuids == first.uuids
    assert [each.code for each in again.warnings] == [each.code for each in first.warnings] == ["PQL501"]
    assert counts[0] == counts[1] > 10


def test_the_total_of_a_full_page_is_a_second_statement(index: Index, statements: list[str]) -> None:
    found = index.search("metrics.loss:<0.5", sort="metrics.loss", limit=10)
    assert found.total > 10
    assert len(statements) == 2


def test_the_total_of_a_short_page_is_known(index: Index, statements: list[str]) -> None:
    found = index.search("metrics.rare_auc:~nil", limit=1_000)
    assert 0 < found.total < 1_000
    assert len(statements) == 1


def test_the_rows_of_a_page_are_two_more_statements(index: Index, statements: list[str]) -> None:
    rows = index.search("metrics.loss:<0.5", sort="metrics.loss", limit=10).rows
    assert [row["outputs"]["loss"] for row in rows] == sorted(row["outputs"]["loss"] for row in rows)
    assert len(statements) == 3


def test_a_count_is_one_statement(index: Index, statements: list[str]) -> None:
    assert index.count("status:failed") > 100
    assert len(statements) == 1


@pytest.mark.parametrize(
    ("query", "sort"),
    [
        ("metrics.loss:<0.05", "metrics.loss"),
        ("metrics.loss:~nil, status:succeeded", "metrics.loss"),
        ("inputs.lr:<0.0001, outputs.best_epoch:>50, name:%resnet%", "-updated_at"),
        ("artifacts.kind:model, metrics.loss:<0.1", "metrics.loss"),
        ("artifacts.kind:~model", "-created_at"),
    ],
)
def test_runs_are_scanned_once_and_nothing_else(index: Index, query: str, sort: str) -> None:
    scans = _scans(index, query, sort)
    assert list(scans) == ["runs"]
    assert scans["runs"][1] == _GROUPS


def test_one_uuid_reads_one_row_group(index: Index) -> None:
    groups, there_are = _scans(index, f"uuid:{_uuid(index)}", "-updated_at")["runs"]
    assert there_are == _GROUPS
    assert groups == 1


def test_one_pipeline_reads_the_row_groups_that_may_hold_it(index: Index) -> None:
    groups, _ = _scans(index, f"pipeline:{_pipeline(index)}", "-updated_at")["runs"]
    assert groups <= 2


def test_a_range_of_dates_reads_its_row_groups(index: Index) -> None:
    groups, _ = _scans(index, "created_at:<2024-02-01", "created_at")["runs"]
    assert groups == 1


def test_a_key_that_is_not_promoted_reads_its_part_of_values_once(index: Index) -> None:
    scans = _scans(index, "metrics.p03_m5:<0.9", "metrics.p03_m5")
    groups, there_are = scans["values"]
    assert there_are == pytest.approx(index.snapshot.rows["values"] / 2_000, abs=1)
    assert groups <= 2
    assert scans["runs"][1] == _GROUPS


def test_a_function_of_history_reads_its_metric_once(index: Index) -> None:
    scans = _scans(index, "min(metrics.loss):<0.1", "min(metrics.loss)")
    groups, there_are = scans["series"]
    assert there_are == 7
    assert groups <= 3
    assert scans["runs"][1] == _GROUPS


def test_a_walk_along_the_edges_reads_them_once_and_no_runs_for_it(index: Index) -> None:
    leaf = index.search("upstream.upstream.upstream:~nil", limit=1).uuids[0]
    assert index.count(f"downstream*.uuid:{leaf}") > 1  # steps
    scans = _scans(index, f"downstream*.uuid:{leaf}", "-created_at")
    assert scans["runs"][1] == _GROUPS
    assert scans["edges"] == (2, 2)
