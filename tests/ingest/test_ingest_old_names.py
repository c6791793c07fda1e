"""Run folders of Polyaxon's older clients, which call two files by other names."""

from __future__ import annotations

from pathlib import Path

import pytest
from ingest_store import HEADER, UUID, folders, put, read_only, run_file

from lineage_index.ingest.content import content_fingerprint


def make_run(store: Path) -> Path:
    """A run as such a client writes it."""
    put(store / UUID, "run_data.json", '{"name": "old", "inputs": {"lr": 1}}')
    put(store / UUID, "lineages.json", '[{"name": "m", "kind": "model", "path": "outputs/m"}]')
    put(store / UUID, "events/metric/loss.plx", HEADER + "0||1.0")
    return store / UUID


def test_both_files_are_read_by_their_old_names(tmp_path: Path) -> None:
    make_run(tmp_path)
    record = read_only(tmp_path)
    assert (record.scalars["name"], record.inputs, record.problems) == ("old", {"lr": 1}, ())
    assert [(each.name, each.kind) for each in record.artifacts] == [("m", "model")]


def test_the_new_name_comes_first(tmp_path: Path) -> None:
    folder = make_run(tmp_path)
    run_file(folder, name="new")
    put(folder, "lineages.plx.json", "{")
    record = read_only(tmp_path)
    assert record.scalars["name"] == "new"
    assert [(each.code, each.path) for each in record.problems] == [("bad-json", f"{UUID}/lineages.plx.json")]


def test_a_fault_names_the_file_it_is_in(tmp_path: Path) -> None:
    folder = make_run(tmp_path)
    put(folder, "run_data.json", '{"name": 1}')
    put(folder, "lineages.json", "[1]")
    assert [(each.code, each.path) for each in read_only(tmp_path).problems] == [
        ("wrong-type", f"{UUID}/run_data.json"),
        ("bad-entry", f"{UUID}/lineages.json"),
    ]


@pytest.mark.parametrize("name", ["run_data.json", "lineages.json"])
def test_a_change_under_an_old_name_is_seen(tmp_path: Path, name: str) -> None:
    folder = make_run(tmp_path)
    [before] = folders(tmp_path)
    contents = content_fingerprint(before)
    assert read_only(tmp_path).folder.content == contents
    put(folder, name, "[{}]")
    [after] = folders(tmp_path)
    assert after.fingerprint != before.fingerprint
    assert content_fingerprint(after) != contents
    assert read_only(tmp_path).folder.content == content_fingerprint(after)
