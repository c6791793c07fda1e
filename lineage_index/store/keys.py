"""The table `keys`: which keys the live runs have, how often, and where they live."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields

import pyarrow as pa
import pyarrow.parquet as pq

from lineage_index.store.layouts import LayoutCode, code_of
from lineage_index.store.promotion import KeyColumns, Plan
from lineage_index.store.schema import arrow_schema
from lineage_index.store.values import KeyCount

__all__ = ["Counts", "counts_of", "keys_table", "layout_code", "merge_counts"]

Counts = Mapping[tuple[str, str], KeyCount]

_NOWHERE = KeyColumns()


def keys_table(counts: Counts, plan: Plan) -> pa.Table:
    """The rows of `keys`."""
    names = sorted(counts)
    each = [counts[name] for name in names]
    places = [plan.columns.get(name, _NOWHERE) for name in names]
    columns: dict[str, list[object]] = {
        "section": [section for section, _ in names],
        "key": [key for _, key in names],
        "runs": [count.runs for count in each],
        "nums": [count.nums for count in each],
        "texts": [count.texts for count in each],
        "bools": [count.bools for count in each],
        "nested": [count.nested for count in each],
        "min": [count.min for count in each],
        "max": [count.max for count in each],
        "num_column": [place.num for place in places],
        "str_column": [place.text for place in places],
        "bool_column": [place.flag for place in places],
        "long_rows": [count.long_rows for count in each],
        "history_only": [count.history_only for count in each],
    }
    return pa.table(columns, schema=arrow_schema("keys"))


_COUNTED = tuple(each.name for each in fields(KeyCount))


def counts_of(files: Sequence[str]) -> Counts:
    """What `keys_table` wrote into these files."""
    counts: dict[tuple[str, str], KeyCount] = {}
    for file in files:
        columns = pq.read_table(file, partitioning=None).to_pydict()
        names = zip(columns["section"], columns["key"], strict=True)
        cells = zip(*(columns[name] for name in _COUNTED), strict=True)
        counts.update((name, KeyCount(*row)) for name, row in zip(names, cells, strict=True))
    return counts


def layout_code(counts: Counts, plan: Plan) -> LayoutCode:
    """The layout of the keys that some live run has."""
    codes: LayoutCode = {}
    for (section, key), count in counts.items():
        codes.setdefault(section, {})[key] = code_of(
            plan.columns.get((section, key)),
            long=count.long_rows > 0,
            nested=count.nested > 0,
            history_only=count.history_only > 0,
        )
    return codes


def merge_counts(left: Counts, right: Counts) -> dict[tuple[str, str], KeyCount]:
    """The counts of two sets of runs that have no run in common."""
    merged = dict(left)
    for name, count in right.items():
        before = merged.get(name)
        merged[name] = count if before is None else _add(before, count)
    return merged


def _add(one: KeyCount, other: KeyCount) -> KeyCount:
    return KeyCount(
        runs=one.runs + other.runs,
        nums=one.nums + other.nums,
        texts=one.texts + other.texts,
        bools=one.bools + other.bools,
        nested=one.nested + other.nested,
        min=min((each for each in (one.min, other.min) if each is not None), default=None),
        max=max((each for each in (one.max, other.max) if each is not None), default=None),
        long_rows=one.long_rows + other.long_rows,
        history_only=one.history_only + other.history_only,
    )
