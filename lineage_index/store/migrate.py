"""An index of an older minor version of the tables becomes one of this program's."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from lineage_index.store.commits import latest_version
from lineage_index.store.errors import IndexMissing, IndexOutdated
from lineage_index.store.home import home_of
from lineage_index.store.keys import counts_of
from lineage_index.store.locked import parquet, reader
from lineage_index.store.manifest import DataFile
from lineage_index.store.parquet import table_folder, write_table_file
from lineage_index.store.places import StorePlace, merge_places, place_of
from lineage_index.store.publish import Next, publish, retried, settled
from lineage_index.store.schema import arrow_schema, runs_schema
from lineage_index.store.snapshot import Snapshot, open_snapshot
from lineage_index.store.writable import check_writable
from pql.catalog.tables import SCHEMA_VERSION

__all__ = ["migrate"]


def migrate(path: str | Path) -> int:
    """Gives an index the tables and columns that it lacks, empty, and gives the version that has them; the
    present one if it lacks nothing.

    One commit; older versions stay readable. Memory is bounded by the largest file that has to be rewritten.
    Raises IndexMissing, IndexTooNew, IndexOutdated (for an older major version: it has to be built anew),
    IndexUnreadable or IndexConflict.
    """
    index = home_of(path)
    return retried(index, lambda: _attempt(index))


def _attempt(index: Path) -> int:
    based_on = latest_version(index / "runs")
    if based_on is None:
        raise IndexMissing(str(index), f"there is no index at {index}; `pql index refresh` makes one")
    base = open_snapshot(index)
    if base.schema >= SCHEMA_VERSION:
        check_writable(base)
        return base.version
    if base.schema[0] < SCHEMA_VERSION[0]:
        found = ".".join(map(str, base.schema))
        raise IndexOutdated(
            str(index),
            f"the index at {index} has format {found}, which can't be migrated; remove its folder and "
            "refresh to make it anew",
        )
    for name in base.data_files:
        base.files[name]  # of an index at a URL, they are copied now
    files = {
        name: [_with_columns(index, base, name, each) for each in files]
        for name, files in base.carried().items()
    }
    files = settled(index, files, base.plan)
    stores = merge_places(_places(base), base.stores)
    counts = counts_of(base.files["keys"])
    what = Next(files, counts, base.plan, base.dead_runs, base.shadows, "migrate", stores)
    return publish(index, based_on, what)


def _with_columns(index: Path, base: Snapshot, name: str, file: DataFile) -> DataFile:
    """The file with every column of the table, those it lacks without values; itself if it lacks none."""
    schema = runs_schema(base.plan) if name == "runs" else arrow_schema(name)
    path = index / name / file.name
    if pq.read_schema(path).names == schema.names:
        return file
    rows = pq.read_table(path, partitioning=None)
    columns = [
        rows.column(field.name) if field.name in rows.column_names else pa.nulls(rows.num_rows, field.type)
        for field in schema
    ]
    return write_table_file(table_folder(index, name), name, pa.Table.from_arrays(columns, schema=schema))


def _places(base: Snapshot) -> Iterable[StorePlace]:
    """Format 1.0 knew stores by their path alone."""
    with reader(base.files["runs"]) as connection:
        names = connection.execute(
            f"SELECT DISTINCT store FROM {parquet('runs')} WHERE store IS NOT NULL",
            {"runs": list(base.files["runs"])},
        ).fetchall()
    return [place_of(name, str(base.path), name) for (name,) in names if Path(name).is_absolute()]
