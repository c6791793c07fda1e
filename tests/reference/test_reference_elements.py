"""What each relation leads to, in the index and out of it."""

from __future__ import annotations

from pql.binder.bound import Step
from pql.catalog.fields import Relation
from pql.reference.elements import Element, OwnedArtifact, World
from pql.reference.model import Artifact, Connection, Related, Run

EVENTS, BUCKET = Artifact("tb", "events"), Connection("bucket", "s3")
OUTER = Run("1" * 32)
INNER = Run(
    "2" * 32,
    artifacts=(EVENTS,),
    connections=(BUCKET,),
    upstream=(OUTER.uuid, "9" * 32),
    pipeline=Related(OUTER.uuid, "what the file says"),
    original=Related("8" * 32, "copied", "job", "v1"),
    controller="7" * 32,
)
WORLD = World([OUTER, INNER])


def related(element: Element) -> dict[Relation, list[Element]]:
    """By relation; those that lead to nothing are left out."""
    every = {each: WORLD.related(element, Step(each)) for each in Relation}
    return {relation: found for relation, found in every.items() if found}


def test_relations_of_a_run() -> None:
    assert related(INNER) == {
        Relation.ARTIFACTS: [OwnedArtifact(INNER, EVENTS)],
        Relation.CONNECTIONS: [BUCKET],
        Relation.UPSTREAM: [OUTER, Related("9" * 32)],
        Relation.PIPELINE: [OUTER],
        Relation.ORIGINAL: [Related("8" * 32, "copied")],
        Relation.CONTROLLER: [Related("7" * 32)],
    }
    assert related(OUTER) == {Relation.DOWNSTREAM: [INNER]}


def test_relations_of_other_elements() -> None:
    assert related(Related("9" * 32)) == {Relation.DOWNSTREAM: [INNER]}
    assert related(OwnedArtifact(INNER, EVENTS)) == {Relation.RUN: [INNER]}
    assert related(BUCKET) == {}
