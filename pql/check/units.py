"""One operation of a file: its joins, each part read by itself, so that reading goes on after a fault."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pql.binder.binder import Clock
from pql.check.model import Report, report_of
from pql.check.scalars import exact
from pql.check.search import Search, read_search
from pql.check.texts import Text, masked
from pql.diagnostics.diagnostic import PqlError
from pql.diagnostics.span import Span
from pql.diagnostics.suggest import suggestion
from pql.joins.document import Mapping, Node, Scalar, Sequence
from pql.joins.inputs import check_input
from pql.joins.model import Join, JoinParam
from pql.joins.opfile import Input, Operation
from pql.joins.read import read_params, read_whole, shown
from pql.joins.resolver import check_agreement, check_param
from pql.joins.source import placed

__all__ = ["JoinUnit", "Unit", "read_unit"]

_JOIN_KEYS = {name: name for name in ("query", "sort", "limit", "offset", "params")}
_EVERY_RUN = placed("status:_any_")
# What else may give an operation params.
_MORE = ("presets", "isPreset", "template", "runPatch", "patchStrategy")


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


def read_unit(operation: Operation, joins: Node | None, clock: Clock) -> Unit:
    """The operation with what is in its section `joins`; nothing is raised, faults are collected."""
    return _UnitReader(operation, clock).read(joins)


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
        self._faults.append(report_of(error, anchor))

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
        try:
            return read_whole(field, value, self._source, _Anything()), value.span
        except PqlError as error:
            self._fault(error)
            return None, None

    def _params(self, node: Mapping) -> Iterator[JoinParam]:
        params = node.get("params")
        if params is None:
            return
        if not isinstance(params, Mapping):
            self._wrong_kind("params", "a mapping of names to params", params)
            return
        for entry in params.entries:  # one by one, so that each fault is told
            try:
                (param,) = read_params(Mapping((entry,), params.span), self._source, _Anything())
                check_param(param, Join(_EVERY_RUN, span=params.span, source=self._source))
            except PqlError as error:
                if error.diagnostic.code != "PQL608":
                    self._fault(error)
            else:
                yield param

    def _fit(self, joins: list[JoinUnit]) -> None:
        """Params against what fills them and against the component's inputs."""
        made = [
            Join(_EVERY_RUN, params=each.params, span=each.node.span, source=self._source) for each in joins
        ]
        try:
            check_agreement(made)
        except PqlError as error:
            self._fault(error)
        try:
            own, inputs = self._operation.params(), self._operation.inputs()
        except PqlError:
            return  # told already
        for join in made:
            for param in join.params:
                if param.name in own:
                    reason = "by `params` and by a join"
                    self._fault(self._source.error("PQL617", param.span, param=param.name, reason=reason))
                if self._operation.component is None or param.context_only:
                    continue
                try:
                    check_input(param, join, inputs)
                except PqlError as error:
                    self._fault(error)
        if self._operation.component is None:
            return
        for each in own.values():
            if not each.context_only and each.name not in inputs:
                hint = suggestion(each.name, inputs)
                hint = hint or "declare it under `inputs`, or add `contextOnly: true`"
                self._fault(self._source.error("PQL615", each.key.span, hint, param=each.name))
        joined = {param.name for join in made for param in join.params}
        self._unfilled(joined | set(own), inputs)

    def _unfilled(self, given: set[str], inputs: dict[str, Input]) -> None:
        """Inputs without a value. An operation of a DAG gets its params from the file alone; any other may
        get them when it is started."""
        node = self._operation.node
        if self._operation.dag is None or any(node.get(name) is not None for name in _MORE):
            return
        matrix = node.get("matrix")
        varied = matrix.get("params") if isinstance(matrix, Mapping) else None
        if matrix is not None and not isinstance(varied, Mapping):
            return  # lists of values may name any input
        filled = given | {key.text for key, _ in (varied.entries if isinstance(varied, Mapping) else ())}
        head = node.key("name") or node.entries[0][0]
        value = node.get("name")
        for each in inputs.values():
            if each.name in filled or each.is_optional or each.is_output or each.value is not None:
                continue
            span = value.span if isinstance(value, Scalar) else head.span
            self._fault(self._source.error("PQL616", span, "give it under `params`", input=each.name))
