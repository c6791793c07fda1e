"""Edges that come about after their runs were written: which runs a join has read."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from lineage_index.store.commits import latest_version
from lineage_index.store.errors import IndexMissing
from lineage_index.store.home import home_of
from lineage_index.store.keys import counts_of
from lineage_index.store.manifest import DataFile
from lineage_index.store.parquet import table_folder, write_table_file
from lineage_index.store.publish import Next, publish, retried, settled
from lineage_index.store.schema import arrow_schema
from lineage_index.store.snapshot import Snapshot, open_snapshot
from lineage_index.store.texts import text_array
from lineage_index.store.writable import check_writable

__all__ = ["record_edges"]

_NAME = "recorded_edges"
_FULL = 100_000
"""Rows of a file that is not written again for the sake of fewer files."""


def record_edges(
    path: str | Path, downstream: str, edges: Mapping[str, Mapping[str, Any]], *, kind: str = "join"
) -> int:
    """Records what the run `downstream` has read from which others, and gives the version that shows it.

    `edges` maps the uuid of each upstream run to the values it passed on (`ResolvedOperation.edges`). They
    take the place of all edges of this kind that were recorded for that run before; of those that its folder
    tells of none is touched. The run need not be in the index: its edges appear with it. One commit, none if
    nothing changes; what others commit meanwhile stays.

    Raises IndexMissing, IndexOutdated, IndexTooNew, IndexUnreadable or IndexConflict.
    """
    index = home_of(path)
    rows = _rows(downstream, edges, kind)
    return retried(index, lambda: _attempt(index, rows, downstream, kind))


def _attempt(index: Path, rows: pa.Table, downstream: str, kind: str) -> int:
    based_on = latest_version(index / "runs")
    if based_on is None:
        raise IndexMissing(str(index), f"there is no index at {index}; `pql index refresh` makes one")
    base = open_snapshot(index)
    check_writable(base)
    files = base.carried()
    kept: list[DataFile] = []
    old: list[pa.Table] = []
    rewritten: list[pa.Table] = [rows]
    for file, path in zip(files[_NAME], base.files[_NAME], strict=True):
        table = pq.read_table(path, partitioning=None)
        own = pc.and_(pc.equal(table.column("downstream"), downstream), pc.equal(table.column("kind"), kind))
        mine = table.filter(own)
        old.append(mine)
        if file.rows >= _FULL and not mine.num_rows:
            kept.append(file)
        else:
            rewritten.append(table.filter(pc.invert(own)))
    if _sorted(old) == _sorted([rows]):
        return base.version
    whole = _sorted(rewritten)
    if whole.num_rows:
        kept.append(write_table_file(table_folder(index, _NAME), _NAME, whole))
    files[_NAME] = kept
    return publish(index, based_on, _next(index, base, files))


def _next(index: Path, base: Snapshot, files: dict[str, list[DataFile]]) -> Next:
    return Next(
        files=settled(index, files, base.plan),
        counts=counts_of(base.files["keys"]),
        plan=base.plan,
        dead_runs=base.dead_runs,
        shadows=base.shadows,
        operation="record",
        stores=base.stores,
    )


def _sorted(tables: Sequence[pa.Table]) -> pa.Table:
    whole = pa.concat_tables([arrow_schema(_NAME).empty_table(), *tables])
    return whole.sort_by([("downstream", "ascending"), ("upstream", "ascending"), ("kind", "ascending")])


def _rows(downstream: str, edges: Mapping[str, Mapping[str, Any]], kind: str) -> pa.Table:
    count = len(edges)
    texts = [
        json.dumps(values, ensure_ascii=False, separators=(",", ":"), default=str)
        for values in edges.values()
    ]
    columns = {
        "upstream": text_array(list(edges)),
        "downstream": text_array([downstream] * count),
        "kind": text_array([kind] * count),
        "values": text_array(texts),
        "statuses": pa.nulls(count, pa.string()),
    }
    return pa.table(columns, schema=arrow_schema(_NAME))
