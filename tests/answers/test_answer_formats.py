"""Results in every format: what is there, what is missing, and texts that could do harm."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from answer_runs import ESCAPE, EVIL, pql, uuid_of

COLUMNS = "name,inputs.lr,metrics.loss,tags"


def records(index: Path, *arguments: str) -> list[dict[str, str]]:
    said = pql("search", "--sort", "uuid", "-f", "csv", *arguments, index=index)
    assert said.code == 0
    return list(csv.DictReader(io.StringIO(said.out)))


def test_csv_has_every_digit_and_tells_nan_from_missing(index: Path) -> None:
    rows = records(index, "-c", COLUMNS)
    assert [row["metrics.loss"] for row in rows] == ["0.5", "0.25", "NaN", "", "0.25", "2.0"]
    assert rows[0] == {"name": "trial 1", "inputs.lr": "0.1", "metrics.loss": "0.5", "tags": '["a", "best"]'}
    assert rows[5]["name"] == ""


def test_csv_disarms_formulas_in_texts_and_leaves_numbers_alone(index: Path) -> None:
    row = records(index, "-c", "name,inputs.*")[3]
    assert row["name"] == "'" + EVIL
    assert row["inputs.optimizer"] == "'-x"
    assert row["inputs.lr"] == "-0.5"


def test_csv_in_a_pipe_keeps_texts_as_they_are(index: Path) -> None:
    assert records(index, "-c", "name")[4]["name"] == ESCAPE


@pytest.mark.parametrize("form", ["table", "wide", "markdown", "json", "jsonl"])
def test_no_text_can_steer_the_terminal(index: Path, form: str) -> None:
    said = pql("search", "-c", "name,inputs.*", "-f", form, index=index)
    assert said.code == 0
    assert all(line.isprintable() for line in said.lines)
    if form.startswith("json"):
        assert "\\u001b[31mred\\u009b\\u202e <b>" in said.out
    else:
        assert "\u241b" in said.out
    if form == "markdown":
        assert "&lt;b>\\|\\`" in said.out


def test_a_table_tells_nan_from_missing_and_aligns_numbers(index: Path) -> None:
    said = pql("search", "-c", "uuid,metrics.loss", "-s", "uuid", index=index)
    assert said.lines == [
        "uuid      metrics.loss",
        *(
            f"{uuid_of(n)[:8]}  {loss:>12}"
            for n, loss in enumerate(("0.5", "0.25", "NaN", "-", "0.25", "2"), 1)
        ),
        "6 runs matched",
    ]


def test_nothing_is_cut_in_a_pipe(index: Path) -> None:
    said = pql("search", "-f", "wide", "-s", "uuid", index=index)
    assert uuid_of(1) in said.out
    assert "[64, 32]" in said.out
    assert "…" not in said.out


def test_json_is_strict_and_says_what_else_there_is(index: Path) -> None:
    def refuse(name: str) -> Any:
        raise AssertionError(name)

    said = pql("search", "-s", "uuid", "-n", "3", "-f", "json", "-c", COLUMNS, index=index)
    page = json.loads(said.out, parse_constant=refuse)
    assert (page["total"], page["snapshot"], len(page["rows"])) == (6, 0, 3)
    assert page["rows"][2] == {"name": "trial 3", "inputs.lr": "0.001", "metrics.loss": "NaN", "tags": []}
    whole = pql("search", "-s", "uuid", "-f", "jsonl", index=index)
    assert json.loads(whole.lines[2], parse_constant=refuse)["outputs"] == {"loss": "NaN"}


def test_files_of_other_tools_hold_the_same_rows(index: Path, tmp_path: Path) -> None:
    for name in ("x.parquet", "x.arrow"):
        said = pql("search", "-s", "uuid", "-c", COLUMNS, "-o", str(tmp_path / name), index=index)
        assert (said.code, said.out) == (0, "")
    table = pq.read_table(tmp_path / "x.parquet")
    assert table.column_names == ["name", "inputs.lr", "metrics.loss", "tags"]
    losses = table["metrics.loss"].to_pylist()
    assert losses[:2] + losses[3:] == [0.5, 0.25, None, 0.25, 2.0]
    assert losses[2] != losses[2]
    assert table["name"].to_pylist()[4] == ESCAPE
    with pa.ipc.open_file(tmp_path / "x.arrow") as arrow:
        assert arrow.read_all().column_names == table.column_names
    whole = tmp_path / "whole.parquet"
    assert pql("search", "-s", "uuid", "-o", str(whole), index=index).code == 0
    assert pq.read_table(whole)["uuid"].to_pylist() == [uuid_of(n) for n in range(1, 7)]


def test_a_file_that_cannot_be_written_is_an_error_and_leaves_nothing(index: Path, tmp_path: Path) -> None:
    said = pql("search", "-o", str(tmp_path / "no" / "x.csv"), index=index)
    assert said.code == 74
    assert "can't be written" in said.err
    kept = tmp_path / "x.csv"
    kept.write_text("old")
    assert pql("search", "nope:1", "-o", str(kept), index=index).code == 2
    assert [each.name for each in tmp_path.iterdir()] == ["x.csv"]
    assert kept.read_text() == "old"


def test_columns_by_pattern_are_those_the_page_has(index: Path) -> None:
    said = pql("search", f"uuid:{uuid_of(2)}", "-c", "metrics.*,inputs.o*,age", "-f", "csv", index=index)
    assert said.lines[0] == "metrics.acc,metrics.loss,inputs.optimizer,created_at"
    assert said.lines[1] == "0.9,0.25,sgd,2026-01-01T02:00:00"


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ("nope", "nope"),
        ("-name", "reverses"),
        (",", "comma separated"),
        ("pipeline.name", "can't be"),
        ("x.*", "begins"),
    ],
)
def test_wrong_columns_are_named(index: Path, columns: str, words: str) -> None:
    said = pql("search", f"--columns={columns}", index=index)
    assert (said.code, said.out) == (2, "")
    assert words in said.err


def test_a_format_that_there_is_not(index: Path) -> None:
    assert pql("search", "-f", "xml", index=index).code == 2


@pytest.mark.parametrize("command", ["search", "stats"])
def test_an_ending_that_stands_for_no_format_is_refused_unless_one_is_given(
    index: Path, tmp_path: Path, command: str
) -> None:
    file = tmp_path / "out.xls"
    said = pql(command, "-o", str(file), index=index)
    assert (said.code, said.out) == (2, "")
    assert "'.xls'; -o knows .json, " in said.err
    assert not file.exists()
    assert pql(command, "-o", str(file), "--format", "csv", index=index).code == 0
    assert file.exists()


def test_a_pattern_of_columns_that_no_key_fits_is_told(index: Path) -> None:
    said = pql("search", "-c", "name,inputs.zzz*", index=index)
    assert said.err == "warning: --columns: no run shown has a key that fits 'inputs.zzz*' (`pql keys`)\n"
    assert pql("search", "-c", "name,inputs.*", index=index).err == ""
