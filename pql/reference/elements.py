"""What a relation leads to: the elements of a run, of an artifact, of a run that is not in the index."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import assert_never

from pql.binder.bound import Step
from pql.catalog.fields import Relation
from pql.reference.model import Artifact, Connection, Point, Related, Run

__all__ = ["ABSENT", "Absent", "Element", "OwnedArtifact", "OwnedPoint", "World"]


@dataclass(frozen=True, slots=True)
class OwnedArtifact:
    """An artifact and the run whose lineage it is in."""

    run: Run
    artifact: Artifact


@dataclass(frozen=True, slots=True)
class OwnedPoint:
    """A point of a metric's history, the run it belongs to, and its place in the order of logging."""

    run: Run
    key: str
    place: int
    point: Point


@dataclass(frozen=True, slots=True)
class Absent:
    """What stands for the elements of a relation that has none: all its fields are nil."""


ABSENT = Absent()

Element = Run | Related | OwnedArtifact | OwnedPoint | Connection | Absent
"""`Related` is a run that is not in the index: its uuid, and what a file says of it."""


class World:
    """All runs of an index, with every relation answered by looking at all of them."""

    def __init__(self, runs: Iterable[Run]) -> None:
        self.runs = {run.uuid: run for run in runs}

    def related(self, element: Element, step: Step) -> list[Element]:
        """The elements that the step leads to from `element`; none gives an empty list."""
        if step.transitive:
            return self._transitive(element, step.relation)
        return self._one_hop(element, step.relation)

    def artifacts(self) -> list[OwnedArtifact]:
        """Every artifact of every run."""
        return [OwnedArtifact(run, each) for run in self.runs.values() for each in run.artifacts]

    def points(self) -> list[OwnedPoint]:
        """Every point of every metric of every run."""
        return [
            OwnedPoint(run, key, place, point)
            for run in self.runs.values()
            for key, points in run.history.items()
            for place, point in enumerate(points)
        ]

    def _transitive(self, element: Element, relation: Relation) -> list[Element]:
        """Everything that one hop or more lead to; in a cycle that is the element itself too."""
        found: dict[str, Element] = {}
        waiting = self._one_hop(element, relation)
        while waiting:
            each = waiting.pop()
            assert isinstance(each, Run | Related)
            if each.uuid not in found:
                found[each.uuid] = each
                waiting += self._one_hop(each, relation)
        return list(found.values())

    def _one_hop(self, element: Element, relation: Relation) -> list[Element]:
        match relation:
            case Relation.DOWNSTREAM:
                if not isinstance(element, Run | Related):
                    return []
                return [run for run in self.runs.values() if element.uuid in run.upstream]
            case Relation.RUN:
                return [element.run] if isinstance(element, OwnedArtifact | OwnedPoint) else []
            case _:
                return self._of_run(element, relation) if isinstance(element, Run) else []

    def _of_run(self, run: Run, relation: Relation) -> list[Element]:
        """Relations that are told by the run's own file."""
        match relation:
            case Relation.ARTIFACTS:
                return [OwnedArtifact(run, each) for each in run.artifacts]
            case Relation.CONNECTIONS:
                return list(run.connections)
            case Relation.UPSTREAM:
                return [self._run(Related(uuid)) for uuid in run.upstream]
            case Relation.PIPELINE:
                return [] if run.pipeline is None else [self._run(run.pipeline)]
            case Relation.ORIGINAL:
                told = run.original
                return [] if told is None else [self._run(Related(told.uuid, told.name))]
            case Relation.CONTROLLER:
                return [] if run.controller is None else [self._run(Related(run.controller))]
            case Relation.DOWNSTREAM | Relation.RUN:
                raise AssertionError("answered for any element")
            case _:
                assert_never(relation)

    def _run(self, told: Related) -> Run | Related:
        """The run itself if it is in the index, else what is told of it."""
        return self.runs.get(told.uuid, told)
