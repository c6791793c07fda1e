"""Joins against the index: search, fetch what the references ask for, resolve."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, Any

from lineage_index.index.matches import WholeTooLargeError, fetch_matches
from lineage_index.index.prepared import Prepared
from pql.binder.binder import Clock, bind
from pql.binder.literals import normal_uuid
from pql.catalog.fields import Entity
from pql.diagnostics.diagnostic import Diagnostic, PqlError
from pql.joins.compose import compose
from pql.joins.evaluate import AmbiguousArtifactError, evaluate, global_value
from pql.joins.inputs import check_inputs, check_values
from pql.joins.lock import lock_data
from pql.joins.model import Join, MatchedColumns, MatchedRun, Paths, Resolution
from pql.joins.opfile import Operation
from pql.joins.read import read_joins
from pql.joins.references import GLOBALS, Reference, Root
from pql.joins.resolver import join_edges, resolve
from pql.joins.values import Context, RefError, operation_globals, operation_values, template_names
from pql.syntax.ast import And, Condition, Equals, FieldPath, Literal, Node
from pql.syntax.parser import LONGEST, parse_query, parse_sort

if TYPE_CHECKING:
    from lineage_index.index.index import Index

__all__ = [
    "JoinSearch",
    "ResolvedOperation",
    "operation_names",
    "preview",
    "resolve_join",
    "resolve_operation",
]

_WHOLE = tuple(Reference(root) for root in Root)

_LONGEST = 1 << 24
"""Characters of JSON that a join takes of whole `inputs`, or `outputs`: as data they are tens of times as
much."""


@dataclass(frozen=True, slots=True)
class JoinSearch:
    """The search of one join: how many runs match in all, how many the join takes of them, and whether the
    run that joins would have been among them."""

    join: Join
    total: int
    taken: int
    left_out: bool


@dataclass(frozen=True, slots=True)
class ResolvedOperation:
    """An operation whose joins are resolved.

    `operation` is plain data, as it would be written to a file. `params` has the values of all params;
    `resolution` those that joins give. `matches` are the runs of each join in order. `warnings` point into
    the file.
    """

    operation: Mapping[str, Any]
    params: Mapping[str, Any]
    resolution: Resolution
    joins: tuple[Join, ...]
    matches: tuple[Sequence[MatchedRun], ...] = field(repr=False)
    snapshot: int
    warnings: tuple[Diagnostic, ...]
    name: str | None

    @property
    def lock(self) -> dict[str, Any]:
        """What a lock file holds of this."""
        joined = self.resolution.params
        values = {name: value for name, value in self.params.items() if name not in joined}
        return lock_data(self.name, values, self.joins, self.matches, self.snapshot)

    @property
    def edges(self) -> dict[str, dict[str, Any]]:
        """Upstream uuid → the values that it passes on: the lineage that the joins make."""
        return join_edges(self.joins, self.matches)


def resolve_operation(
    index: Index,
    operation: Operation,
    context: Context | None = None,
    *,
    now: datetime | None = None,
    tz: tzinfo = UTC,
) -> ResolvedOperation:
    """Resolve every join of an operation. Raises PqlError with the place in the file."""
    session = _Session(index, context or Context(), now, tz)
    values, known, joins = session.read(operation)
    matches: list[MatchedColumns] = []
    warnings = list(check_inputs(operation, joins, session.context))
    for join in joins:
        found, said = session.matches(join)
        matches.append(found)
        warnings += said
    resolution = _resolved(session, joins, matches)
    check_values(operation, joins, resolution)
    composed, more = compose(operation, values, resolution, known)
    return ResolvedOperation(
        operation=composed,
        params={**values, **{name: param.value for name, param in resolution.params.items()}},
        resolution=resolution,
        joins=joins,
        matches=tuple(matches),
        snapshot=index.version,
        warnings=(*warnings, *resolution.warnings, *more),
        name=operation.name,
    )


def operation_names(
    index: Index, operation: Operation, context: Context | None = None, *, now: datetime | None = None
) -> dict[str, Any]:
    """What templates outside of the joins may name, such as those of a matrix. Raises PqlError."""
    return template_names(*_Session(index, context or Context(), now, UTC).values(operation))


def resolve_join(
    index: Index,
    join: Join,
    context: Context | None = None,
    *,
    now: datetime | None = None,
    tz: tzinfo = UTC,
) -> Resolution:
    """Resolve one join. Raises PqlError."""
    session = _Session(index, context or Context(), now, tz)
    found, warnings = session.matches(join)
    resolution = _resolved(session, (join,), [found])
    return Resolution(resolution.params, (*warnings, *resolution.warnings))


def preview(
    index: Index,
    operation: Operation,
    context: Context | None = None,
    *,
    now: datetime | None = None,
    tz: tzinfo = UTC,
) -> tuple[tuple[JoinSearch, ...], tuple[Diagnostic, ...]]:
    """The search of each join and how many runs it matches, without fetching any value. Raises PqlError."""
    session = _Session(index, context or Context(), now, tz)
    _, _, joins = session.read(operation)
    warnings = list(check_inputs(operation, joins, session.context))
    searches: list[JoinSearch] = []
    for join in joins:
        search, said = session.search(join)
        total = session.count(search)
        rest = max(0, total - join.offset)
        taken = rest if join.limit is None else min(rest, join.limit)
        warnings += said
        searches.append(JoinSearch(join, total, taken, any(each.code == "PQL652" for each in said)))
    return tuple(searches), tuple(warnings)


def _resolved(session: _Session, joins: Sequence[Join], matches: list[MatchedColumns]) -> Resolution:
    try:
        return resolve(joins, matches)
    except PqlError as error:
        if error.diagnostic.code != "PQL618":
            raise
        # The names that the runs do have make the better hint.
        resolve(joins, [session.matches(join, every=True)[0] for join in joins])
        raise


def _references(join: Join) -> Iterator[Reference]:
    for param in join.params:
        match param.value:
            case Reference():
                yield param.value
            case Paths(files, dirs):
                entries = (*(files or ()), *(dirs or ()))
                yield from (each.value for each in entries if isinstance(each.value, Reference))


def _too_large(join: Join, error: WholeTooLargeError) -> PqlError:
    name = str(error.reference)
    span = next((param.span for param in join.params if param.value == error.reference), join.span)
    hint = f"ask for single values, `{name}.KEY`, or set a `limit`"
    return join.source.error(
        "PQL624", span, hint, reference=name, length=f"{error.length:,}", limit=f"{_LONGEST:,}"
    )


def _equals(field: str, value: str) -> Condition:
    return Condition(FieldPath(field), Equals(Literal(value, True)))


def _both(first: Node, *more: Node) -> And:
    return And((*first.items, *more) if isinstance(first, And) else (first, *more))


class _Session:
    """One resolution: the index, the context, and one moment for all of its searches."""

    def __init__(self, index: Index, context: Context, now: datetime | None, tz: tzinfo) -> None:
        self._index = index
        self._engine = index._engine
        self._clock = Clock(now or datetime.now(UTC), tz)
        run = None if context.run is None else normal_uuid(context.run)
        self._run = run
        self._dag_run = None if context.dag_run is None else normal_uuid(context.dag_run)
        self.context = context

    def read(self, operation: Operation) -> tuple[dict[str, Any], dict[str, Any], tuple[Join, ...]]:
        """The params' values, what templates may name besides, and the joins."""
        values, known = self.values(operation)
        names = template_names(values, known)
        return values, known, read_joins(operation.node.get("joins"), operation.source, names)

    def values(self, operation: Operation) -> tuple[dict[str, Any], dict[str, Any]]:
        """The params' values, and what templates may name besides."""
        known: dict[str, Any] = {"globals": operation_globals(operation, self._globals())}
        if self._dag() is not None:
            known["ops"] = _Ops(self)
        return operation_values(operation, self.context, known, self._look_up), known

    def matches(self, join: Join, *, every: bool = False) -> tuple[MatchedColumns, list[Diagnostic]]:
        """The runs of a join in order, and what there is to say about its search."""
        search, warnings = self.search(join)
        try:
            found = self._fetch(search, tuple(_references(join)), every, _LONGEST)
        except WholeTooLargeError as error:
            raise _too_large(join, error) from None
        if not found:
            warnings.append(join.source.finding("PQL656", join.query.whole))
        return found, warnings

    def search(self, join: Join) -> tuple[Prepared, list[Diagnostic]]:
        """The join's search, without the run that joins. Raises PqlError with the place in the file."""
        try:
            search = self._index._prepared(
                join.query.text, join.sort.text, join.limit, join.offset, "runs", self._clock, LONGEST
            )
        except PqlError as error:
            source = error.diagnostic.source
            text = join.sort if source == "sort" else join.query
            raise text.blame(error) from None
        warnings = [
            (join.sort if each.source == "sort" else join.query).blame(PqlError(each, "")).diagnostic
            for each in search.warnings
        ]
        if self._run is not None:
            own = _equals("uuid", self._run)
            if self.count(self._narrowed(join, own)):
                warnings.append(join.source.finding("PQL652", join.query.whole, run=self._run[:8]))
                search = self._narrowed(join, Condition(own.subject, own.operation, negated=True))
        return search, warnings

    def count(self, search: Prepared) -> int:
        """How many runs match, whatever the page."""
        return int(self._engine.rows(search.count)[0][0])

    def _narrowed(self, join: Join, condition: Condition) -> Prepared:
        """The join's search for runs that satisfy one more condition."""
        bound = bind(
            _both(parse_query(join.query.text), condition),
            parse_sort(join.sort.text),
            clock=self._clock,
            text=join.query.text,
            sort_text=join.sort.text,
            limit=join.limit,
            offset=join.offset,
            entity=Entity.RUN,
        )
        return Prepared(bound, self._index.snapshot.layout)

    def _fetch(
        self,
        search: Prepared,
        references: Sequence[Reference],
        every: bool = False,
        longest: int | None = None,
    ) -> MatchedColumns:
        return fetch_matches(self._engine, search, references, every=every, longest=longest)

    # Other runs: the one that joins, those of the DAG, any by its uuid.

    def find(self, node: Node, references: Sequence[Reference]) -> MatchedColumns:
        """The runs that satisfy a condition of our own."""
        bound = bind(node, (), clock=self._clock, text="", sort_text="", limit=3, offset=0, entity=Entity.RUN)
        return self._fetch(Prepared(bound, self._index.snapshot.layout), references)

    def _globals(self) -> dict[str, Any]:
        known = dict(self.context.globals)
        if self._run is None:
            return known
        found = self.find(_equals("uuid", self._run), [Reference(Root.GLOBALS)])
        run = found[0] if found else MatchedRun(self._run)
        told = {name: global_value(run, name) for name in GLOBALS}
        return {**{name: value for name, value in told.items() if value is not None}, **known}

    def _dag(self) -> str | None:
        """The run of the DAG: as given, else the pipeline of the run that joins."""
        if self._dag_run is None and self._run is not None:
            found = self._engine.select("SELECT pipeline FROM runs WHERE uuid = $1", (self._run,))
            self._dag_run = found[0][0] if found else None
        return self._dag_run

    def operation_run(self, name: str, references: Sequence[Reference]) -> MatchedRun:
        """The run of an operation of the DAG. Raises RefError."""
        dag = self._dag()
        if dag is None:
            raise RefError("which run of the DAG is meant is not known; give it with `--dag-run UUID`")
        found = self.find(_both(_equals("pipeline", dag), _equals("name", name)), references)
        if len(found) != 1:
            count = "no run" if not found else "more than one run"
            raise RefError(f"{count} of the pipeline {dag[:8]} is named `{name}`")
        return found[0]

    def operation_names(self) -> list[str]:
        """The names of the runs of the DAG, a few of them."""
        sql = "SELECT DISTINCT name FROM runs WHERE pipeline = $1 AND name IS NOT NULL ORDER BY name LIMIT 20"
        return [each[0] for each in self._engine.select(sql, (self._dag(),))]

    def _look_up(self, ref: str, reference: Reference) -> Any:
        kind, _, name = ref.partition(".")
        if kind == "ops" and name:
            run = self.operation_run(name, [reference])
        elif kind == "runs" and name:
            found = self.find(_equals("uuid", normal_uuid(name)), [reference])
            if not found:
                raise RefError("the index has no such run")
            run = found[0]
        else:
            raise RefError("a `ref` is `ops.NAME`, `runs.UUID` or `dag`")
        try:
            value = evaluate(reference, run)
        except AmbiguousArtifactError as error:
            raise RefError(f"the run has several artifacts of that name: {', '.join(error.paths)}") from None
        if value is None:
            raise RefError(f"the run {run.uuid[:8]} has no `{reference}`")
        return value


class _Ops(Mapping[str, Any]):
    """`ops` in templates: the runs of the DAG's operations, looked up when they are named."""

    def __init__(self, session: _Session) -> None:
        self._session = session
        self._found: dict[str, dict[str, Any]] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._found:
            try:
                run = self._session.operation_run(name, _WHOLE)
            except RefError:
                raise KeyError(name) from None
            self._found[name] = {reference.root.value: evaluate(reference, run) for reference in _WHOLE}
        return self._found[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._session.operation_names())

    def __len__(self) -> int:
        return len(self._session.operation_names())
