"""The order of what is equal by every key that was asked for."""

from __future__ import annotations

from pql.reference.elements import World
from pql.reference.model import Artifact, Run
from pql.reference.order import sort_artifacts

PATHS = ("a", "b", "XXXX", "", None)


def test_artifacts_of_one_name_go_by_direction_and_path_and_none_is_last() -> None:
    made = [Artifact("tb", "events", path, is_input=given) for path in PATHS for given in (True, False)]
    world = World([Run("0" * 32, artifacts=tuple(made))])
    found = [
        (each.artifact.is_input, each.artifact.path) for each in sort_artifacts(world, (), world.artifacts())
    ]
    assert found == [(given, path) for given in (False, True) for path in ("", "XXXX", "a", "b", None)]
