"""The counts of keys, read off the tables themselves."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from lineage_index.store.keys import Counts, merge_counts
from lineage_index.store.promotion import KeyColumns, Plan
from lineage_index.store.values import KeyCount

__all__ = ["count_keys"]

_LONG = """
SELECT section, key, count(*),
  count(*) FILTER (num IS NOT NULL AND str IS NULL AND NOT history_only),
  count(str), count(bool), count(json),
  min(num) FILTER (NOT isnan(num)), max(num) FILTER (NOT isnan(num)),
  count(*), count(*) FILTER (history_only)
FROM read_parquet($values) WHERE run_id IN (SELECT run_id FROM read_parquet($runs))
GROUP BY section, key
"""


def count_keys(runs: Sequence[str], values: Sequence[str], plan: Plan) -> Counts:
    """The counts of every key over the runs in the files `runs`, whose promoted columns are those of
    `plan`."""
    with duckdb.connect() as connection:
        long = {
            (row[0], row[1]): KeyCount(*row[2:])
            for row in connection.execute(_LONG, {"runs": list(runs), "values": list(values)}).fetchall()
        }
        return merge_counts(long, _promoted(connection, runs, plan))


def _promoted(connection: duckdb.DuckDBPyConnection, runs: Sequence[str], plan: Plan) -> Counts:
    if not plan.columns:
        return {}
    expressions = [each for places in plan.columns.values() for each in _expressions(places)]
    (row,) = connection.execute(
        f"SELECT {', '.join(expressions)} FROM read_parquet($runs)", {"runs": list(runs)}
    ).fetchall()
    counts: dict[tuple[str, str], KeyCount] = {}
    for place, name in enumerate(plan.columns):
        nums, texts, bools, least, most = row[5 * place : 5 * place + 5]
        total = nums + texts + bools
        if total:
            counts[name] = KeyCount(total, nums, texts, bools, 0, least, most, 0, 0)
    return counts


def _expressions(places: KeyColumns) -> tuple[str, str, str, str, str]:
    """Numbers, texts, booleans, least and greatest number. The names of the columns are ours."""
    num, text, flag = places.num, places.text, places.flag
    only_num = f" FILTER ({text} IS NULL)" if text else ""
    return (
        f"count({num}){only_num}" if num else "0",
        f"count({text})" if text else "0",
        f"count({flag})" if flag else "0",
        f"min({num}) FILTER (NOT isnan({num}))" if num else "NULL",
        f"max({num}) FILTER (NOT isnan({num}))" if num else "NULL",
    )
