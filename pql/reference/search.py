"""A whole search over runs in memory."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from pql.binder.bound import BoundQuery
from pql.catalog.fields import Entity
from pql.reference.elements import Element, OwnedArtifact, OwnedPoint, World
from pql.reference.model import Run
from pql.reference.order import sort_artifacts, sort_points, sort_runs
from pql.reference.scopes import scope_holds

__all__ = ["search", "search_artifacts", "search_points"]

_Found = TypeVar("_Found")


def search(query: BoundQuery, runs: Iterable[Run]) -> list[str]:
    """The uuids of the page of runs that the query asks for, in its order.

    ValueError if the query is not about runs.
    """
    if query.entity is not Entity.RUN:
        raise ValueError(f"a query on {query.entity.value}, not on runs")
    world = World(runs)
    found = [run for run in world.runs.values() if _matches(world, query, run)]
    return [run.uuid for run in _page(query, sort_runs(world, query.sort, found))]


def search_artifacts(query: BoundQuery, runs: Iterable[Run]) -> list[OwnedArtifact]:
    """The page of artifacts that the query asks for, in its order.

    ValueError if the query is not about artifacts.
    """
    if query.entity is not Entity.ARTIFACT:
        raise ValueError(f"a query on {query.entity.value}, not on artifacts")
    world = World(runs)
    found = [each for each in world.artifacts() if _matches(world, query, each)]
    return _page(query, sort_artifacts(world, query.sort, found))


def search_points(query: BoundQuery, runs: Iterable[Run]) -> list[OwnedPoint]:
    """The page of history points that the query asks for, in its order.

    ValueError if the query is not about points.
    """
    if query.entity is not Entity.POINT:
        raise ValueError(f"a query on {query.entity.value}, not on points")
    world = World(runs)
    found = [each for each in world.points() if _matches(world, query, each)]
    return _page(query, sort_points(world, query.sort, found))


def _matches(world: World, query: BoundQuery, element: Element) -> bool:
    return query.condition is None or scope_holds(world, query.condition, element)


def _page(query: BoundQuery, found: list[_Found]) -> list[_Found]:
    end = None if query.limit is None else query.offset + query.limit
    return found[query.offset : end]
