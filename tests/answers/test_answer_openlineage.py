"""Lineage as events of OpenLineage."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from answer_runs import ESCAPE, START, artifact, edge, make_index, pql, record, uuid_of
from jsonschema import Draft202012Validator
from openlineage_schema import EVENT

from lineage_index.ingest.record import Relation

Event = dict[str, Any]


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def run_id(number: int) -> str:
    plain = uuid_of(number)
    return f"{plain[:8]}-{plain[8:12]}-{plain[12:16]}-{plain[16:20]}-{plain[20:]}"


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    ended = {"started_at": at(1.5), "finished_at": at(2), "owner": "ada", "description": "clean it"}
    return make_index(
        tmp_path_factory.mktemp("openlineage") / "index",
        [
            record(
                1,
                name="prepare",
                tags=("a",),
                scalars=ended,
                artifacts=(
                    artifact("raw", is_input=True, path="s3://key:secret@bucket/raw/x?v=1"),
                    artifact("clean", is_input=False, path="gs://lake/clean", state="hash-1"),
                    artifact("log", is_input=False),
                    artifact("disk", is_input=False, path="/data/x"),
                    artifact("odd", is_input=False, path="s3://[/x"),
                ),
            ),
            record(
                2,
                name=ESCAPE,
                scalars={"status": "failed", "kind": "service", "schedule_at": at(0)},
                pipeline=Relation(uuid_of(9), "nightly"),
                artifacts=(artifact("mine", is_input=True, path="gs://copy/clean", state="hash-1"),),
                edges=(edge(1), edge(1, "manual"), edge(99)),
            ),
            record(3, scalars={"status": "running", "updated_at": at(9)}, edges=(edge(1),)),
            record(4, name=None, scalars={"status": "created", "project": None}, edges=(edge(1),)),
            record(5, scalars={"status": "stopped", "started_at": at(7)}, edges=(edge(1),)),
        ],
    )


def events(index: Path, *arguments: str) -> list[Event]:
    said = pql("lineage", *arguments, "-f", "openlineage", index=index)
    assert said.code == 0
    assert all(line.isprintable() for line in said.lines)
    return [json.loads(line) for line in said.lines]


def of_run(found: list[Event], number: int) -> list[Event]:
    return [each for each in found if each["run"]["runId"] == run_id(number)]


def test_every_event_is_what_the_specification_asks_for(runs: Path) -> None:
    validator = Draft202012Validator(EVENT)
    found = [*events(runs, "prepare"), *events(runs, uuid_of(2), "--up", "3", "--by", "uri")]
    assert len(found) > 10
    for each in found:
        validator.validate(each)


def test_events_tell_the_course_of_each_run(runs: Path) -> None:
    found = events(runs, "prepare")
    kinds = {number: [each["eventType"] for each in of_run(found, number)] for number in range(1, 6)}
    assert kinds == {
        1: ["START", "COMPLETE"],
        2: ["START", "FAIL"],
        3: ["START", "RUNNING"],
        4: ["OTHER"],
        5: ["START", "ABORT"],
    }
    times = [each["eventTime"] for each in found]
    assert times == sorted(times)
    assert [each["eventTime"] for each in of_run(found, 1)] == [
        "2026-01-01T01:30:00.000Z",
        "2026-01-01T02:00:00.000Z",
    ]
    first = of_run(found, 1)[0]
    assert first["job"]["namespace"] == "ada/vision"
    assert first["job"]["facets"]["documentation"]["description"] == "clean it"
    assert [each["key"] for each in first["run"]["facets"]["tags"]["tags"]] == ["a"]
    assert (of_run(found, 4)[0]["job"]["namespace"], of_run(found, 4)[0]["job"]["name"]) == (
        "default",
        uuid_of(4),
    )


def names(datasets: list[Event]) -> dict[str, tuple[str, str]]:
    return {each["facets"]["pql_artifact"]["name"]: (each["namespace"], each["name"]) for each in datasets}


def test_datasets_are_the_same_by_content_or_by_place(runs: Path) -> None:
    found = events(runs, "prepare")
    wrote, read = of_run(found, 1)[0], of_run(found, 2)[0]
    assert names(wrote["inputs"]) == {"raw": ("s3://bucket", "raw/x?v=1")}
    assert names(wrote["outputs"]) == {
        "clean": ("content", "hash-1"),
        "log": ("polyaxon", f"{uuid_of(1)}/outputs/log"),
        "disk": ("file", "/data/x"),
        "odd": ("uri", "s3://[/x"),
    }
    assert names(read["inputs"]) == {"mine": ("content", "hash-1")}
    (mine,) = read["inputs"]
    assert mine["facets"]["symlinks"]["identifiers"] == [
        {"namespace": "gs://copy", "name": "clean", "type": "LOCATION"}
    ]
    by_uri = events(runs, uuid_of(2), "--by", "uri", "--up", "1")
    assert names(of_run(by_uri, 1)[0]["outputs"])["clean"] == ("gs://lake", "clean")
    (mine,) = of_run(by_uri, 2)[0]["inputs"]
    assert (mine["namespace"], mine["name"]) == ("gs://copy", "clean")
    assert mine["facets"]["version"]["datasetVersion"] == "hash-1"
    assert "secret" not in json.dumps(found)


def test_edges_and_pipelines_are_facets(runs: Path) -> None:
    facets = of_run(events(runs, uuid_of(2), "--up", "1"), 2)[0]["run"]["facets"]
    assert facets["parent"]["run"]["runId"] == run_id(9)
    assert facets["parent"]["job"] == {"namespace": "vision", "name": "nightly"}
    assert facets["nominalTime"]["nominalStartTime"] == "2026-01-01T00:00:00.000Z"
    upstream = facets["jobDependencies"]["upstream"]
    assert [(each["run"]["runId"], each["pql_kinds"]) for each in upstream] == [
        (run_id(1), ["dag", "manual"]),
        (run_id(99), ["dag"]),
    ]
    assert upstream[0]["job"] == {"namespace": "ada/vision", "name": "prepare"}


def test_an_artifact_has_no_events(runs: Path) -> None:
    said = pql("lineage", "hash-1", "-f", "openlineage", index=runs)
    assert (said.code, said.out) == (2, "")
