"""An index of generated runs: written chunk by chunk, committed and compacted by the store itself."""

from __future__ import annotations

import shutil
import sys
import time
from collections import defaultdict
from pathlib import Path

from bench.data.chunk import chunks
from bench.data.shape import SHAPES
from bench.data.tables import plan_of, table_rows
from lineage_index.store.compaction import compact
from lineage_index.store.manifest import DataFile
from lineage_index.store.parquet import table_folder, write_table_file
from lineage_index.store.publish import Next, publish, retried, settled
from lineage_index.store.recount import count_keys
from pql.catalog.tables import TABLES

__all__ = ["build_index", "index_path"]


def index_path(root: Path, shape: str, runs: int) -> Path:
    """Where the index of so many runs of a shape is kept."""
    return root / f"index-{shape}-{runs}"


def build_index(root: Path, shape: str, runs: int) -> Path:
    """The index of `runs` generated runs, built unless it is there already."""
    index = index_path(root, shape, runs)
    done = index / ".built"
    if done.exists():
        return index
    shutil.rmtree(index, ignore_errors=True)
    index.mkdir(parents=True)
    started = time.perf_counter()
    _write(index, shape, runs)
    written = time.perf_counter()
    compact(index)
    print(
        f"{index.name}: written in {written - started:.1f} s, "
        f"compacted in {time.perf_counter() - written:.1f} s",
        file=sys.stderr,
    )
    done.write_text("")
    return index


def _write(index: Path, shape: str, runs: int) -> None:
    plan = plan_of(SHAPES[shape], runs)
    files: dict[str, list[DataFile]] = defaultdict(list)
    for chunk in chunks(SHAPES[shape], runs):
        for name, rows in table_rows(chunk, SHAPES[shape], plan):
            files[name].append(write_table_file(table_folder(index, name), name, rows))
    written = {each.name: files.get(each.name, []) for each in TABLES if each.name != "keys"}
    whole = settled(index, written, plan)
    paths = {name: [str(index / name / file.name) for file in whole[name]] for name in ("runs", "values")}
    counts = count_keys(paths["runs"], paths["values"], plan)
    retried(index, lambda: publish(index, None, Next(whole, counts, plan, 0, (), "refresh")))


if __name__ == "__main__":
    build_index(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
