"""An export holds every live value, wherever the index keeps it."""

from __future__ import annotations

import csv
import json
import tarfile
from pathlib import Path

import duckdb
import pytest

from lineage_index import refresh
from lineage_index.index.export import ExportExists, export
from lineage_index.store.snapshot import Snapshot, open_snapshot

STORE = Path(__file__).parents[1] / "fixtures" / "polyaxon_offline_store.tar.gz"


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    folder = tmp_path_factory.mktemp("export")
    with tarfile.open(STORE) as archive:
        archive.extractall(folder, filter="data")
    refresh(folder / "runs", folder / "index")
    return open_snapshot(folder / "index")


@pytest.mark.parametrize("form", ["parquet", "csv", "duckdb"])
def test_an_export_has_all_rows_and_promoted_values(snapshot: Snapshot, tmp_path: Path, form: str) -> None:
    target = tmp_path / "out"
    counts = export(snapshot, target, form)
    assert any(each.num for each in snapshot.layout.keys.values()), (
        "nothing is promoted: the test shows nothing"
    )
    values = {
        "parquet": f"read_parquet('{target}/values.parquet')",
        "csv": f"read_csv('{target}/values.csv')",
        "duckdb": '"values"',
    }[form]
    with duckdb.connect(str(target) if form == "duckdb" else ":memory:") as connection:
        rows = connection.execute(
            f"SELECT key, count(*) FROM {values} WHERE section = 'inputs' AND key IN ('lr', 'big', 'layers') "
            "GROUP BY key ORDER BY key"
        ).fetchall()
    # seven runs log these inputs: a promoted number, a big integer, a nested list
    assert rows == [("big", 7), ("layers", 7), ("lr", 7)]
    assert counts["runs"] == 12
    assert counts["values"] == sum(row.runs for row in snapshot.keys)


def test_an_export_never_overwrites(snapshot: Snapshot, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with pytest.raises(ExportExists, match="exists already"):
        export(snapshot, tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_a_text_is_no_formula_in_csv_and_a_number_stays_one(tmp_path: Path) -> None:
    run = tmp_path / "runs" / ("a" * 32)
    run.mkdir(parents=True)
    told = {"uuid": "a" * 32, "name": "=1+1", "inputs": {"@key": -2.5, "text": "-x", "plain": "a=b"}}
    (run / "run.plx.json").write_text(json.dumps(told))
    refresh(tmp_path / "runs", tmp_path / "index")
    export(open_snapshot(tmp_path / "index"), tmp_path / "out", "csv")
    with (tmp_path / "out" / "runs.csv").open(encoding="utf-8", newline="") as stream:
        assert [row["name"] for row in csv.DictReader(stream)] == ["'=1+1"]
    with (tmp_path / "out" / "values.csv").open(encoding="utf-8", newline="") as stream:
        rows = {row["key"]: (row["num"], row["str"]) for row in csv.DictReader(stream)}
    assert rows == {"'@key": ("-2.5", ""), "text": ("", "'-x"), "plain": ("", "a=b")}
