"""What a bound value is for one run: keys with paths, whole sections, the history of a metric."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from pql.binder.binder import Clock, bind
from pql.binder.bound import BoundCondition, ElementId, HistoryValue, KeyValue, SectionValue, Value
from pql.catalog.fields import Entity, Section
from pql.reference.elements import ABSENT, OwnedArtifact, OwnedPoint, World
from pql.reference.model import Artifact, Connection, Json, Point, Related, Run
from pql.reference.search import search, search_artifacts, search_points
from pql.reference.values import number_of, value_of
from pql.syntax.parser import parse_query

UUID = "0" * 32
CLOCK = Clock(datetime(2026, 11, 22, tzinfo=UTC))
OUTPUTS, NAN = Section.OUTPUTS, math.nan


@pytest.mark.parametrize(
    ("held", "history", "numbers_only", "whole"),
    [
        ({}, (), False, None),
        ({"a": None}, (), False, None),
        ({"a": 1, "b": "x", "c": None}, (), False, {"a": 1, "b": "x"}),
        ({"a": 1, "b": "x"}, (), True, {"a": 1}),
        ({"b": "x"}, (), True, None),
        ({}, ("m",), False, None),
        ({"b": "x"}, ("m",), True, {"m": 2.5}),
        ({"a": [1], "a[0]": None}, (), True, None),
    ],
)
def test_a_whole_section(
    held: dict[str, Json], history: tuple[str, ...], numbers_only: bool, whole: dict[str, Json] | None
) -> None:
    run = Run(UUID, outputs=held, history={key: (Point(1.5), Point(2.5)) for key in history})
    assert value_of(run, SectionValue(OUTPUTS, numbers_only)) == whole


@pytest.mark.parametrize(
    ("segments", "quoted", "found"),
    [
        (("a",), (), [[1, 2], {"b": "in a"}]),
        (("a[0][1]",), (), 2),
        (("a[0][2]",), (), None),
        (("a[1]", "b"), (), "in a"),
        (("a[0]", "b"), (), None),
        (("a[1]", "b"), (True, False), "quoted"),
        (("a[1]", "0"), (), None),
        (("c.d", "e"), (), "flat"),
        (("c", "d", "f"), (), "in c.d"),
        (("c", "d", "g"), (), "in c"),
        (("c", "d", "h[1]"), (), 4),
        (("c", "none"), (), None),
    ],
)
def test_a_key_with_a_path(segments: tuple[str, ...], quoted: tuple[bool, ...], found: Json) -> None:
    held: dict[str, Json] = {
        "a": [[1, 2], {"b": "in a"}],
        "a[1]": {"b": "quoted"},
        "c.d.e": "flat",
        "c.d": {"f": "in c.d", "e": "hidden", "g": None},
        "c": {"d": {"f": "hidden", "g": "in c", "h": [3, 4]}},
    }
    assert value_of(Run(UUID, outputs=held), KeyValue(OUTPUTS, segments, quoted)) == found


@pytest.mark.parametrize(
    ("held", "history", "found"),
    [
        ({"m": "2"}, (7.0,), 2),
        ({"m": None}, (7.0, 8.0), 8.0),
        ({}, (), None),
        ({"m": "x"}, (7.0,), None),
        ({"m": True}, (), None),
        ({"m": 2**70}, (), float(2**70)),
        ({"m": 2**63}, (), float(2**63)),
        ({"m": 2**63 - 1}, (), 2**63 - 1),
        ({"m": -(2**63)}, (), -(2**63)),
        ({"m": 10**400}, (), math.inf),
        ({"m": -(10**400)}, (), -math.inf),
    ],
)
def test_a_metric(held: dict[str, Json], history: tuple[float, ...], found: float | None) -> None:
    run = Run(UUID, outputs=held, history={"m": tuple(map(Point, history))} if history else {})
    read = value_of(run, KeyValue(OUTPUTS, ("m",), (), numbers_only=True))
    assert (read, type(read)) == (found, type(found))
    if held.get("m") is not None:
        assert number_of(held["m"]) == found


@pytest.mark.parametrize(
    ("function", "points", "step", "found"),
    [
        ("count", [(NAN, 1), (2.0, 2)], None, 2),
        ("first", [(3.0, 9), (2.0, 1)], None, 3.0),
        ("last", [(3.0, 9), (2.0, 1)], None, 2.0),
        ("at", [(5.0, 5), (1.0, 1)], 3, 1.0),
        ("at", [(2.0, 2), (1.0, 1)], 3, 2.0),
        ("at", [(2.0, 2), (2.5, 2)], 2, 2.5),
        ("at", [(0.5, None), (4.0, 4)], 3, None),
        ("min", [(NAN, 1), (2.0, 2), (1.0, 3)], None, 1.0),
        ("max", [(NAN, 1), (2.0, 2), (1.0, 3)], None, 2.0),
        ("mean", [(NAN, 1), (2.0, 2), (1.0, 3)], None, 1.5),
        ("argmin", [(NAN, 1), (2.0, 2), (1.0, 3), (1.0, 4)], None, 3),
        ("argmax", [(NAN, 1), (2.0, 2), (1.0, 3), (2.0, 4)], None, 2),
        ("argmin", [(NAN, 1)], None, None),
        ("argmax", [(NAN, 1)], None, None),
        ("min", [], None, None),
        ("count", [], None, None),
    ],
)
def test_history(
    function: str, points: list[tuple[float, int | None]], step: int | None, found: float | None
) -> None:
    run = Run(UUID, history={"m": tuple(Point(*each) for each in points)})
    assert value_of(run, HistoryValue(function, "m", step)) == found
    assert value_of(run, HistoryValue(function, "other", step)) is None


@pytest.mark.parametrize("function", ["min", "max", "mean"])
def test_a_statistic_of_nothing_but_nan(function: str) -> None:
    found = value_of(Run(UUID, history={"m": (Point(NAN, 1),)}), HistoryValue(function, "m"))
    assert isinstance(found, float)
    assert math.isnan(found)


def test_an_unknown_function() -> None:
    with pytest.raises(ValueError, match="median"):
        value_of(Run(UUID, history={"m": (Point(1.0),)}), HistoryValue("median", "m"))


def test_points_are_numbered_as_they_were_logged() -> None:
    world = World([Run(UUID, history={"m": (Point(1.0), Point(2.0)), "n": (Point(3.0),)})])
    found = [(each.key, each.place, each.point.value) for each in world.points()]
    assert found == [("m", 0, 1.0), ("m", 1, 2.0), ("n", 0, 3.0)]


@pytest.mark.parametrize(
    ("ask", "what", "other"),
    [
        (search, "runs", Entity.POINT),
        (search_artifacts, "artifacts", Entity.RUN),
        (search_points, "points", Entity.RUN),
    ],
)
def test_a_search_is_of_one_kind(ask: Callable[..., Any], what: str, other: Entity) -> None:
    with pytest.raises(ValueError, match=f"^a query on {other.value}, not on {what}$"):
        ask(bind(None, clock=CLOCK, entity=other), [])


def test_what_a_file_tells_of_a_run_that_is_not_in_the_index() -> None:
    told = Related(UUID, "outer", "dag", "v1")
    found = [value_of(told, column(name)) for name in ("uuid", "name", "kind", "runtime", "status")]
    assert found == [UUID, "outer", "dag", "v1", None]
    assert value_of(told, ElementId()) == UUID
    assert value_of(told, HistoryValue("count", "m")) is None
    assert value_of(told, KeyValue(OUTPUTS, ("m",))) is None
    assert value_of(told, SectionValue(OUTPUTS)) is None


def test_the_fields_of_a_run() -> None:
    made = [Artifact("code", "coderef"), Artifact("in", "data", is_input=True), Artifact("out", "model")]
    others = {"pipeline": Related("a" * 32, "outer"), "original": Related("b" * 32), "controller": "c" * 32}
    run = Run(UUID, {"name": "n"}, tags=("x", "y"), artifacts=tuple(made), **others)  # type: ignore[arg-type]
    names = ("uuid", "name", "tags", "commit", "in_artifact_kind", "out_artifact_kind", "teams", "status")
    found = [value_of(run, column(name)) for name in names]
    sets = [{"x", "y"}, {"code"}, {"data"}, {"coderef", "model"}]
    assert found == [UUID, "n", *sets, None, None]
    assert [value_of(run, column(name)) for name in others] == ["a" * 32, "b" * 32, "c" * 32]
    bare = Run(UUID)
    assert [value_of(bare, column(name)) for name in (*names[1:], *others)] == [None] * 10


def test_the_fields_of_an_artifact() -> None:
    made = Artifact("tb", "events", "out/tb", "5e", is_input=True, summary={"step": 1})
    owned = OwnedArtifact(Run(UUID), made)
    names = ("name", "kind", "path", "state", "is_input")
    found = [value_of(owned, column(name, Entity.ARTIFACT)) for name in names]
    assert found == ["tb", "events", "out/tb", "5e", True]
    assert value_of(owned, ElementId()) == "5e"


def test_the_fields_of_a_point() -> None:
    moment = datetime(2026, 11, 22)  # noqa: DTZ001 - naive UTC, as all of the index
    owned = OwnedPoint(Run(UUID), "loss", 0, Point(0.5, 7, moment))
    found = [value_of(owned, column(name, Entity.POINT)) for name in ("key", "step", "time", "value")]
    assert found == ["loss", 7, moment, 0.5]
    assert value_of(owned, ElementId()) == "loss"


def test_connections_and_what_is_not_there() -> None:
    bucket = Connection("bucket", "s3")
    assert [value_of(bucket, column(name)) for name in ("name", "kind")] == ["bucket", "s3"]
    assert value_of(bucket, ElementId()) == "bucket"
    assert [value_of(ABSENT, each) for each in (column("name"), ElementId())] == [None, None]


def column(name: str, entity: Entity = Entity.RUN) -> Value:
    """The value that a condition on the field asks about."""
    bound = bind(parse_query(f"{name}:nil"), clock=CLOCK, entity=entity).condition
    assert isinstance(bound, BoundCondition)
    return bound.value
