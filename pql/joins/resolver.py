"""Joins and the runs they match, to params: a pure function.

A param is a list with an entry a run, in the order of the search, join after join. Nothing is read here, and
no clock is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import reduce
from typing import Any

from pql.diagnostics.diagnostic import Diagnostic, PqlError
from pql.diagnostics.span import Span
from pql.diagnostics.suggest import suggestion
from pql.joins.evaluate import AmbiguousArtifactError, artifact_names, evaluate_all
from pql.joins.model import (
    Join,
    JoinParam,
    MatchedArtifact,
    MatchedRun,
    PathEntry,
    Paths,
    Resolution,
    ResolvedParam,
    lineages_of,
    uuids_of,
)
from pql.joins.paths import below, is_uri, sub_path
from pql.joins.references import FLAGS, Passing, Place, Reference, Root, Yield

__all__ = ["check_agreement", "check_param", "concatenate", "join_edges", "resolve"]

Matches = Sequence[MatchedRun]


def resolve(joins: Sequence[Join], matches: Sequence[Matches]) -> Resolution:
    """The params of all joins; `matches` has the runs of each join in the order of its search.

    Raises PqlError: PQL612 for a reference where it can't stand, PQL613 for a path that leaves the run,
    PQL617 for joins that fill one param differently, PQL618 and PQL619 for artifacts.
    """
    check_agreement(joins)
    parts = [_one(join, runs) for join, runs in zip(joins, matches, strict=True)]
    return reduce(concatenate, parts, Resolution())


def concatenate(first: Resolution, second: Resolution) -> Resolution:
    """The params of both; a param of both has the entries of the first, then those of the second.

    Associative, and `Resolution()` is neutral. Params of one name must be passed on alike (`resolve` checks).
    """
    params = dict(first.params)
    for name, param in second.params.items():
        params[name] = _appended(params[name], param) if name in params else param
    return Resolution(params, first.warnings + second.warnings)


def join_edges(joins: Sequence[Join], matches: Sequence[Matches]) -> dict[str, dict[str, Any]]:
    """For each matched run, by uuid, the values it passes on: param → value, or a list of those that several
    joins pass on."""
    found: dict[str, dict[str, list[Any]]] = {}
    for join, runs in zip(joins, matches, strict=True):
        for run in runs:
            values = found.setdefault(run.uuid, {})
            for param in join.params:
                value = _column(param, join, (run,), quiet=True)[0]
                values.setdefault(param.name, []).append(
                    value if isinstance(param.value, Paths) else value[0]
                )
    return {
        uuid: {name: each[0] if len(each) == 1 else each for name, each in values.items()}
        for uuid, values in found.items()
    }


def check_param(param: JoinParam, join: Join) -> Yield:
    """Hold a param against the tables; the type of its entries. Raises PqlError (PQL612, PQL613)."""
    match param.value:
        case Reference() as reference:
            kind = _yielded(reference, Place.VALUE, param.span, join)
        case Paths(files, dirs):
            kind = Yield.ARTIFACTS
            for place, entries in ((Place.FILES, files), (Place.DIRS, dirs)):
                for entry in entries or ():
                    _check_entry(entry, place, join)
    for passing in _passings(param):
        if not FLAGS[kind, passing]:
            hint = "paths can be fetched: `artifacts.NAME`, or a value with `files` and `dirs`"
            raise join.source.error(
                "PQL612", param.span, hint, reference=str(param.value), place=passing.value
            )
    return kind


def _passings(param: JoinParam) -> Iterable[Passing]:
    if param.to_init:
        yield Passing.TO_INIT
    if param.context_only:
        yield Passing.CONTEXT_ONLY
    if not (param.to_init or param.context_only):
        yield Passing.PLAIN


def _check_entry(entry: PathEntry, place: Place, join: Join) -> None:
    if isinstance(entry.value, Reference):
        _yielded(entry.value, place, entry.span, join)
    elif sub_path(entry.value) is None:
        hint = "an address can't be fetched from the run's folder" if is_uri(entry.value) else ""
        raise join.source.error("PQL613", entry.span, hint or "e.g. `outputs/model`", path=entry.value)


def _yielded(reference: Reference, place: Place, span: Span, join: Join) -> Yield:
    kind = reference.at(place)
    if kind is None:
        hint = "paths are `artifacts.NAME`, or inputs and outputs that hold sub-paths"
        raise join.source.error("PQL612", span, hint, reference=str(reference), place=place.value)
    return kind


def _one(join: Join, runs: Matches) -> Resolution:
    params: dict[str, ResolvedParam] = {}
    warnings: list[Diagnostic] = []
    for param in join.params:
        kind = check_param(param, join)
        value, found = _column(param, join, runs)
        warnings += found
        own = ResolvedParam(
            param.name, value, kind, param.context_only, param.to_init, param.connection, param.span
        )
        params[param.name] = own
    return Resolution(params, tuple(warnings))


def _column(
    param: JoinParam, join: Join, runs: Matches, *, quiet: bool = False
) -> tuple[Any, list[Diagnostic]]:
    """The value of a param, and what to say about it."""
    match param.value:
        case Reference() as reference:
            values = _evaluated(reference, runs, join, param.span, quiet)
            return values, _missing(reference, values, runs, join, param.span)
        case Paths(files, dirs):
            warnings: list[Diagnostic] = []
            value: dict[str, list[str]] = {}
            for name, entries in (("files", files), ("dirs", dirs)):
                if entries is not None:
                    columns = [_paths(entry, runs, join, quiet, warnings) for entry in entries]
                    value[name] = [
                        path for row in zip(*columns, strict=True) for path in row if path is not None
                    ]
            return value, warnings


def _paths(
    entry: PathEntry, runs: Matches, join: Join, quiet: bool, warnings: list[Diagnostic]
) -> list[str | None]:
    """The path that one entry means in each run; None where there is none."""
    if isinstance(entry.value, str):
        literal = sub_path(entry.value) or ""
        return [f"{uuid}/{literal}" for uuid in uuids_of(runs)]
    reference = entry.value
    found: list[str | None] = []
    for uuid, value in zip(uuids_of(runs), _evaluated(reference, runs, join, entry.span, quiet), strict=True):
        if reference.root is not Root.ARTIFACTS and value is not None:
            inside = sub_path(value) if isinstance(value, str) else None
            if inside is None:
                hint = f"`{reference}` of run {uuid[:8]} holds it"
                raise join.source.error("PQL613", entry.span, hint, path=str(value)[:80])
            value = below(uuid, inside)
        found.append(value)
    warnings += _missing(reference, found, runs, join, entry.span)
    return found


def _evaluated(reference: Reference, runs: Matches, join: Join, span: Span, quiet: bool) -> list[Any]:
    try:
        values = evaluate_all(reference, runs)
    except AmbiguousArtifactError as error:
        paths = ", ".join(error.paths)
        hint = "give the path itself, under `files` or `dirs`"
        raise join.source.error(
            "PQL619", span, hint, run=error.uuid[:8], artifact=error.name, paths=paths
        ) from None
    is_name = reference.name == "artifacts.*"
    if is_name and runs and not quiet and not any(map(_has_named(reference), lineages_of(runs))):
        raise _no_such_artifact(reference.key or "", runs, join, span)
    return values


def _has_named(reference: Reference) -> Callable[[Sequence[MatchedArtifact]], bool]:
    """Whether a lineage has a path under the name that is asked for."""
    name = reference.key

    def has(lineage: Sequence[MatchedArtifact]) -> bool:
        return any(each.name == name and each.path is not None for each in lineage)

    return has


def _no_such_artifact(name: str, runs: Matches, join: Join, span: Span) -> PqlError:
    known = artifact_names(tuple(each for lineage in lineages_of(runs) for each in lineage))
    hint = suggestion(name, known) or "a path in each run can be given instead: `{dirs: sub/path}`"
    return join.source.error("PQL618", span, hint, artifact=name)


def _missing(
    reference: Reference, values: Sequence[Any], runs: Matches, join: Join, span: Span
) -> list[Diagnostic]:
    count = values.count(None)
    if not count:
        return []
    total = f"{len(runs):,}"
    found: list[Diagnostic] = []
    outside = 0
    if reference.name == "artifacts.*":
        name = reference.key or ""
        has = _has_named(reference)
        pairs = zip(lineages_of(runs), values, strict=True)
        outside = sum(1 for lineage, value in pairs if value is None and lineage and has(lineage))
        if outside:
            found.append(
                join.source.finding("PQL655", span, count=f"{outside:,}", total=total, artifact=name)
            )
    if count > outside:
        hint = (
            "ask for `artifacts.name:" + (reference.key or "") + "`"
            if reference.root is Root.ARTIFACTS
            else ""
        )
        if reference.root in (Root.INPUTS, Root.OUTPUTS):
            hint = f"`{reference}:~nil` in the query leaves them out"
        found.append(
            join.source.finding(
                "PQL651", span, hint, count=f"{count - outside:,}", total=total, reference=str(reference)
            )
        )
    return found


def check_agreement(joins: Sequence[Join]) -> None:
    """Joins that fill one param must pass it on alike, as lists or as artifacts. Raises PqlError (PQL617)."""
    known: dict[str, JoinParam] = {}
    for join in joins:
        for param in join.params:
            first = known.setdefault(param.name, param)
            reason = _difference(first, param)
            if reason:
                raise join.source.error("PQL617", param.span, param=param.name, reason=reason)


def _difference(first: JoinParam, second: JoinParam) -> str:
    if isinstance(first.value, Paths) is not isinstance(second.value, Paths):
        return "once as a list, once as `files` and `dirs`"
    if first.context_only is not second.context_only:
        return "`contextOnly` once and once not"
    if first.to_init is not second.to_init:
        return "`toInit` once and once not"
    return "" if first.connection == second.connection else "with two connections"


def _appended(first: ResolvedParam, second: ResolvedParam) -> ResolvedParam:
    kind = first.type if first.type is second.type else Yield.ANY
    return replace(first, value=_both(first.value, second.value), type=kind)


def _both(first: Any, second: Any) -> Any:
    if isinstance(first, dict):
        names = [name for name in ("files", "dirs") if name in first or name in second]
        return {name: [*first.get(name, ()), *second.get(name, ())] for name in names}
    return [*first, *second]
