"""A lineage as events of OpenLineage (its specification 2-0-2): what each run read and wrote, and when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from lineage_index.index.index import Index
from lineage_index.index.lineage import Direction, Identity, Lineage, Use
from lineage_index.index.lineage_facts import RunFacts, run_facts, run_uses

__all__ = ["openlineage_events"]

_SPEC = "https://openlineage.io/spec"
_CORE = f"{_SPEC}/2-0-2/OpenLineage.json#/$defs"
_ENDS = {
    **dict.fromkeys(("succeeded", "done", "skipped"), "COMPLETE"),
    **dict.fromkeys(("failed", "upstream_failed"), "FAIL"),
    "stopped": "ABORT",
}
_RUNNING = frozenset({"running", "processing", "stopping", "warning", "starting"})


def openlineage_events(index: Index, parts: Sequence[Lineage], identity: Identity) -> list[dict[str, Any]]:
    """The events of every run of the lineage that is in the index, in the order of their times: that it began
    and how it ended, or that it goes on. Runs that are not in the index are named by those that depend on
    them."""
    uuids = list(dict.fromkeys(uuid for part in parts for uuid, node in part.nodes.items() if node.known))
    facts = run_facts(index, uuids)
    uses = run_uses(index, uuids)
    events = _Events(facts, _upstream(parts), identity, index.snapshot.created_at.replace(tzinfo=None))
    found = [event for uuid in uuids for event in events.of_run(facts[uuid], uses.get(uuid, []))]
    return sorted(found, key=lambda each: str(each["eventTime"]))


def _upstream(parts: Sequence[Lineage]) -> dict[str, dict[str, list[str]]]:
    """For each run those it depends on, and the kinds of the edges; shared artifacts are told by datasets."""
    found: dict[str, dict[str, list[str]]] = {}
    for part in parts:
        for node in part.nodes.values():
            for link in node.links:
                if link.kind.startswith("artifact "):
                    continue
                up, down = (
                    (link.uuid, node.uuid) if part.direction is Direction.UP else (node.uuid, link.uuid)
                )
                kinds = found.setdefault(down, {}).setdefault(up, [])
                if link.kind not in kinds:
                    kinds.append(link.kind)
    return found


@dataclass(frozen=True, slots=True)
class _Events:
    facts: dict[str, RunFacts]
    upstream: dict[str, dict[str, list[str]]]
    identity: Identity
    otherwise: datetime
    """The time of events of a run that has none."""

    def of_run(self, run: RunFacts, uses: Sequence[Use]) -> Iterator[dict[str, Any]]:
        """One or two events."""
        status = run.status or "unknown"
        begun = run.started_at or run.created_at or run.updated_at or self.otherwise
        ended = run.finished_at or run.updated_at or begun
        end = _ENDS.get(status)
        if end is not None:
            yield self._event("START", begun, run, uses)
            yield self._event(end, max(begun, ended), run, uses)
        elif run.started_at is not None or status in _RUNNING:
            yield self._event("START", begun, run, uses)
            if status in _RUNNING:
                yield self._event("RUNNING", max(begun, run.updated_at or begun), run, uses)
        else:
            yield self._event("OTHER", begun, run, uses)

    def _event(self, kind: str, at: datetime, run: RunFacts, uses: Sequence[Use]) -> dict[str, Any]:
        return {
            "eventType": kind,
            "eventTime": _time(at),
            "producer": _producer(),
            "schemaURL": f"{_CORE}/RunEvent",
            "run": {"runId": _uuid(run.uuid), "facets": self._run_facets(run)},
            "job": {**_job(run), "facets": _job_facets(run)},
            "inputs": _datasets(uses, self.identity, inputs=True),
            "outputs": _datasets(uses, self.identity, inputs=False),
        }

    def _run_facets(self, run: RunFacts) -> dict[str, Any]:
        own = {"status": run.status or "unknown", "kind": run.kind}
        facets = {"pql_run": _facet(f"{_CORE}/RunFacet", own)}
        if run.schedule_at is not None:
            schema = f"{_SPEC}/facets/1-0-1/NominalTimeRunFacet.json#/$defs/NominalTimeRunFacet"
            facets["nominalTime"] = _facet(schema, {"nominalStartTime": _time(run.schedule_at)})
        if run.tags:
            tags = [{"key": tag, "value": "true", "source": "USER"} for tag in run.tags]
            schema = f"{_SPEC}/facets/1-0-0/TagsRunFacet.json#/$defs/TagsRunFacet"
            facets["tags"] = _facet(schema, {"tags": tags})
        if run.pipeline is not None and _is_uuid(run.pipeline):
            told = self.facts.get(run.pipeline)
            job = {**_job(run), "name": run.pipeline_name or run.pipeline} if told is None else _job(told)
            schema = f"{_SPEC}/facets/1-2-0/ParentRunFacet.json#/$defs/ParentRunFacet"
            facets["parent"] = _facet(schema, {"run": {"runId": _uuid(run.pipeline)}, "job": job})
        upstream = [
            {
                "job": _job(self.facts[up]) if up in self.facts else {**_job(run), "name": up},
                "run": {"runId": _uuid(up)},
                "pql_kinds": kinds,
            }
            for up, kinds in self.upstream.get(run.uuid, {}).items()
            if _is_uuid(up)
        ]
        if upstream:
            schema = f"{_SPEC}/facets/1-0-1/JobDependenciesRunFacet.json#/$defs/JobDependenciesRunFacet"
            facets["jobDependencies"] = _facet(schema, {"upstream": upstream, "downstream": []})
        return facets


def _producer() -> str:
    return f"urn:pql-lineage:{version('pql-lineage')}"


def _facet(schema: str, content: dict[str, Any]) -> dict[str, Any]:
    return {"_producer": _producer(), "_schemaURL": schema, **content}


def _job(run: RunFacts) -> dict[str, Any]:
    """A job is what runs of one name in one project have in common."""
    namespace = "/".join(each for each in (run.owner, run.project) if each)
    return {"namespace": namespace or "default", "name": run.name or run.uuid}


def _job_facets(run: RunFacts) -> dict[str, Any]:
    processing = "SERVICE" if run.kind == "service" else "BATCH"
    told = {"processingType": processing, "integration": "POLYAXON", "jobType": (run.kind or "job").upper()}
    schema = f"{_SPEC}/facets/2-0-4/JobTypeJobFacet.json#/$defs/JobTypeJobFacet"
    facets = {"jobType": _facet(schema, told)}
    if run.description:
        schema = f"{_SPEC}/facets/1-1-0/DocumentationJobFacet.json#/$defs/DocumentationJobFacet"
        facets["documentation"] = _facet(schema, {"description": run.description})
    return facets


_Name = tuple[str, str]
"""(namespace, name) of a dataset."""


def _datasets(uses: Sequence[Use], identity: Identity, *, inputs: bool) -> list[dict[str, Any]]:
    """The artifacts that a run read, or wrote, each once."""
    found: dict[_Name, dict[str, Any]] = {}
    for use in uses:
        if bool(use.is_input) is inputs:
            name, others = _names(use, identity)
            found.setdefault(name, _dataset(use, name, others))
    return list(found.values())


def _names(use: Use, identity: Identity) -> tuple[_Name, list[_Name]]:
    """By what a dataset is known, and its other names. Its content is one, its place another; a path inside a
    run is under that run's uuid, as in the store of artifacts."""
    scope, key = use.identity(identity)
    path = use.path or use.name
    place = _place(path) if not use.identity(Identity.URI)[0] else ("polyaxon", f"{use.uuid}/{path}")
    if scope or key == path:
        return place, []
    return ("content", key), [place]


def _place(path: str) -> _Name:
    """A URI as its store and the name in it; without what may be a password."""
    if path.startswith("/"):
        return "file", path
    try:
        parts = urlsplit(path)
    except ValueError:
        return "uri", path
    name = parts.path + (f"?{parts.query}" if parts.query else "")
    if parts.scheme == "file":
        return "file", name
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}", name.lstrip("/") or "/"


def _dataset(use: Use, name: _Name, others: Sequence[_Name]) -> dict[str, Any]:
    facets = {"pql_artifact": _facet(f"{_CORE}/DatasetFacet", {"name": use.name, "kind": use.kind})}
    if use.state and use.state != use.path:
        schema = f"{_SPEC}/facets/1-0-1/DatasetVersionDatasetFacet.json#/$defs/DatasetVersionDatasetFacet"
        facets["version"] = _facet(schema, {"datasetVersion": use.state})
    if others:
        links = [{"namespace": space, "name": own, "type": "LOCATION"} for space, own in others]
        schema = f"{_SPEC}/facets/1-0-1/SymlinksDatasetFacet.json#/$defs/SymlinksDatasetFacet"
        facets["symlinks"] = _facet(schema, {"identifiers": links})
    return {"namespace": name[0], "name": name[1], "facets": facets}


def _time(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds") + "Z"


def _is_uuid(text: str) -> bool:
    try:
        return bool(UUID(text))
    except ValueError:
        return False


def _uuid(text: str) -> str:
    return str(UUID(text))
