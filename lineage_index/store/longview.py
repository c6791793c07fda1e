"""All values of an index as rows of `values`, whatever is promoted: the queries of a compaction.

User-chosen names (sections, keys) go in as parameters; the names of promoted columns are the store's own.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pyarrow as pa

from lineage_index.store.locked import parquet
from lineage_index.store.promotion import KeyColumns, Plan

__all__ = ["moving_rows", "placed_table", "remaining_rows"]

Name = tuple[str, str]

_COLUMNS = "section, key, num, big, str, bool, json, history_only, run_id"
_SAME_KEY = "v.section = p.section AND v.key = p.key"
_FITS = (
    "p.key IS NOT NULL AND NOT v.history_only AND v.big IS NULL AND v.json IS NULL "
    "AND NOT coalesce(isnan(v.num), false) "
    "AND (v.num IS NULL OR p.num) AND (v.str IS NULL OR p.text) AND (v.bool IS NULL OR p.flag)"
)


def placed_table(plan: Plan, names: Iterable[Name] | None = None) -> pa.Table:
    """For each promoted key which parts of a value have a column: the table `placed` of the queries below."""
    chosen = [(name, plan.columns[name]) for name in (plan.columns if names is None else names)]
    return pa.table(
        {
            "section": pa.array([name[0] for name, _ in chosen], pa.string()),
            "key": pa.array([name[1] for name, _ in chosen], pa.string()),
            "num": pa.array([places.num is not None for _, places in chosen], pa.bool_()),
            "text": pa.array([places.text is not None for _, places in chosen], pa.bool_()),
            "flag": pa.array([places.flag is not None for _, places in chosen], pa.bool_()),
        }
    )


def remaining_rows(old: Plan, moved: Iterable[Name]) -> tuple[str, dict[str, Any]]:
    """The rows that belong into `values` under the plan that `placed` tells of: a query over `$values`,
    `$runs` and the tables `live` and `placed`, with parameters of its own. `moved` are the keys of
    `promotion.moved_keys`."""
    long = [f"SELECT {_COLUMNS} FROM {parquet('values')} WHERE run_id IN (SELECT run_id FROM live)"]
    parameters: dict[str, Any] = {}
    for place, name in enumerate(name for name in moved if name in old.columns):
        parameters[f"section{place}"], parameters[f"key{place}"] = name
        long += _demoted(place, old.columns[name])
    query = (
        f"SELECT v.* FROM ({' UNION ALL '.join(long)}) v LEFT JOIN placed p ON {_SAME_KEY} "
        f"WHERE NOT ({_FITS}) ORDER BY v.section, v.key, v.num, v.run_id"
    )
    return query, parameters


def _demoted(place: int, places: KeyColumns) -> list[str]:
    """The values in the columns of one key as rows."""
    head = f"SELECT $section{place}::VARCHAR, $key{place}::VARCHAR"
    tail = f"run_id FROM {parquet('runs')} WHERE"
    num, text = places.num or "NULL::DOUBLE", places.text or "NULL::VARCHAR"
    queries = []
    if places.num or places.text:
        queries.append(
            f"{head}, {num}, NULL::BIGINT, {text}, NULL::BOOLEAN, NULL::VARCHAR, false, {tail} "
            f"{num} IS NOT NULL OR {text} IS NOT NULL"
        )
    if places.flag:
        queries.append(
            f"{head}, NULL::DOUBLE, NULL::BIGINT, NULL::VARCHAR, {places.flag}, NULL::VARCHAR, false, {tail} "
            f"{places.flag} IS NOT NULL"
        )
    return queries


def moving_rows() -> str:
    """The rows of `$values` that get columns, for the runs of the table `chunk` and the keys of `placed`."""
    columns = ", ".join(f"v.{name.strip()}" for name in _COLUMNS.split(","))
    return (
        f"SELECT {columns} FROM {parquet('values')} v JOIN placed p ON {_SAME_KEY} "
        f"WHERE {_FITS} AND v.run_id IN (SELECT run_id FROM chunk)"
    )


def misplaced_count() -> str:
    """How many rows of live runs are in `$values` although they have columns: none, in a sound index."""
    return (
        f"SELECT count(*) FROM {parquet('values')} v JOIN placed p ON {_SAME_KEY} "
        f"WHERE {_FITS} AND v.run_id IN (SELECT run_id FROM live)"
    )
