"""From a resolved operation to the run and the process that it becomes."""

from __future__ import annotations

import shutil
import tempfile
import uuid
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from lineage_index.index.index import Index
from lineage_index.index.resolve import ResolvedOperation
from lineage_index.local.command import RUN_VARIABLE, STORE_VARIABLE, Command, command_of
from lineage_index.local.events import Noted, Report
from lineage_index.local.init import fetches, lay_out
from lineage_index.local.record import digest
from pql.joins.document import Node, Scalar, Sequence, plain
from pql.joins.opfile import Operation
from pql.joins.values import Context

__all__ = ["Job", "Workshop"]


@dataclass(frozen=True, slots=True)
class Job:
    """A run to be made. `print` is the same for runs of the same command with the same params; `original` is
    the uuid of the run that this one makes anew."""

    name: str
    uuid: str
    command: Command
    inputs: Mapping[str, Any]
    edges: Mapping[str, Mapping[str, Any]]
    print: str
    tags: tuple[str, ...] = ()
    description: str | None = None
    original: str | None = None


@dataclass(frozen=True, slots=True)
class Workshop:
    """What all jobs of a local run have in common."""

    store: Path
    folder: Path
    project: str | None
    params: Mapping[str, Any]
    globals: Mapping[str, Any]
    report: Report

    def context(self, operation: Operation, dag_run: str | None, trial: Mapping[str, Any]) -> Context:
        """What an operation is resolved with, without what only a run of its own gives."""
        given = {name: value for name, value in self.params.items() if name not in trial}
        told = {} if self.project is None else {"project_name": self.project}
        return Context({**given, **trial}, {**told, **self.globals}, None, dag_run)

    def job(
        self,
        index: Index,
        operation: Operation,
        name: str,
        dag_run: str | None,
        trial: Mapping[str, Any],
        laid_out: ExitStack,
        *,
        say: bool,
    ) -> Job:
        """Resolve the operation with the params of one trial (none: an operation alone). What it fetches is
        there until `laid_out` is closed. `say` what there is to warn of. Raises PqlError."""
        own = uuid.uuid4().hex
        context = None
        if fetches(operation):
            context = Path(tempfile.mkdtemp(prefix="pql-run-"))
            laid_out.callback(shutil.rmtree, context, ignore_errors=True)
        artifacts = self.store if context is None else context
        places = {
            "uuid": own,
            "name": name,
            "artifacts_path": str(artifacts),
            "run_artifacts_path": str(self.store / own),
            "run_outputs_path": str(self.store / own / "outputs"),
        }
        known = self.context(operation, dag_run, trial)
        known = replace(known, globals={**places, **known.globals})
        resolved = index.resolve(operation, known)
        if say and resolved.warnings:
            self.report(Noted(resolved.warnings))
        if context is not None:
            for sentence in lay_out(resolved.operation, self.store.joinpath, context):
                self.report(Noted(text=sentence))
        return self._job(operation, resolved, name, own)

    def _job(self, operation: Operation, resolved: ResolvedOperation, name: str, own: str) -> Job:
        inputs = _inputs(operation, resolved)
        variables = {RUN_VARIABLE: own, STORE_VARIABLE: str(self.store)}
        described = operation.node.get("description")
        return Job(
            name=name,
            uuid=own,
            command=command_of(operation, resolved.operation, inputs, variables, self.folder),
            inputs=inputs,
            edges=resolved.edges,
            print=digest(None if operation.run is None else plain(operation.run), dict(resolved.params)),
            tags=_texts(operation.node.get("tags")),
            description=described.text if isinstance(described, Scalar) else None,
        )


def _inputs(operation: Operation, resolved: ResolvedOperation) -> dict[str, Any]:
    """The params that the run has as inputs: all but those that serve the templates alone."""
    alone = {name for name, param in operation.params().items() if param.context_only}
    alone |= {name for name, param in resolved.resolution.params.items() if param.context_only}
    return {name: value for name, value in resolved.params.items() if name not in alone}


def _texts(node: Node | None) -> tuple[str, ...]:
    if isinstance(node, Scalar):
        return tuple(part.strip() for part in node.text.split(",") if part.strip())
    if isinstance(node, Sequence):
        return tuple(each.text for each in node.items if isinstance(each, Scalar))
    return ()
