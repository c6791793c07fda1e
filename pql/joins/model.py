"""The data of a resolution: joins, the runs they match, and what comes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple, overload

from pql.diagnostics.diagnostic import Diagnostic
from pql.diagnostics.span import Span
from pql.joins.references import Reference, Root, Yield
from pql.joins.source import Placed, Source, placed

__all__ = [
    "Join",
    "JoinParam",
    "MatchedArtifact",
    "MatchedColumns",
    "MatchedRun",
    "PathEntry",
    "Paths",
    "Resolution",
    "ResolvedParam",
    "lineages_of",
    "uuids_of",
]

_NOWHERE = Source("join", "")
_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class PathEntry:
    """One entry of `files` or `dirs`: a sub-path of every run, or a reference to one."""

    value: str | Reference
    span: Span = field(default=Span(0, 0), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Paths:
    """A value of artifacts type. None: the key isn't there, and isn't in the result either."""

    files: tuple[PathEntry, ...] | None = None
    dirs: tuple[PathEntry, ...] | None = None


@dataclass(frozen=True, slots=True)
class JoinParam:
    """One param of a join. `value` is evaluated in every matched run."""

    name: str
    value: Reference | Paths
    context_only: bool = False
    to_init: bool = False
    connection: str | None = None
    span: Span = field(default=Span(0, 0), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Join:
    """A join without templates. `limit` None is no limit; an empty `sort` is the default order."""

    query: Placed
    sort: Placed = field(default_factory=lambda: placed("", "sort"))
    limit: int | None = None
    offset: int = 0
    params: tuple[JoinParam, ...] = ()
    span: Span = field(default=Span(0, 0), compare=False, repr=False)
    source: Source = field(default=_NOWHERE, compare=False, repr=False)


class MatchedArtifact(NamedTuple):
    """One entry of a run's lineage; `path` is relative to the run's folder, or a URI."""

    name: str
    path: str | None
    is_input: bool = False


class MatchedRun(NamedTuple):
    """A run that a join matches, as plain data.

    `fields` may hold name, status, condition (a mapping), owner, project, cloning_kind (texts), created_at,
    schedule_at, started_at, finished_at (datetimes, naive ones are UTC, or their ISO texts), duration
    (seconds). What the join's references don't ask for need not be there.
    """

    uuid: str
    inputs: Mapping[str, Any] = _NOTHING
    outputs: Mapping[str, Any] = _NOTHING
    artifacts: tuple[MatchedArtifact, ...] = ()
    fields: Mapping[str, Any] = _NOTHING


@dataclass(frozen=True, slots=True)
class MatchedColumns(Sequence[MatchedRun]):
    """Matched runs turned: a column for every value that is asked for, all as long as `uuids`.

    It is the same sequence of runs; thousands of them need not be made one by one. `keyed` has the values of
    single references `inputs.k` and `outputs.k`, `whole` the mappings of `inputs` and `outputs` themselves;
    `artifacts` and `fields` are as in `MatchedRun`.
    """

    uuids: Sequence[str]
    keyed: Mapping[Reference, Sequence[Any]] = field(default_factory=dict)
    whole: Mapping[Root, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    artifacts: Sequence[tuple[MatchedArtifact, ...]] | None = None
    fields: Mapping[str, Sequence[Any]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.uuids)

    @overload
    def __getitem__(self, place: int) -> MatchedRun: ...
    @overload
    def __getitem__(self, place: slice) -> list[MatchedRun]: ...
    def __getitem__(self, place: int | slice) -> MatchedRun | list[MatchedRun]:
        if isinstance(place, slice):
            return [self[each] for each in range(*place.indices(len(self)))]
        return MatchedRun(
            self.uuids[place],
            self._section(Root.INPUTS, place),
            self._section(Root.OUTPUTS, place),
            () if self.artifacts is None else self.artifacts[place],
            {name: column[place] for name, column in self.fields.items()},
        )

    def _section(self, root: Root, place: int) -> Mapping[str, Any]:
        if root in self.whole:
            return self.whole[root][place]
        return {
            reference.key: column[place]
            for reference, column in self.keyed.items()
            if reference.root is root and reference.key is not None
        }


def uuids_of(runs: Sequence[MatchedRun]) -> Sequence[str]:
    """The uuid of each run, without making the runs of columns."""
    return runs.uuids if isinstance(runs, MatchedColumns) else [run.uuid for run in runs]


def lineages_of(runs: Sequence[MatchedRun]) -> Sequence[tuple[MatchedArtifact, ...]]:
    """The lineage of each run, likewise."""
    if isinstance(runs, MatchedColumns):
        return ((),) * len(runs) if runs.artifacts is None else runs.artifacts
    return [run.artifacts for run in runs]


@dataclass(frozen=True, slots=True)
class ResolvedParam:
    """A param with its value: a list, or for artifacts a mapping of lists under `files` and `dirs`.

    `type` is what the entries are; `span` the place of the first param that fills it.
    """

    name: str
    value: Any
    type: Yield
    context_only: bool = False
    to_init: bool = False
    connection: str | None = None
    span: Span = field(default=Span(0, 0), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Resolution:
    """The params that joins give, by name, and what there is to say about them."""

    params: Mapping[str, ResolvedParam] = field(default_factory=dict)
    warnings: tuple[Diagnostic, ...] = field(default=(), compare=False)
