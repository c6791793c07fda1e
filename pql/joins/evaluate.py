"""One reference in one run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, assert_never

from pql.joins.model import MatchedArtifact, MatchedColumns, MatchedRun
from pql.joins.paths import below
from pql.joins.references import GLOBALS, Reference, Root
from pql.reference.values import value_in

__all__ = [
    "ARTIFACTS_PATH",
    "CONTEXT_PATH",
    "AmbiguousArtifactError",
    "artifact_names",
    "artifact_path",
    "evaluate",
    "evaluate_all",
    "global_value",
]

CONTEXT_PATH = "/plx-context"
"""Where a container of the platform finds its context."""

ARTIFACTS_PATH = "/plx-context/artifacts"
"""Where a container of the platform finds artifacts."""

# Keys of globals that are just fields of the run.
_TOLD = {
    "owner_name": "owner",
    "project_name": "project",
    **{
        name: name
        for name in (
            *("name", "status", "condition", "duration", "cloning_kind"),
            *("created_at", "schedule_at", "started_at", "finished_at"),
        )
    },
}


_TEXTS = frozenset(("name", "status", "owner_name", "project_name", "cloning_kind"))
"""Those that are told as they are."""


class AmbiguousArtifactError(Exception):
    """A run has several paths under one artifact name."""

    def __init__(self, uuid: str, name: str, paths: list[str]) -> None:
        super().__init__(name)
        self.uuid = uuid
        self.name = name
        self.paths = paths


def evaluate(reference: Reference, run: MatchedRun) -> Any:
    """The value of the reference in the run; None where the run has none.

    Raises AmbiguousArtifactError.
    """
    key = reference.key
    match reference.root:
        case Root.INPUTS:
            return dict(run.inputs) if key is None else value_in(run.inputs, tuple(key.split(".")))
        case Root.OUTPUTS:
            return dict(run.outputs) if key is None else value_in(run.outputs, tuple(key.split(".")))
        case Root.ARTIFACTS:
            return _artifacts(run) if key is None else artifact_path(run.uuid, run.artifacts, key)
        case Root.GLOBALS:
            if key is None:
                return {name: global_value(run, name) for name in GLOBALS}
            return global_value(run, key)
        case _:
            assert_never(reference.root)


def evaluate_all(reference: Reference, runs: Sequence[MatchedRun]) -> list[Any]:
    """The value of the reference in each run. Raises AmbiguousArtifactError."""
    key = reference.key
    if not isinstance(runs, MatchedColumns) or key is None:
        return [evaluate(reference, run) for run in runs]
    if reference in runs.keyed:
        return list(runs.keyed[reference])
    if reference.root is Root.ARTIFACTS:
        artifacts = runs.artifacts or ((),) * len(runs)
        own = key in ("base", "outputs")
        return [
            artifact_path(uuid, lineage, key) if lineage or own else None
            for uuid, lineage in zip(runs.uuids, artifacts, strict=True)
        ]
    if reference.root is Root.GLOBALS and key == "uuid":
        return list(runs.uuids)
    if reference.root is Root.GLOBALS and key in _TOLD:
        column = runs.fields.get(_TOLD[key], (None,) * len(runs))
        if key in _TEXTS:
            return list(column)
        return [value if isinstance(value, str) else _told(value) for value in column]
    return [evaluate(reference, run) for run in runs]


def artifact_path(uuid: str, artifacts: Sequence[MatchedArtifact], name: str) -> str | None:
    """The path of a run's artifact below the run's uuid. `base` and `outputs` are the run's own folders.

    None if the lineage has no such name, or no path that stays in the run. What the run made goes before what
    it read. Raises AmbiguousArtifactError for several paths under the name.
    """
    if name == "base":
        return uuid
    if name == "outputs":
        return f"{uuid}/outputs"
    if len(artifacts) == 1 and artifacts[0].name == name:
        path = artifacts[0].path
        return None if path is None else below(uuid, path)
    named = [each for each in artifacts if each.name == name and each.path is not None]
    made = [each for each in named if not each.is_input]
    paths = {below(uuid, each.path) for each in made or named if each.path is not None}
    found = sorted(path for path in paths if path is not None)
    if len(found) > 1:
        raise AmbiguousArtifactError(uuid, name, found)
    return found[0] if found else None


def _artifacts(run: MatchedRun) -> dict[str, str | None]:
    names = ("base", "outputs", *artifact_names(run.artifacts))
    return {name: artifact_path(run.uuid, run.artifacts, name) for name in names}


def global_value(run: MatchedRun, name: str) -> Any:
    """One key of `globals`; times are ISO texts with their offset."""
    fields = run.fields
    match name:
        case "uuid":
            return run.uuid
        case "project_unique_name":
            return _joined(fields.get("owner"), fields.get("project"))
        case "run_info":
            return _joined(fields.get("owner"), fields.get("project"), "runs", run.uuid)
        case "context_path":
            return CONTEXT_PATH
        case "artifacts_path":
            return ARTIFACTS_PATH
        case "run_artifacts_path":
            return f"{ARTIFACTS_PATH}/{run.uuid}"
        case "run_outputs_path":
            return f"{ARTIFACTS_PATH}/{run.uuid}/outputs"
        case _:
            return _told(fields.get(_TOLD[name]))


def _joined(*parts: str | None) -> str | None:
    """The parts with dots between; None if one is missing."""
    known = [part for part in parts if part is not None]
    return ".".join(known) if len(known) == len(parts) else None


def _told(value: Any) -> Any:
    match value:
        case datetime():
            return value.isoformat() if value.tzinfo else f"{value.isoformat()}+00:00"
        case Mapping():
            return {name: _told(each) for name, each in value.items()}
        case _:
            return value


def artifact_names(artifacts: tuple[MatchedArtifact, ...]) -> list[str]:
    """The names in a lineage, each once, sorted."""
    return sorted({each.name for each in artifacts})
