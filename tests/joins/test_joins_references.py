"""The tables of references: complete, and meant as they are written."""

from __future__ import annotations

from itertools import product

import pytest

from pql.joins.evaluate import global_value
from pql.joins.inputs import TAKES
from pql.joins.model import MatchedRun
from pql.joins.references import (
    FLAGS,
    GLOBALS,
    NAMES,
    REFERENCES,
    Passing,
    Place,
    Reference,
    Root,
    UnknownReferenceError,
    Yield,
    parse_reference,
)


def test_every_pair_of_a_reference_and_a_place_is_listed() -> None:
    assert set(REFERENCES) == set(product(NAMES, Place))


def test_every_pair_of_a_type_and_a_way_of_passing_is_listed() -> None:
    assert set(FLAGS) == set(product(Yield, Passing))


def test_every_type_says_which_inputs_take_it() -> None:
    assert set(TAKES) == set(Yield)


def test_every_root_and_every_global_has_a_row() -> None:
    assert {name.partition(".")[0] for name in NAMES} == {root.value for root in Root}
    documented = (
        "uuid name status condition owner_name project_name project_unique_name run_info context_path "
        "artifacts_path run_artifacts_path run_outputs_path created_at schedule_at started_at finished_at "
        "duration cloning_kind"
    )
    assert set(GLOBALS) == set(documented.split())
    assert {f"globals.{name}" for name in GLOBALS} <= set(NAMES)


@pytest.mark.parametrize(
    ("text", "row", "value", "files", "dirs"),
    [
        ("inputs", "inputs", Yield.MAPPING, None, None),
        ("inputs.lr", "inputs.*", Yield.ANY, Yield.PATH, Yield.PATH),
        ("outputs.val.loss", "outputs.*", Yield.ANY, Yield.PATH, Yield.PATH),
        ("artifacts", "artifacts", Yield.MAPPING, None, None),
        ("artifacts.tensorboard", "artifacts.*", Yield.PATH, Yield.PATH, Yield.PATH),
        ("artifacts.base", "artifacts.base", Yield.PATH, None, Yield.PATH),
        ("artifacts.outputs", "artifacts.outputs", Yield.PATH, None, Yield.PATH),
        ("globals", "globals", Yield.MAPPING, None, None),
        ("globals.uuid", "globals.uuid", Yield.UUID, None, None),
        ("globals.duration", "globals.duration", Yield.NUMBER, None, None),
        ("globals.run_outputs_path", "globals.run_outputs_path", Yield.TEXT, None, None),
    ],
)
def test_what_a_reference_gives_where(
    text: str, row: str, value: Yield | None, files: Yield | None, dirs: Yield | None
) -> None:
    reference = parse_reference(text)
    assert reference.name == row
    assert [reference.at(place) for place in (Place.VALUE, Place.FILES, Place.DIRS)] == [value, files, dirs]


def test_only_paths_and_artifacts_can_be_fetched() -> None:
    assert {kind for kind in Yield if FLAGS[kind, Passing.TO_INIT]} == {Yield.PATH, Yield.ARTIFACTS}


@pytest.mark.parametrize("text", ["outputs.loss", " outputs.loss ", "{{ outputs.loss }}", "{{outputs.loss}}"])
def test_braces_and_blanks_around_a_reference_mean_nothing(text: str) -> None:
    assert parse_reference(text) == Reference(Root.OUTPUTS, "loss")


@pytest.mark.parametrize(
    ("text", "close"),
    [
        ("outptus.loss", "outputs.loss"),
        ("metrics.loss", "outputs.loss"),
        ("globals.projct_name", "globals.project_name"),
        ("input", "inputs"),
        ("outputs.", None),
        ("", None),
        ("loss", None),
    ],
)
def test_what_is_no_reference_is_refused_with_what_is_close(text: str, close: str | None) -> None:
    with pytest.raises(UnknownReferenceError) as caught:
        parse_reference(text)
    assert close is None or close in caught.value.close
    assert (caught.value.text, str(caught.value)) == (text, text)


@pytest.mark.parametrize("text", ["inputs", "outputs.val.loss", "globals.uuid"])
def test_a_reference_is_written_as_it_is_read(text: str) -> None:
    assert str(parse_reference(text)) == text


def test_globals_of_a_run() -> None:
    run = MatchedRun("ab", fields={"owner": "ann", "project": "vision", "duration": 2.5})
    told = {name: global_value(run, name) for name in GLOBALS}
    assert told["project_unique_name"] == "ann.vision"
    assert told["run_info"] == "ann.vision.runs.ab"
    assert told["run_outputs_path"] == "/plx-context/artifacts/ab/outputs"
    assert told["duration"] == 2.5
    assert told["started_at"] is None
    assert global_value(MatchedRun("ab", fields={"project": "vision"}), "run_info") is None
