"""The counts of keys, read off the tables themselves."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

import duckdb
import pyarrow as pa

from lineage_index.store.keys import Counts, merge_counts
from lineage_index.store.locked import parquet, reader
from lineage_index.store.promotion import KeyColumns, Plan
from lineage_index.store.values import KeyCount

__all__ = ["count_keys", "less", "with_bounds"]

Name = tuple[str, str]

_LONG = f"""
SELECT section, key, count(*),
  count(*) FILTER (num IS NOT NULL AND str IS NULL AND NOT history_only),
  count(str), count(bool), count(json),
  min(num) FILTER (NOT isnan(num)), max(num) FILTER (NOT isnan(num)),
  count(*), count(*) FILTER (history_only)
FROM {parquet("values")} WHERE run_id IN (SELECT run_id FROM counted)
GROUP BY section, key
"""

_LONG_BOUNDS = f"""
SELECT section, key, min(num) FILTER (NOT isnan(num)), max(num) FILTER (NOT isnan(num))
FROM {parquet("values")}
WHERE (section, key) IN (SELECT (section, key) FROM wanted) AND run_id IN (SELECT run_id FROM counted)
GROUP BY section, key
"""


def count_keys(
    runs: Sequence[str], values: Sequence[str], plan: Plan, only: Collection[int] | None = None
) -> Counts:
    """The counts of every key over the runs in the files `runs`, whose promoted columns are those of `plan`;
    over the runs `only`, if it is given."""
    with reader([*runs, *values]) as connection:
        _counted(connection, runs, only)
        long = {
            (row[0], row[1]): KeyCount(*row[2:])
            for row in connection.execute(_LONG, {"values": list(values)}).fetchall()
        }
        return merge_counts(long, _promoted(connection, runs, plan))


def less(base: Counts, removed: Counts) -> tuple[dict[Name, KeyCount], list[Name]]:
    """The counts without those of some runs, and the keys whose bounds may have gone with these runs: theirs
    are still the old ones."""
    left = dict(base)
    doubtful: list[Name] = []
    for name, gone in removed.items():
        was = base[name]
        if was.runs == gone.runs:
            del left[name]
            continue
        left[name] = KeyCount(
            runs=was.runs - gone.runs,
            nums=was.nums - gone.nums,
            texts=was.texts - gone.texts,
            bools=was.bools - gone.bools,
            nested=was.nested - gone.nested,
            min=was.min,
            max=was.max,
            long_rows=was.long_rows - gone.long_rows,
            history_only=was.history_only - gone.history_only,
        )
        if gone.min is not None and (gone.min == was.min or gone.max == was.max):
            doubtful.append(name)
    return left, doubtful


def with_bounds(
    counts: Counts, names: Iterable[Name], runs: Sequence[str], values: Sequence[str], plan: Plan
) -> Counts:
    """`counts` with `min` and `max` of the keys `names` read anew."""
    wanted = [name for name in names if name in counts]
    if not wanted:
        return counts
    with reader([*runs, *values]) as connection:
        _counted(connection, runs, None)
        connection.register(
            "wanted",
            pa.table(
                {
                    "section": pa.array([section for section, _ in wanted], pa.string()),
                    "key": pa.array([key for _, key in wanted], pa.string()),
                }
            ),
        )
        bounds: dict[Name, list[float]] = {name: [] for name in wanted}
        for section, key, *found in connection.execute(_LONG_BOUNDS, {"values": list(values)}).fetchall():
            bounds[section, key] += (number for number in found if number is not None)
        some = Plan({name: plan.columns[name] for name in wanted if name in plan.columns})
        for name, count in _promoted(connection, runs, some).items():
            bounds[name] += (number for number in (count.min, count.max) if number is not None)
    fresh = {
        name: replace(counts[name], min=min(numbers, default=None), max=max(numbers, default=None))
        for name, numbers in bounds.items()
    }
    return {**counts, **fresh}


def _counted(
    connection: duckdb.DuckDBPyConnection, runs: Sequence[str], only: Collection[int] | None
) -> None:
    """The table `counted`: the runs to count."""
    if only is None:
        connection.execute(
            f"CREATE TEMP TABLE counted AS SELECT run_id FROM {parquet('runs')}", {"runs": list(runs)}
        )
    else:
        connection.register("counted", pa.table({"run_id": pa.array(only, pa.int64())}))


def _promoted(connection: duckdb.DuckDBPyConnection, runs: Sequence[str], plan: Plan) -> Counts:
    if not plan.columns:
        return {}
    expressions = [each for places in plan.columns.values() for each in _expressions(places)]
    (row,) = connection.execute(
        f"SELECT {', '.join(expressions)} FROM {parquet('runs')} "
        "WHERE run_id IN (SELECT run_id FROM counted)",
        {"runs": list(runs)},
    ).fetchall()
    counts: dict[Name, KeyCount] = {}
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
