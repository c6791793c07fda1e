"""What is told of a wrong query beside the code and the place: facts, and what would be right."""

from __future__ import annotations

import re

import pytest
from refusals import compiled, refused

from pql.catalog.fields import Entity

# What a fault says beside its code: the facts of its message, and the hint.
FACTS: list[tuple[str, dict[str, str], str]] = [
    (
        "at(metrics.loss):<1",
        {"function": "at", "takes": "a metric and a step"},
        "write `at(metrics.loss, 100)`",
    ),
    ("min(metrics.loss, 3):<1", {"function": "min", "takes": "a metric"}, "write `min(metrics.loss)`"),
    (
        "at(inputs.loss, 1):<1",
        {"function": "at", "takes": "a metric and a step"},
        "write `at(metrics.loss, 100)`",
    ),
    ("min(inputs.loss):<1", {"function": "min", "takes": "a metric"}, "write `min(metrics.loss)`"),
    (
        "min(metrics):<1",
        {"field": "metrics"},
        "e.g. `metrics.loss`; `metrics:nil` asks whether it has no values at all",
    ),
    (
        "pipeline.inputs:1",
        {"field": "pipeline.inputs"},
        "e.g. `pipeline.inputs.loss`; `pipeline.inputs:nil` asks whether it has no values at all",
    ),
    ("median(metrics.loss):<1", {"function": "median"}, "did you mean `mean` or `min`?"),
    (
        "total(metrics.loss):<1",
        {"function": "total"},
        "functions: min, max, mean, first, last, count, argmin, argmax, at",
    ),
    ("stauts:running", {"field": "stauts"}, "did you mean `status` or `state` or `outputs`?"),
    ("pipelin:a", {"field": "pipelin"}, "did you mean `pipeline`?"),
    ("status*:a", {"field": "status*"}, "did you mean `status` or `state`?"),
    ("pipeline*.name:a", {"field": "pipeline*"}, "did you mean `pipeline`?"),
    ("loss:<0.1", {"field": "loss"}, "keys live in sections: `metrics.loss`, `inputs.loss`, `outputs.loss`"),
    ("status.x.y:1", {"field": "status", "key": "x.y"}, "write `status`"),
    (
        "project.name:>a",
        {"field": "project.name", "takes": "values, lists, `%like%`, /regex/ and nil", "operation": "`>`"},
        "quote the value if the sign belongs to it",
    ),
    ("foo.bar:1", {"field": "foo"}, ""),
    (
        "upstream*.upstream.upstream.upstream.upstream.name:a",
        {"field": "upstream*.upstream.upstream.upstream.upstream.name"},
        "",
    ),
    ("artifact(name:a)", {"field": "artifact"}, "did you mean `artifacts`?"),
    ("connection(name:a)", {"field": "connection"}, "did you mean `connections`?"),
    ("downstrem(name:a)", {"field": "downstrem"}, "did you mean `downstream` or `downstream*`?"),
    ("upstrem*(name:a)", {"field": "upstrem*"}, "did you mean `upstream*` or `upstream` or `downstream*`?"),
    (
        "downstrem*(name:a)",
        {"field": "downstrem*"},
        "did you mean `downstream*` or `downstream` or `upstream*`?",
    ),
    ("tags(name:a)", {"field": "tags"}, ""),
    (
        "metrics.loss:abc",
        {"field": "metrics.loss", "value": "abc", "takes": "a number"},
        "e.g. `metrics.loss:0.5`",
    ),
    (
        "min(metrics.loss):abc",
        {"field": "min(metrics.loss)", "value": "abc", "takes": "a number"},
        "e.g. `min(metrics.loss):0.5`",
    ),
    ("live_state:yes", {"field": "live_state", "value": "yes", "takes": "a number"}, "e.g. `live_state:1`"),
    (
        "inputs.lr:0.1..x",
        {"field": "inputs.lr", "value": "x", "takes": "a number"},
        "a range is of numbers; quote the whole value if `..` belongs to it",
    ),
    ("cpu:1k", {"field": "cpu", "value": "1k", "takes": "cores"}, "e.g. `cpu:500m`"),
    ("memory:abc", {"field": "memory", "value": "abc", "takes": "a size"}, "e.g. `memory:4Gi`"),
    ("duration:abc", {"field": "duration", "value": "abc", "takes": "seconds"}, "e.g. `duration:1h30m`"),
    (
        "created_at:soon",
        {"field": "created_at", "value": "soon"},
        "e.g. `created_at:>2026-11-22` or `created_at:>-7d`",
    ),
    ("created_at:>tomorow", {"field": "created_at", "value": "tomorow"}, "did you mean `tomorrow`?"),
    (
        "is_managed:maybe",
        {"field": "is_managed", "value": "maybe"},
        "write `is_managed:true` or `is_managed:false`",
    ),
    (
        "pipeline:>a",
        {"field": "pipeline", "takes": "values, lists, `%like%`, /regex/ and nil", "operation": "`>`"},
        "quote the value if the sign belongs to it",
    ),
    (
        "upstream:>a",
        {"field": "upstream", "takes": "values, lists, `%like%`, /regex/ and nil", "operation": "`>`"},
        "quote the value if the sign belongs to it",
    ),
    (
        "name:<=a",
        {"field": "name", "takes": "values, lists, `%like%`, /regex/ and nil", "operation": "`<=`"},
        "quote the value if the sign belongs to it",
    ),
    (
        "status:a..b",
        {"field": "status", "takes": "values, lists, `%like%`, /regex/ and nil", "operation": "a range"},
        "quote the value if `..` belongs to it",
    ),
    (
        "metrics.loss:%1%",
        {
            "field": "metrics.loss",
            "takes": "numbers, lists, comparisons, ranges and nil",
            "operation": "a like",
        },
        "",
    ),
    (
        "created_at:/2024/",
        {
            "field": "created_at",
            "takes": "dates, lists, comparisons, ranges and nil",
            "operation": "a regular expression",
        },
        "",
    ),
    (
        "artifacts.summary:a",
        {"field": "artifacts.summary", "takes": "nil", "operation": "a value"},
        "`artifacts.summary:nil` asks whether there is none",
    ),
    (
        "inputs.lr:null",
        {
            "field": "inputs.lr",
            "takes": "values, lists, comparisons, ranges, `%like%`, /regex/ and nil",
            "operation": "`null`",
        },
        "`inputs.lr:nil` asks for null or a missing value",
    ),
    (
        "inputs.lr:<[1]",
        {
            "field": "inputs.lr",
            "takes": "values, lists, comparisons, ranges, `%like%`, /regex/ and nil",
            "operation": "`<` with `[1]`",
        },
        "quote it if it is meant as a text",
    ),
    ("metrics.loss:..", {"value": ".."}, "e.g. `0.1..0.4` or `0.1..`"),
    ("pipeline.metrics.loss:<metrics.acc", {"field": "pipeline.metrics.loss", "other": "metrics.acc"}, ""),
]


@pytest.mark.parametrize(("query", "payload", "hint"), FACTS)
def test_a_fault_says_what_is_wrong_and_what_would_be_right(
    query: str, payload: dict[str, str], hint: str
) -> None:
    diagnostic = refused(query)
    assert (diagnostic.payload, diagnostic.hint) == (payload, hint)


def test_a_run_of_an_artifact_is_told_by_the_name_that_was_given() -> None:
    assert refused("run:>a", entity=Entity.ARTIFACT).payload["field"] == "run"


def test_every_example_in_a_hint_is_right() -> None:
    """They are whole conditions, or a call to stand on the left of one."""
    shown = [each for _, _, hint in FACTS for each in re.findall(r"(?:write|e\.g\.|or) `([^`]+)`", hint)]
    examples = [f"{each}:<1" if each.endswith(")") else each for each in shown if re.search(r"[:)]", each)]
    assert len(examples) > 10
    for each in examples:
        assert compiled(each).condition


@pytest.mark.parametrize(
    ("sort", "hint"),
    [
        ("stauts", "did you mean `status` or `state` or `outputs`?"),
        ("nope", "keys live in sections: `metrics.nope`, `inputs.nope`, `outputs.nope`"),
        ("tags", "sort by a field that has one value a run"),
        ("artifacts.summary", "sort by a field that has one value a run"),
        ("metrics", "e.g. `metrics.loss`; `metrics:nil` asks whether it has no values at all"),
    ],
)
def test_a_fault_of_a_sort_says_what_would_be_right(sort: str, hint: str) -> None:
    assert refused("", sort).hint == hint
