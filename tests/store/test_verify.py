from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from store_samples import full

from lineage_index.store.errors import IndexUnreadable
from lineage_index.store.manifest import DataFile
from lineage_index.store.parquet import write_table_file
from lineage_index.store.snapshot import Snapshot, open_snapshot
from lineage_index.store.verify import verify
from lineage_index.store.writer import write_index

Change = Callable[[pa.Table], pa.Table]


def _tampered(snapshot: Snapshot, table: str, change: Change) -> Snapshot:
    """The snapshot with other rows in the one file of a table, sizes and counts of rows made to fit."""
    (path,) = map(Path, snapshot.files[table])
    rows = change(pq.read_table(path, partitioning=None))
    file = write_table_file(path.parent, table, rows)
    path.write_bytes((path.parent / file.name).read_bytes())
    return _with_file(snapshot, table, file._replace(name=path.name))


def _with_file(snapshot: Snapshot, table: str, file: DataFile) -> Snapshot:
    return replace(snapshot, data_files={**snapshot.data_files, table: (file,)})


def _twice(table: pa.Table) -> pa.Table:
    return pa.concat_tables([table, table.slice(0, 1)])


def _with(name: str, value: object) -> Change:
    def change(table: pa.Table) -> pa.Table:
        place = table.column_names.index(name)
        field = table.schema.field(name)
        first = pa.concat_arrays([pa.array([value], field.type), table.column(name).combine_chunks()[1:]])
        return table.set_column(place, field, first)

    return change


def _promoted_too(table: pa.Table) -> pa.Table:
    row = {"section": "inputs", "key": "lr", "num": 1.0, "history_only": False}
    run_id = table.column("run_id")[0].as_py()
    return pa.concat_tables([table, pa.Table.from_pylist([{**row, "run_id": run_id}], schema=table.schema)])


@pytest.mark.parametrize(
    ("table", "change", "codes"),
    [
        ("runs", _twice, {"run_id-twice", "uuid-twice", "place-twice", "not-one", "counts"}),
        ("values", lambda rows: rows.slice(1), {"counts"}),
        ("values", _twice, {"value-twice", "counts"}),
        ("values", _promoted_too, {"misplaced", "counts"}),
        ("values", _with("run_id", 5), {"strangers", "counts"}),
        ("keys", lambda rows: rows.slice(1), {"counts"}),
        ("keys", _with("nums", 99), {"counts"}),
        ("payload", lambda rows: rows.slice(1), {"not-one"}),
        ("payload", _twice, {"not-one"}),
        ("points", lambda rows: rows.slice(1), {"count"}),
        ("series", lambda rows: rows.slice(1), {"count"}),
        ("edges", _with("downstream", "f" * 32), {"downstream"}),
        ("artifacts", _with("run_id", 5), {"strangers"}),
        ("statuses", lambda rows: rows.drop_columns(["reason"]), {"file-schema"}),
    ],
)
def test_what_does_not_agree_is_found(tmp_path: Path, table: str, change: Change, codes: set[str]) -> None:
    snapshot = write_index(tmp_path, [full(n) for n in range(4)])
    assert verify(snapshot) == []
    found = verify(_tampered(snapshot, table, change))
    assert {each.code for each in found} == codes


def test_files_against_manifest_and_log(tmp_path: Path) -> None:
    snapshot = write_index(tmp_path, [full(n) for n in range(4)])
    (file,) = snapshot.data_files["payload"]
    other = _with_file(snapshot, "payload", file._replace(rows=file.rows + 1))
    assert [each.code for each in verify(other)] == ["file-rows"]
    other = _with_file(snapshot, "payload", file._replace(size=file.size + 1))
    assert [each.code for each in verify(other)] == ["file-size"]
    other = _with_file(snapshot, "payload", DataFile("lost.parquet", 1, 1))
    assert [each.code for each in verify(other)] == ["file-missing", "log"]
    manifest = next((tmp_path / "manifests").iterdir())
    lines = manifest.read_text().splitlines()
    head = json.loads(lines[0])
    head["versions"]["values"] = 7
    manifest.write_text("\n".join([json.dumps(head), *lines[1:], ""]))
    with pytest.raises(IndexUnreadable):
        verify(open_snapshot(tmp_path))


def test_a_file_that_is_no_parquet(tmp_path: Path) -> None:
    snapshot = write_index(tmp_path, [full(1)])
    path = Path(snapshot.files["series"][0])
    path.write_bytes(b"x" * path.stat().st_size)
    with pytest.raises(IndexUnreadable, match="cannot be read"):
        verify(snapshot)


def test_the_mask_of_live_rows_is_what_is_checked(tmp_path: Path) -> None:
    """Rows of a run that left are fine as long as it is known to have left."""
    snapshot = write_index(tmp_path, [full(n) for n in range(4)])
    first = pq.read_table(snapshot.files["runs"][0]).column("run_id")[0]
    smaller = _tampered(
        snapshot, "runs", lambda rows: rows.filter(pc.not_equal(rows.column("run_id"), first))
    )
    assert {each.code for each in verify(smaller)} == {"strangers", "counts"}
    assert {each.code for each in verify(replace(smaller, dead_runs=1))} == {"counts"}
