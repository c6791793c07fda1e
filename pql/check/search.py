"""A search of a file: query, sort, limit; parsed and bound as far as it can be without its templates' values.

A condition that holds a template is bound as a condition on something of its own that nothing else speaks of:
it may hold or not, so that what is said about the rest is true whatever the value will be.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from pql.binder.binder import Clock, bind
from pql.binder.bound import BoundQuery
from pql.catalog.fields import Entity, entity_of, find_relation
from pql.check.independent import independent
from pql.check.model import Report
from pql.check.texts import Text
from pql.diagnostics.diagnostic import Diagnostic, PqlError
from pql.diagnostics.span import Span
from pql.joins.source import Source
from pql.plan.analysis import Finding, analyze
from pql.syntax.ast import (
    And,
    Call,
    Condition,
    Equals,
    FieldPath,
    Group,
    IsNil,
    Literal,
    Node,
    Not,
    Or,
    Regex,
    SortTerm,
    Subject,
)
from pql.syntax.parser import parse_query, parse_sort

__all__ = ["Search", "field_of", "read_search"]


@dataclass(frozen=True, slots=True)
class Search:
    """One search. `node` is None where the query doesn't parse, `bound` where something in it is wrong.
    `conditions` are those of the query in order, each with what it is a condition on.

    `limit` is None for no limit and 0 for one that only a template knows. `faults` are what the compiler
    refuses, `warnings` what it warns of, `findings` what its meaning alone
    tells. `in_join` says that an operation joins on it.
    """

    source: Source
    query: Text
    sort: Text | None
    limit: int | None
    limit_span: Span | None
    in_join: bool
    node: Node | None
    conditions: tuple[tuple[Condition, Entity], ...]
    terms: tuple[SortTerm, ...]
    bound: BoundQuery | None
    faults: tuple[Report, ...]
    warnings: tuple[Report, ...]
    findings: tuple[Finding, ...] = ()

    @property
    def texts(self) -> tuple[Text, ...]:
        """The query, and the sort if there is one."""
        return (self.query,) if self.sort is None else (self.query, self.sort)


def read_search(
    source: Source,
    query: Text,
    sort: Text | None = None,
    limit: int | None = None,
    limit_span: Span | None = None,
    *,
    clock: Clock,
    in_join: bool = False,
    more: tuple[Report, ...] = (),
) -> Search:
    """Parse and bind; nothing is raised, faults are collected with those that are known (`more`)."""
    faults = list(more)
    node, terms, bound = _parsed(query, faults), _sorted(sort, faults), None
    warnings: tuple[Report, ...] = ()
    listed = () if node is None else tuple(_conditions(node))
    if node is not None:
        bound = _bound(node, listed, query, clock, faults)
    if sort is not None and terms:
        keys = _bound_sort(terms, sort, clock, faults)
        if bound is not None and keys is not None:
            bound = replace(bound, sort=keys.sort)
    if bound is not None:
        warnings = tuple(query.fault(each) for each in bound.warnings)
    condition = None if bound is None else bound.condition
    found = () if condition is None or independent(condition) else analyze(condition)
    return Search(
        source,
        query,
        sort,
        limit,
        limit_span,
        in_join,
        node,
        listed,
        terms,
        bound,
        tuple(faults),
        warnings,
        found,
    )


# Many files hold the same texts; spans count from the beginning of the text, so its tree serves them all.
_tree = lru_cache(maxsize=1024)(parse_query)
_terms = lru_cache(maxsize=1024)(parse_sort)


def _parsed(query: Text, faults: list[Report]) -> Node | None:
    if any(hole.paste for hole in query.holes):
        return None  # what the query says is not known
    try:
        return _tree(query.masked)
    except PqlError as error:
        faults.append(query.fault(error.diagnostic))
        return None


def _sorted(sort: Text | None, faults: list[Report]) -> tuple[SortTerm, ...]:
    if sort is None:
        return ()
    try:
        return _terms(sort.masked)
    except PqlError as error:
        faults.append(sort.fault(error.diagnostic))
        return ()


def _bound(
    node: Node,
    listed: tuple[tuple[Condition, Entity], ...],
    query: Text,
    clock: Clock,
    faults: list[Report],
) -> BoundQuery | None:
    closed = _closed(node, query)
    before = len(faults)
    try:
        bound = bind(closed, clock=clock, text=query.masked)
    except PqlError:
        bound = None
        for condition, entity in listed:
            if query.open(condition.span):
                continue  # its own faults come below
            found = _fault_of(condition, query, entity, clock)
            faults += [] if found is None else [query.fault(found)]
        if len(faults) == before:
            faults += _whole_fault(closed, query, clock)
    for condition, entity in listed:
        if query.open(condition.span):
            faults += _template_faults(condition, query, entity, clock)
    return bound if len(faults) == before else None


def _whole_fault(node: Node, query: Text, clock: Clock) -> list[Report]:
    """A fault that no condition has alone: of a group, or of the whole."""
    found = _fault_of(node, query, Entity.RUN, clock)
    return [] if found is None else [query.fault(found)]


def _fault_of(node: Node, query: Text, entity: Entity, clock: Clock) -> Diagnostic | None:
    try:
        bind(node, clock=clock, text=query.masked, entity=entity)
    except PqlError as error:
        return error.diagnostic
    return None


def _template_faults(condition: Condition, query: Text, entity: Entity, clock: Clock) -> Iterator[Report]:
    """What can be wrong with a condition whatever its templates give."""
    field = field_of(condition.subject)
    name = Span(field.span.start, field.span.start + len(field.name))
    if query.open(name):
        yield _misplaced(query, name, "a template can't be a field, only a value or a key")
        return
    if isinstance(condition.operation, Regex) and query.open(condition.value_span):
        yield _misplaced(query, condition.value_span, "a regular expression holds no literal")
    found = _fault_of(replace(condition, operation=IsNil()), query, entity, clock)
    if found is not None:
        yield query.fault(found)


def _misplaced(query: Text, span: Span, reason: str) -> Report:
    hole = next(each for each in query.holes if each.span.start < span.end and span.start < each.span.end)
    payload = {"name": hole.name, "reason": reason}
    return query.fault(Diagnostic("PQL610", hole.span, payload))


def _bound_sort(
    terms: tuple[SortTerm, ...], sort: Text, clock: Clock, faults: list[Report]
) -> BoundQuery | None:
    """The sort keys as those of a query without a condition; None if a key is wrong or not known."""
    known = tuple(term for term in terms if not sort.open(term.span))
    try:
        bound = bind(None, known, clock=clock, sort_text=sort.masked)
    except PqlError:
        for term in known:
            try:
                bind(None, (term,), clock=clock, sort_text=sort.masked)
            except PqlError as error:
                faults.append(sort.fault(error.diagnostic))
        return None
    return bound if len(known) == len(terms) else None


def field_of(subject: Subject) -> FieldPath:
    """The field that is named, also inside a function."""
    return subject.argument if isinstance(subject, Call) else subject


def _conditions(node: Node) -> Iterator[tuple[Condition, Entity]]:
    stack: list[tuple[Node, Entity]] = [(node, Entity.RUN)]
    while stack:
        current, inside = stack.pop()
        match current:
            case And(items) | Or(items):
                stack.extend((item, inside) for item in reversed(items))
            case Not(item):
                stack.append((item, inside))
            case Group(name, _, item):
                relation = find_relation(name) if inside is Entity.RUN else None
                stack.append((item, inside if relation is None else entity_of(relation)))
            case Condition():
                yield current, inside


def _closed(node: Node, query: Text) -> Node:
    """The tree with a condition of its own in the place of each condition or group with a template."""
    if not query.holes:
        return node
    match node:
        case And(items):
            return replace(node, items=tuple(_closed(item, query) for item in items))
        case Or(items):
            return replace(node, items=tuple(_closed(item, query) for item in items))
        case Not(item):
            return replace(node, item=_closed(item, query))
        case Condition() | Group():
            return _free(node.span) if query.open(node.span) else node


def _free(span: Span) -> Condition:
    key = f"\0{span.start}"
    return Condition(
        FieldPath("inputs", (key,), (True,), span=span), Equals(Literal("", True)), span=span, value_span=span
    )
