"""How the files are written, as far as it decides what readers answer."""

from __future__ import annotations

import math
from pathlib import Path
from random import Random

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from store_samples import INF, NAN, full, run

from lineage_index.store.parquet import TableFile, write_table_file
from lineage_index.store.schema import arrow_schema
from lineage_index.store.writer import write_index

ROWS = 60_000


def _points(values: list[float]) -> pa.Table:
    n = len(values)
    columns = {
        "section": ["metrics"] * n,
        "key": ["loss"] * n,
        "run_id": [1] * n,
        "seq": range(n),
        "step": range(n),
        "time": [None] * n,
        "value": values,
    }
    return pa.table(columns, schema=arrow_schema("points"))


def _with_nan(start: int) -> list[float]:
    return [NAN if n % 1000 == start else n / ROWS for n in range(ROWS)]


@pytest.mark.parametrize("mixed", [False, True])
def test_duckdb_prunes_nothing_wrong_where_there_is_nan(tmp_path: Path, mixed: bool) -> None:
    columns = [_with_nan(0), [n / ROWS for n in range(ROWS)]] if mixed else [_with_nan(0), _with_nan(7)]
    files = [str(tmp_path / write_table_file(tmp_path, "points", _points(values)).name) for values in columns]
    everything = [value for values in columns for value in values]
    nans = sum(math.isnan(value) for value in everything)
    numbers = [value for value in everything if not math.isnan(value)]
    questions = {
        "isnan(value)": nans,
        "NOT isnan(value)": len(numbers),
        "value > 0.5 AND NOT isnan(value)": sum(value > 0.5 for value in numbers),
        "value > 2 AND NOT isnan(value)": 0,
        "value < 0.5": sum(value < 0.5 for value in numbers),
        "value = 'nan'::DOUBLE": nans,
        "value BETWEEN 0.25 AND 0.75": sum(0.25 <= value <= 0.75 for value in numbers),
    }
    for where, expected in questions.items():
        found = duckdb.execute(
            f"SELECT count(*) FROM read_parquet($f) WHERE {where}", {"f": files}
        ).fetchall()
        assert found == [(expected,)], where
    top = duckdb.execute(
        "SELECT value FROM read_parquet($f) WHERE NOT isnan(value) ORDER BY value DESC LIMIT 1", {"f": files}
    ).fetchall()
    assert top == [(max(numbers),)]


def test_promoted_columns_hold_no_nan_and_have_statistics(tmp_path: Path) -> None:
    outputs = {"a": 1.0, "b": NAN, "c": INF, "d": "nan"}
    snapshot = write_index(tmp_path, [run(1, outputs=outputs), run(2, outputs={"a": NAN, "d": "x"})])
    places = snapshot.layout
    group = pq.read_metadata(snapshot.files["runs"][0]).row_group(0)
    columns = {group.column(n).path_in_schema: group.column(n) for n in range(group.num_columns)}
    promoted = {key: places.of("outputs", key).num for key in "abcd"}
    assert promoted["b"] is None
    assert all(columns[promoted[key] or ""].is_stats_set for key in "ac")
    assert [key for key in "abcd" if places.of("outputs", key).long] == ["a", "b", "d"]
    found = duckdb.execute(
        """SELECT key, isnan(num), str FROM read_parquet($f) ORDER BY key""",
        {"f": list(snapshot.files["values"])},
    ).fetchall()
    assert found == [("a", True, None), ("b", True, None), ("d", True, "nan")]


def test_a_file_written_in_pieces_trusts_what_it_is_told(tmp_path: Path) -> None:
    file = TableFile(tmp_path, "points", arrow_schema("points"), nan=["value"], rows=10)
    file.write(_points([1.0]))
    file.write(_points([NAN, 2.0]))
    written = file.close()
    metadata = pq.read_metadata(tmp_path / written.name)
    assert (written.rows, metadata.num_rows, metadata.num_row_groups) == (3, 3, 2)
    assert not metadata.row_group(0).column(6).is_stats_set
    assert metadata.row_group(0).column(2).is_stats_set


def test_the_digits_of_a_history_take_no_more_room_than_there_is_in_them(tmp_path: Path) -> None:
    random = Random(7)
    rows = 1 << 16
    file = write_table_file(tmp_path, "points", _points([1 + random.random() for _ in range(rows)]))
    assert file.size / rows < 52 / 8 + 0.06, "a number between 1 and 2 has 52 bits that can't be foretold"


def test_runs_are_numbered_as_they_were_created(tmp_path: Path) -> None:
    files = write_index(tmp_path, [run(n) for n in (3, 1, 2)]).files
    newest_first = pq.read_table(files["runs"][0], columns=["run_id"]).column(0).to_pylist()
    assert newest_first == sorted(newest_first, reverse=True)
    by_number = pq.read_table(files["payload"][0], columns=["run_id"]).column(0).to_pylist()
    assert by_number == sorted(newest_first)


def test_a_file_given_up_is_not_there(tmp_path: Path) -> None:
    file = TableFile(tmp_path, "points", arrow_schema("points"), nan=[], rows=10)
    file.write(_points([1.0]))
    file.discard()
    assert list(tmp_path.iterdir()) == []


def test_bloom_filters_find_a_uuid(tmp_path: Path) -> None:
    snapshot = write_index(tmp_path, [full(n) for n in range(50)])
    (file,) = snapshot.files["runs"]
    probe = "SELECT bloom_filter_excludes FROM parquet_bloom_probe($file, 'uuid', $uuid)"
    excluded = {
        number: duckdb.execute(probe, {"file": file, "uuid": f"{number:032x}"}).fetchall()
        for number in (7, 70)
    }
    assert excluded == {7: [(False,)], 70: [(True,)]}


def test_encodings(tmp_path: Path) -> None:
    snapshot = write_index(tmp_path, [full(n) for n in range(5)])
    group = pq.read_metadata(snapshot.files["runs"][0]).row_group(0)
    columns = {group.column(n).path_in_schema: group.column(n) for n in range(group.num_columns)}
    number = snapshot.layout.of("outputs", "loss").num
    assert number is not None
    assert "BYTE_STREAM_SPLIT" in columns[number].encodings
    for name in ("run_id", "created_at", "live_state"):
        assert "DELTA_BINARY_PACKED" in columns[name].encodings
    assert "RLE_DICTIONARY" in columns["status"].encodings
