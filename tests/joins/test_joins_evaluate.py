"""One reference: its value in one run, and in columns of runs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from join_samples import MATCHES

from pql.joins import MatchedArtifact, MatchedColumns, MatchedRun, Reference, parse_reference
from pql.joins.evaluate import AmbiguousArtifactError, evaluate, evaluate_all
from pql.joins.model import lineages_of, uuids_of
from pql.joins.references import Root


def value(text: str, run: MatchedRun) -> Any:
    return evaluate(parse_reference(text), run)


@given(MATCHES)
def test_columns_are_the_same_runs(found: list[MatchedRun]) -> None:
    keys = ("inputs.lr", "inputs.deep.key", "outputs.loss")
    keyed = {each: [evaluate(each, run) for run in found] for each in map(parse_reference, keys)}
    columns = MatchedColumns(
        [run.uuid for run in found],
        keyed,
        artifacts=[run.artifacts for run in found],
        fields={name: [run.fields[name] for run in found] for name in ("name", "status")},
    )
    assert len(columns) == len(found)
    asked = (*keys, "globals.uuid", "globals.name", "globals.status", "globals.run_info", "globals.duration")
    for text in (*asked, "artifacts.tb", "artifacts.base", "artifacts.outputs", "artifacts"):
        reference = parse_reference(text)
        assert evaluate_all(reference, columns) == [evaluate(reference, run) for run in found]
        assert [evaluate(reference, run) for run in columns] == evaluate_all(reference, found)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("a.b", 1),
        ("model.head.dim", 3),
        ("layers[1]", 20),
        ("grid[0][1]", 2),
        ("layers[9]", None),
        ("model.head.nothing", None),
        ("layers.x", None),
        ("model[0]", None),
    ],
)
def test_flat_keys_before_paths_into_nested_values(key: str, value: Any) -> None:
    inputs = {
        "a.b": 1,
        "a": {"b": 2},
        "model": {"head": {"dim": 3}},
        "layers": [10, 20],
        "grid": [[1, 2]],
    }
    assert evaluate(Reference(Root.INPUTS, key), MatchedRun("u", inputs=inputs)) == value


def test_nested_outputs_as_nested_inputs() -> None:
    run = MatchedRun("u", outputs={"model": {"head": {"dim": 3}}, "a.b": 1})
    assert value("outputs.model.head.dim", run) == 3
    assert value("outputs.a.b", run) == 1


def test_artifacts_of_a_run() -> None:
    lineage = (
        MatchedArtifact("tb", "outputs/tb"),
        MatchedArtifact("remote", "s3://bucket/x"),
        MatchedArtifact("mine", "u/outputs/mine"),
        MatchedArtifact("both", "in/path", True),
        MatchedArtifact("both", "out/path", False),
        MatchedArtifact("code", None),
    )
    found = evaluate(Reference(Root.ARTIFACTS), MatchedRun("u", artifacts=lineage))
    assert found == {
        "base": "u",
        "outputs": "u/outputs",
        "both": "u/out/path",
        "code": None,
        "mine": "u/outputs/mine",
        "remote": "s3://bucket/x",
        "tb": "u/outputs/tb",
    }


def test_an_artifact_is_told_by_its_name_alone() -> None:
    one = MatchedRun("u", artifacts=(MatchedArtifact("model", "m.pt"),))
    assert value("artifacts.model", one) == "u/m.pt"
    assert value("artifacts.modle", one) is None
    assert value("artifacts.outputs", one) == "u/outputs"
    assert value("artifacts.code", MatchedRun("u", artifacts=(MatchedArtifact("code", None),))) is None
    named = MatchedRun("u", artifacts=(MatchedArtifact("outputs", "x"), MatchedArtifact("base", "y")))
    assert value("artifacts", named) == {"base": "u", "outputs": "u/outputs"}
    twice = MatchedRun("u", artifacts=(MatchedArtifact("m", "b"), MatchedArtifact("m", "a")))
    with pytest.raises(AmbiguousArtifactError) as caught:
        value("artifacts.m", twice)
    assert (caught.value.uuid, caught.value.name, caught.value.paths) == ("u", "m", ["u/a", "u/b"])


LATER = timezone(timedelta(hours=2))


@pytest.mark.parametrize(
    ("field", "held", "told"),
    [
        ("created_at", datetime(2026, 1, 2, 3, 4, tzinfo=UTC), "2026-01-02T03:04:00+00:00"),
        ("started_at", datetime(2026, 1, 2, 3, 4, tzinfo=LATER), "2026-01-02T03:04:00+02:00"),
        (
            "finished_at",
            datetime(2026, 1, 2, 3, 4, tzinfo=UTC).replace(tzinfo=None),
            "2026-01-02T03:04:00+00:00",
        ),
        ("schedule_at", None, None),
        ("duration", 1.5, 1.5),
        ("name", "n", "n"),
        (
            "condition",
            {"type": "failed", "at": datetime(2026, 1, 2, tzinfo=UTC)},
            {"type": "failed", "at": "2026-01-02T00:00:00+00:00"},
        ),
    ],
)
def test_fields_are_told_as_plain_data_and_times_as_texts(field: str, held: Any, told: Any) -> None:
    reference = parse_reference(f"globals.{field}")
    assert evaluate(reference, MatchedRun("u", fields={field: held})) == told
    assert evaluate_all(reference, MatchedColumns(["u", "v"], fields={field: [held, None]})) == [told, None]
    assert evaluate_all(reference, MatchedColumns(["u"])) == [None]


@pytest.mark.parametrize("key", ["uuid", "name", "created_at"])
def test_an_input_may_be_called_as_a_field_is(key: str) -> None:
    columns = MatchedColumns(["u"], whole={Root.INPUTS: [{key: 5}]}, fields={key: ["n"]})
    assert evaluate_all(parse_reference(f"inputs.{key}"), columns) == [5]


def test_an_index_is_not_of_any_length() -> None:
    long = "9" * 5_000
    run = MatchedRun("a", inputs={"layers": [1, [2, 3]], f"x[{long}]": 4})
    assert evaluate(parse_reference("inputs.layers[1][0]"), run) == 2
    assert evaluate(parse_reference(f"inputs.layers[{long}]"), run) is None
    assert evaluate(parse_reference(f"inputs.x[{long}]"), run) == 4


def test_columns_are_a_sequence_of_runs() -> None:
    loss, rate = parse_reference("outputs.loss"), parse_reference("inputs.loss")
    columns = MatchedColumns(["u", "v"], {loss: [1, 2], rate: [3, 4], Reference(Root.OUTPUTS): [5, 6]})
    runs = [
        MatchedRun(uuid, {"loss": given}, {"loss": got}) for uuid, given, got in (("u", 3, 1), ("v", 4, 2))
    ]
    assert [columns[0:], columns[-1:], columns[::-1]] == [runs, runs[1:], runs[::-1]]
    assert list(columns) == runs


def test_uuids_and_lineages_of_runs_and_of_columns() -> None:
    lineages = [(MatchedArtifact("tb", "tb"),), ()]
    runs = [MatchedRun("u", artifacts=lineages[0]), MatchedRun("v")]
    for each in (runs, MatchedColumns(["u", "v"], artifacts=lineages)):
        assert uuids_of(each) == ["u", "v"]
        assert list(lineages_of(each)) == lineages
    bare = MatchedColumns(["u", "v"])
    assert uuids_of(bare) is bare.uuids  # no run is made for it
    assert list(lineages_of(bare)) == [(), ()]
