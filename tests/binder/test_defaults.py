"""What `defaults` adds, and when it does not."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

import pql
from pql.binder.binder import Clock, bind
from pql.binder.defaults import with_defaults
from pql.catalog.fields import Entity
from pql.diagnostics.diagnostic import PqlError
from pql.plan.forms import condition_form
from pql.syntax.parser import parse_query

LIVE = "(live_state:1 OR live_state:nil)"
BOTH = f"created_at:last_month, {LIVE}"
NOW = datetime(2024, 7, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (None, BOTH),
        ("status:running", f"status:running, {BOTH}"),
        ("a:1 OR b:2", f"(a:1 OR b:2), {BOTH}"),
        ("(a:1 OR b:2)", f"((a:1 OR b:2)), {BOTH}"),
        ("a:1 AND b:2", f"a:1 AND b:2, {BOTH}"),
        ("NOT status:running", f"NOT status:running, {BOTH}"),
        ("created_at:_any_", f"created_at:_any_, {LIVE}"),
        ("a:1 OR NOT (live_state:~1, b:2)", "(a:1 OR NOT (live_state:~1, b:2)), created_at:last_month"),
        ("created_at:>-7d | live_state:0", "created_at:>-7d | live_state:0"),
        ("name:live_state, name:created_at", f"name:live_state, name:created_at, {BOTH}"),
        ("pipeline.created_at:>-7d", f"pipeline.created_at:>-7d, {BOTH}"),
        ("upstream(created_at:>-7d, live_state:1)", f"upstream(created_at:>-7d, live_state:1), {BOTH}"),
        ("min(metrics.created_at):<1", f"min(metrics.created_at):<1, {BOTH}"),
    ],
)
def test_what_is_added(query: str | None, expected: str) -> None:
    assert with_defaults(query, "polyaxon") == expected
    parse_query(expected)
    assert with_defaults(query, None) == query


@pytest.mark.parametrize("entity", [Entity.ARTIFACT, Entity.POINT])
def test_of_parts_the_run_is_meant(entity: Entity) -> None:
    added = "run.created_at:last_month, (run.live_state:1 OR run.live_state:nil)"
    assert with_defaults(None, "polyaxon", entity) == added
    assert (
        with_defaults("run.live_state:0", "polyaxon", entity) == "run.live_state:0, run.created_at:last_month"
    )
    asked = "run.pipeline.live_state:0"
    assert with_defaults(asked, "polyaxon", entity) == f"{asked}, {added}"
    asked = "tags.live_state:0, run:nil"
    assert with_defaults(asked, "polyaxon", entity) == f"{asked}, {added}"


def test_a_query_is_of_the_length_that_is_asked_for() -> None:
    query = "a:12345"
    assert with_defaults(query, "polyaxon", max_length=len(query)) == f"{query}, {BOTH}"
    with pytest.raises(PqlError):
        with_defaults(query, "polyaxon", max_length=len(query) - 1)


def test_the_added_are_conditions_like_others() -> None:
    text = with_defaults("status:running OR kind:job", "polyaxon")
    assert text is not None
    assert condition_form(bind(parse_query(text), clock=Clock(NOW)).condition) == [
        "and",
        ["or", ["is", "status", ["text", "running"]], ["is", "kind", ["text", "job"]]],
        ["is", "created_at", ["during", "2024-06-01T12:00:00", "9999-12-31T23:59:59.999999"]],
        ["or", ["is", "live_state", ["=", 1]], ["is", "live_state", ["nil"]]],
    ]


def test_compile_takes_them() -> None:
    plain = pql.compile("status:running", now=NOW)
    assert pql.compile("status:running", now=NOW, defaults=None) == plain
    added = pql.compile("status:running", now=NOW, defaults="polyaxon")
    assert added == pql.compile(f"status:running, {BOTH}", now=NOW)
    assert added != plain


def test_what_is_wrong_is_told_of_the_query_as_it_was_given() -> None:
    with pytest.raises(PqlError) as caught:
        with_defaults("a:1 OR b", "polyaxon")
    assert (caught.value.diagnostic.code, caught.value.text) == ("PQL103", "a:1 OR b")
    with pytest.raises(PqlError) as bound:
        pql.compile("a:1 OR b:2", defaults="polyaxon")
    span = bound.value.diagnostic.span
    assert bound.value.text[slice(*span)] == "a"
    with pytest.raises(ValueError, match="unknown defaults 'wandb'; there are: polyaxon"):
        with_defaults("a:1", "wandb")
