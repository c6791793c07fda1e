"""What is tracked here, read by the importer of the index: as it was, and without complaints."""

from __future__ import annotations

import math
from pathlib import Path

from lineage_index.ingest.folder import read_run
from lineage_index.ingest.record import RunRecord
from lineage_index.ingest.scan import RunFolder, scan
from lineage_index.tracking import Run

NAMES = ["train/loss", "a:b", "größe", "日本", "x" * 300, "é" * 300, "..", "~", "%41", "a b|c", "🚀"]


def read(store: Path) -> RunRecord:
    (folder,) = scan(store)
    assert isinstance(folder, RunFolder)
    return read_run(folder)


def test_names_and_numbers_come_back(tmp_path: Path) -> None:
    with Run(store=tmp_path) as run:
        run.log_inputs({name: name for name in NAMES}, low=-math.inf)
        for number, name in enumerate(NAMES):
            run.log_metric(name, number / 3, number)
            run.log_text(name, name, number)
        for value in (1.0, math.nan, math.inf):
            run.log_metric("odd", value)
    record = read(tmp_path)
    assert record.problems == ()
    assert record.inputs == {**{name: name for name in NAMES}, "low": -math.inf}
    assert {series.name for series in record.series if series.kind == "text"} == set(NAMES)
    points = {series.name: series.points for series in record.series if series.kind == "metric"}
    assert set(points) == {*NAMES, "odd"}
    for number, name in enumerate(NAMES):
        found = points[name]
        assert found is not None
        assert (found.steps, found.values) == ([number], [number / 3])
    assert points["odd"] is not None
    assert repr(points["odd"].values) == "[1.0, nan, inf]"
    assert points["odd"].steps == [None, None, None]


def test_everything_else_comes_back(tmp_path: Path) -> None:
    other, third = "f" * 32, "e" * 32
    with Run(
        "net", "vision", "acme", ["a", "b"], tmp_path, original=other, cloning_kind="copy", controller=third
    ) as run:
        run.log_fields(
            teams=["t"], connections=[{"name": "db", "kind": "pg"}], framework="torch", state="d" * 32
        )
        run.log_upstream(other, "join", {"lr": [1]}, ["succeeded"])
        run.log_data_ref("train", path="s3://bucket/x", hash="abc")
        run.log_model(__file__, "net", framework="torch")
        run.log_artifact(__file__, "copy", "file", step=3)
        run.log_curve("c", [1], [2], step=7)
        run.log_confusion_matrix("m", "ab", "ab", [[1, 2], [3, 4]])
    record = read(tmp_path)
    assert record.problems == ()
    assert record.uuid == run.uuid
    assert {
        key: record.scalars[key] for key in ("name", "project", "owner", "status", "framework", "state")
    } == {
        "name": "net",
        "project": "vision",
        "owner": "acme",
        "status": "succeeded",
        "framework": "torch",
        "state": "d" * 32,
    }
    assert record.tags == ("a", "b")
    assert record.teams == ("t",)
    assert record.connections == (("db", "pg"),)
    assert record.original is not None
    assert record.original.uuid == other
    assert record.controller == third
    assert [(edge.upstream, edge.kind, edge.values) for edge in record.edges] == [
        (other, "join", {"lr": [1]})
    ]
    assert [status.type for status in record.statuses] == ["created", "running", "succeeded"]
    artifacts = {found.name: (found.kind, found.path, found.is_input) for found in record.artifacts}
    assert artifacts["train"] == ("data", "s3://bucket/x", True)
    assert artifacts["net"] == ("model", "outputs/model/test_tracking_ingest.py", False)
    assert {(series.kind, series.name, series.first_step) for series in record.series} == {
        ("file", "copy", 3),
        ("curve", "c", 7),
        ("confusion", "m", None),
    }
