"""What OpenLineage 2-0-2 asks of an event of a run, and of the facets that are written here: JSON schema."""

from __future__ import annotations

from typing import Any

__all__ = ["EVENT"]


def _object(
    required: dict[str, Any], optional: dict[str, Any] | None = None, *, more: bool = False
) -> dict[str, Any]:
    return {
        "type": "object",
        "required": list(required),
        "properties": {**required, **(optional or {})},
        "additionalProperties": more,
    }


_TEXT = {"type": "string", "minLength": 1}
_URI = {"type": "string", "format": "uri", "pattern": "^[a-z]+:"}
_TIME = {"type": "string", "format": "date-time", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$"}
_UUID = {"type": "string", "pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"}
_NAMED = {"namespace": _TEXT, "name": _TEXT}
_OF_JOB = _object(_NAMED)
_OF_RUN = _object({"runId": _UUID})


def _facet(url: str, required: dict[str, Any], optional: dict[str, Any] | None = None) -> dict[str, Any]:
    whole = {"const": f"https://openlineage.io/spec/{url}"}
    return _object({"_producer": _URI, "_schemaURL": whole, **required}, optional)


def _standard(name: str, number: str, required: dict[str, Any]) -> dict[str, Any]:
    return _facet(f"facets/{number}/{name}.json#/$defs/{name}", required)


def _list(item: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": item}


_CORE = "2-0-2/OpenLineage.json#/$defs"
_DEPENDENCY = _object({"job": _OF_JOB, "run": _OF_RUN}, {"pql_kinds": _list(_TEXT)})
_RUN_FACETS = {
    "pql_run": _facet(f"{_CORE}/RunFacet", {"status": _TEXT}, {"kind": {"type": ["string", "null"]}}),
    "nominalTime": _standard("NominalTimeRunFacet", "1-0-1", {"nominalStartTime": _TIME}),
    "parent": _standard("ParentRunFacet", "1-2-0", {"run": _OF_RUN, "job": _OF_JOB}),
    "tags": _standard(
        "TagsRunFacet", "1-0-0", {"tags": _list(_object({"key": _TEXT, "value": _TEXT, "source": _TEXT}))}
    ),
    "jobDependencies": _standard(
        "JobDependenciesRunFacet", "1-0-1", {"upstream": _list(_DEPENDENCY), "downstream": _list(_DEPENDENCY)}
    ),
}
_JOB_FACETS = {
    "jobType": _standard(
        "JobTypeJobFacet",
        "2-0-4",
        {
            "processingType": {"enum": ["BATCH", "STREAMING", "SERVICE"]},
            "integration": _TEXT,
            "jobType": _TEXT,
        },
    ),
    "documentation": _standard("DocumentationJobFacet", "1-1-0", {"description": _TEXT}),
}
_DATASET_FACETS = {
    "pql_artifact": _facet(f"{_CORE}/DatasetFacet", {"name": _TEXT}, {"kind": {"type": ["string", "null"]}}),
    "version": _standard("DatasetVersionDatasetFacet", "1-0-1", {"datasetVersion": _TEXT}),
    "symlinks": _standard(
        "SymlinksDatasetFacet", "1-0-1", {"identifiers": _list(_object({**_NAMED, "type": _TEXT}))}
    ),
}
_DATASETS = _list(_object({**_NAMED, "facets": _object({}, _DATASET_FACETS)}))

EVENT: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    **_object(
        {
            "eventType": {"enum": ["START", "RUNNING", "COMPLETE", "ABORT", "FAIL", "OTHER"]},
            "eventTime": _TIME,
            "producer": _URI,
            "schemaURL": {"const": f"https://openlineage.io/spec/{_CORE}/RunEvent"},
            "run": _object({"runId": _UUID, "facets": _object({}, _RUN_FACETS)}),
            "job": _object({**_NAMED, "facets": _object({}, _JOB_FACETS)}),
            "inputs": _DATASETS,
            "outputs": _DATASETS,
        }
    ),
}
