"""The operations of a YAML document at any depth: their joins and their matrices, with what is wrong in them.

Reading goes on after a fault: each part of a join is read by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from pql.binder.binder import Clock
from pql.check.matrix import Matrix, read_matrix
from pql.check.model import Report
from pql.check.scalars import content_start, exact
from pql.check.search import Search, read_search
from pql.check.texts import Text, masked
from pql.diagnostics.diagnostic import PqlError
from pql.diagnostics.span import Span
from pql.diagnostics.suggest import suggestion
from pql.joins.document import Mapping, Node, Scalar, Sequence, read_document
from pql.joins.inputs import check_inputs
from pql.joins.model import Join, JoinParam
from pql.joins.opfile import Operation
from pql.joins.read import read_join, shown
from pql.joins.resolver import resolve
from pql.joins.source import Source, placed
from pql.joins.values import Context

__all__ = ["Document", "JoinUnit", "Unit", "looks_like_operation", "read_operations", "split_documents"]

_MARKER = re.compile(r"^(?P<sign>---|\.\.\.)(?=\s|\Z)", re.MULTILINE)
_CONTENT = re.compile(r"^(?![ \t]*(?:#|\r?$)|%)", re.MULTILINE)
_SIGNS = frozenset(("joins", "component", "run", "hubRef", "dagRef", "pathRef", "urlRef", "matrix"))
_JOIN_KEYS = {name: name for name in ("query", "sort", "limit", "offset", "params")}
_ANY_QUERY = Scalar("status:_any_", "status:_any_", Span(0, 0), None)


@dataclass(frozen=True, slots=True)
class JoinUnit:
    """One join of a file. `search` is None without a query; `params` are those that could be read."""

    node: Mapping
    search: Search | None
    params: tuple[JoinParam, ...]


@dataclass(frozen=True, slots=True)
class Unit:
    """One operation with joins or params, and every fault found in reading it."""

    operation: Operation
    joins: tuple[JoinUnit, ...]
    faults: tuple[Report, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """One document of a file. `base` is its offset there; spans inside count from it. `texts` are the places
    of its scalars, in which nothing is a comment."""

    source: Source
    base: int
    units: tuple[Unit, ...]
    matrices: tuple[Matrix, ...]
    texts: tuple[Span, ...]
    fault: Report | None = None


def split_documents(text: str) -> list[tuple[int, str]]:
    """The documents of a file, each with its offset. At the beginning of a line `---` and `...` stand for
    nothing else, whatever they stand in."""
    starts, parts = 0, list[tuple[int, str]]()
    for marker in _MARKER.finditer(text):
        parts.append((starts, text[starts : marker.start()]))
        starts = marker.start() if marker["sign"] == "---" else marker.end()
    parts.append((starts, text[starts:]))
    return [(at, part) for at, part in parts if _CONTENT.search(part.removeprefix("---"))]


def looks_like_operation(text: str) -> bool:
    """Whether a text is a YAML mapping with a section that only operations and components have."""
    try:
        _, root = read_document(split_documents(text)[0][1] if split_documents(text) else text, "")
    except PqlError:
        return False
    return isinstance(root, Mapping) and _is_operation(root)


def _is_operation(root: Mapping) -> bool:
    kind = root.get("kind")
    named = isinstance(kind, Scalar) and kind.value in ("operation", "component")
    return named or any(key.value in _SIGNS for key, _ in root.entries)


def read_operations(text: str, name: str, base: int, clock: Clock) -> Document:
    """Read one document. What can't be read at all is its `fault`."""
    try:
        source, root = read_document(text, name)
    except PqlError as error:
        found = error.diagnostic
        span = Span(min(found.span.start, len(text)), min(found.span.end, len(text)))
        fault = Report(span, hint=found.hint, code=found.code, message=found.message)
        return Document(Source(name, text), base, (), (), (), fault)
    walk = _Walk(source, clock, isinstance(root, Mapping) and _is_operation(root))
    walk.visit(root, None, None)
    return Document(source, base, tuple(walk.units), tuple(walk.matrices), tuple(_texts(root, source)))


def _texts(root: Node, source: Source) -> Iterator[Span]:
    stack: list[Node] = [root]
    while stack:
        match stack.pop():
            case Scalar() as scalar:
                start = content_start(scalar, source)
                if source.text[start : start + 1] in ("|", ">") and scalar.verbatim is None:
                    line = source.text.find("\n", start)  # the sign's line may end in a comment
                    start = scalar.span.end if line < 0 else line
                yield Span(start, max(start, scalar.span.end))
            case Sequence(items):
                stack.extend(items)
            case Mapping(entries):
                for key, value in entries:
                    stack += [key, value]


class _Walk:
    def __init__(self, source: Source, clock: Clock, sure: bool) -> None:
        self._source = source
        self._clock = clock
        self._sure = sure
        self._seen: set[int] = set()
        self.units: list[Unit] = []
        self.matrices: list[Matrix] = []

    def visit(self, node: Node, dag: Mapping | None, dag_params: Mapping | None) -> None:
        """Look for operations in a node; `dag` is the component whose run it stands in."""
        if id(node) in self._seen:
            return  # an alias of what was seen
        self._seen.add(id(node))
        match node:
            case Sequence(items):
                for item in items:
                    self.visit(item, dag, dag_params)
            case Mapping():
                self._operation(node, dag, dag_params)
                self._inside(node, dag, dag_params)
            case _:
                pass

    def _inside(self, node: Mapping, dag: Mapping | None, dag_params: Mapping | None) -> None:
        run = node.get("run")
        holds = isinstance(run, Mapping) and run.get("operations") is not None
        for key, value in node.entries:
            if key.value == "joins":
                continue
            if holds and key.value == "run":
                self.visit(value, node, dag_params)
            elif key.value == "component":
                params = node.get("params")
                self.visit(value, dag, params if isinstance(params, Mapping) else None)
            else:
                self.visit(value, dag, dag_params)

    def _operation(self, node: Mapping, dag: Mapping | None, dag_params: Mapping | None) -> None:
        matrix = read_matrix(node.get("matrix"), self._source)
        if matrix is not None:
            self.matrices.append(matrix)
        joins = node.get("joins")
        params = node.get("params") if self._sure and _is_operation(node) else None
        if not (self._sure or _speaks_of_queries(joins)) or (joins is None and params is None):
            return
        own = node.get("component") or _of_dag(node, dag)
        component = own if isinstance(own, Mapping) else None
        operation = Operation(self._source, node, component, "", dag, dag_params)
        self.units.append(_UnitReader(operation, self._clock).read(joins))


def _speaks_of_queries(joins: Node | None) -> bool:
    return isinstance(joins, Sequence) and any(
        isinstance(each, Mapping) and each.get("query") is not None for each in joins.items
    )


def _of_dag(node: Mapping, dag: Mapping | None) -> Node | None:
    """The component of the DAG that `dagRef` names."""
    name = node.get("dagRef")
    run = None if dag is None else dag.get("run")
    components = run.get("components") if isinstance(run, Mapping) else None
    if not isinstance(name, Scalar) or not isinstance(components, Sequence):
        return None
    for each in components.items:
        own = each.get("name") if isinstance(each, Mapping) else None
        if isinstance(own, Scalar) and own.value == name.value:
            return each
    return None


class _Anything(dict[str, Any]):
    """Names of which every one is defined, and has any part."""

    def __contains__(self, name: object) -> bool:
        return True

    def __missing__(self, name: str) -> _Anything:
        return self


class _UnitReader:
    def __init__(self, operation: Operation, clock: Clock) -> None:
        self._operation = operation
        self._source = operation.source
        self._clock = clock
        self._faults: list[Report] = []
        self._names = self._defined()

    def read(self, joins: Node | None) -> Unit:
        found: list[JoinUnit] = []
        if isinstance(joins, Sequence):
            for each in joins.items:
                if isinstance(each, Mapping):
                    found.append(self._join(each))
                else:
                    self._wrong_kind("join", "a mapping with `query` and `params`", each)
        elif joins is not None:
            self._wrong_kind("joins", "a list of joins", joins)
        self._fit(found)
        return Unit(self._operation, tuple(found), tuple(self._faults))

    def _fault(self, error: PqlError, anchor: int | None = None) -> None:
        found = error.diagnostic
        self._faults.append(
            Report(found.span, hint=found.hint, code=found.code, message=found.message, anchor=anchor)
        )

    def _wrong_kind(self, field: str, takes: str, node: Node) -> None:
        where = node.span if isinstance(node, Scalar) else Span(node.span.start, node.span.start + 1)
        self._fault(self._source.error("PQL603", where, field=field, takes=takes, found=shown(node)))

    def _defined(self) -> frozenset[str] | None:
        """The names that templates may begin with; None where they can't all be known."""
        try:
            params, inputs = self._operation.params(), self._operation.inputs()
        except PqlError as error:
            self._fault(error)
            return None
        if self._operation.component is None:
            return None
        names = {*params, *inputs, "params", "globals"}
        return frozenset(names | {"ops"} if self._operation.dag is not None else names)

    def _join(self, node: Mapping) -> JoinUnit:
        misspelt = False
        try:
            node.refuse_others(_JOIN_KEYS, "a join", self._source)
        except PqlError as error:
            misspelt = node.get("query") is None
            self._fault(error)
        query = self._text("query", node.get("query"))
        if node.get("query") is None or (query is not None and not query.masked.strip()):
            hint = "write `query: …`; `status:_any_` matches every run"
            head = node.entries[0][0].span if node.entries else node.span
            if not misspelt:  # one slip is told once
                self._fault(self._source.error("PQL606", head, hint))
            query = None
        sort = self._text("sort", node.get("sort"))
        limit, limit_span = self._number(node, "limit")
        self._number(node, "offset")
        search = None
        if query is not None:
            search = read_search(
                self._source, query, sort, limit, limit_span, clock=self._clock, in_join=True
            )
            self._names_of(query)
        if sort is not None:
            self._names_of(sort)
        return JoinUnit(node, search, tuple(self._params(node)))

    def _text(self, field: str, node: Node | None) -> Text | None:
        if node is None:
            return None
        if not isinstance(node, Scalar):
            self._wrong_kind(field, "a text", node)
            return None
        try:
            return masked(exact(node, self._source))
        except PqlError as error:
            self._fault(error, node.span.start)
            return None

    def _names_of(self, text: Text) -> None:
        """Templates that name nothing."""
        if self._names is None:
            return
        for hole in text.holes:
            named = hole.path[1] if hole.path[0] == "params" and len(hole.path) > 1 else hole.path[0]
            if named not in self._names:
                hint = suggestion(str(named), self._names - {"params"})
                hint = hint or "defined: " + ", ".join(sorted(self._names))
                where = text.placed.locate(hole.span)
                self._fault(self._source.error("PQL608", where, hint, name=hole.name), text.anchor)

    def _number(self, node: Mapping, field: str) -> tuple[int | None, Span | None]:
        """A limit or offset: None where there is none, 0 where only a template knows it."""
        value = node.get(field)
        if value is None:
            return None, None
        text = self._text(field, value)
        if text is None:
            return None, None
        if text.holes:
            self._names_of(text)
            return 0, value.span
        if isinstance(value, Scalar) and type(value.value) is int and value.value >= 1:
            return value.value, value.span
        key = Scalar(field, field, Span(0, 0), None)
        try:
            join = self._alone(key, value)
        except PqlError as error:
            self._fault(error)
            return None, None
        number = join.limit if field == "limit" else join.offset
        return number, value.span

    def _alone(self, key: Scalar, value: Node) -> Join:
        """A join that has this part alone. Raises PqlError."""
        query = Scalar("query", "query", Span(0, 0), None)
        node = Mapping(((query, _ANY_QUERY), (key, value)), Span(0, 0))
        return read_join(node, self._source, _Anything())

    def _params(self, node: Mapping) -> Iterator[JoinParam]:
        params = node.get("params")
        if params is None:
            return
        if not isinstance(params, Mapping):
            self._wrong_kind("params", "a mapping of names to params", params)
            return
        section = Scalar("params", "params", Span(0, 0), None)
        try:
            yield from self._alone(section, params).params
            return
        except PqlError:
            pass  # one by one, so that each fault is told
        for key, value in params.entries:
            try:
                yield from self._alone(section, Mapping(((key, value),), params.span)).params
            except PqlError as error:
                if error.diagnostic.code != "PQL608":
                    self._fault(error)

    def _fit(self, joins: list[JoinUnit]) -> None:
        """Params against what fills them and against the component's inputs."""
        made = [
            Join(placed("status:_any_"), params=each.params, span=each.node.span, source=self._source)
            for each in joins
        ]
        try:
            resolve(made, [()] * len(made))
        except PqlError as error:
            self._fault(error)
        try:
            own, inputs = self._operation.params(), self._operation.inputs()
        except PqlError:
            return  # told already
        bare = replace(self._operation, node=_without(self._operation.node, "params"))
        for join in made:
            for param in join.params:
                if param.name in own:
                    reason = "by `params` and by a join"
                    self._fault(self._source.error("PQL617", param.span, param=param.name, reason=reason))
                try:
                    check_inputs(bare, (replace(join, params=(param,)),), Context())
                except PqlError as error:
                    if error.diagnostic.code in ("PQL614", "PQL615"):
                        self._fault(error)
        if self._operation.component is None:
            return
        for each in own.values():
            if not each.context_only and each.name not in inputs:
                hint = suggestion(each.name, inputs)
                hint = hint or "declare it under `inputs`, or add `contextOnly: true`"
                self._fault(self._source.error("PQL615", each.key.span, hint, param=each.name))


def _without(node: Mapping, name: str) -> Mapping:
    return replace(node, entries=tuple(each for each in node.entries if each[0].value != name))
