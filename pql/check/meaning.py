"""What several rules ask about a search: its nodes, its keys, whether a value may be missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from pql.binder.bound import (
    AnyOf,
    Bound,
    BoundAnd,
    BoundCondition,
    BoundGroup,
    BoundNot,
    BoundOr,
    ColumnValue,
    FlagTest,
    HistoryValue,
    IsNil,
    KeyValue,
    NumberTest,
    Operator,
    Step,
    Test,
    TextEquals,
    TextLike,
    TextMatches,
    Value,
)
from pql.catalog.fields import Family
from pql.check.known import Known
from pql.check.model import Report
from pql.check.search import Search
from pql.check.texts import Text
from pql.diagnostics.span import Span
from pql.plan.analysis import Finding, FindingKind
from pql.plan.analysis.formula import some_run
from pql.plan.analysis.solver import satisfiable
from pql.syntax.ast import And, Condition, Group, Node, Not, OneOf, Or

__all__ = [
    "KeyUse",
    "ValueUse",
    "analysed",
    "bound_conditions",
    "keyed",
    "may_be_nil",
    "nil_is_possible",
    "nodes",
    "nodes_with",
    "ordered",
    "values_asked",
]

# Every run has these: a folder's file may lack all else, and a run without one is of status `unknown`.
_ALWAYS_THERE = frozenset(("uuid", "status"))


@dataclass(frozen=True, slots=True)
class KeyUse:
    """A key that a query or sort names. `candidates` are the flat keys that it may mean, the longest first;
    `shown` is how it is written."""

    text: Text
    span: Span
    section: str
    key: str
    candidates: tuple[str, ...]
    shown: str

    def found(self, known: Known) -> str | None:
        """The flat key that it means in an index; None if no run has any of them."""
        return next((each for each in self.candidates if known.key(self.section, each)), None)


@dataclass(frozen=True, slots=True)
class ValueUse:
    """A value that a query asks for.

    `condition` asks for it alone, `keys` are the section and key of it (none for a field), `span` is where
    the value is written.
    """

    condition: Bound
    keys: tuple[tuple[str, str], ...]
    node: Condition
    span: Span


def analysed(kind: FindingKind, one: str, several: str) -> Callable[[Search], Iterator[Report]]:
    """The check that passes on what the analysis of a query finds of this kind.

    `one` and `several` say what the clauses do that make it so. A clause that says nothing new is taken away.
    """
    spare = kind in (FindingKind.DUPLICATE, FindingKind.REDUNDANT)

    def check(search: Search) -> Iterator[Report]:
        for finding in search.findings:
            if finding.kind is kind:
                hint = _told(search, finding, one, several)
                edits = _without(search, finding.span) if spare else ()
                what = "the query" if finding.whole else "this"
                yield search.query.report(finding.span, hint, edits, finding.because, what=what)

    return check


def _told(search: Search, finding: Finding, one: str, several: str) -> str:
    """A hint that names the clauses that make a finding so."""
    clauses = [f"`{search.query.placed.text[slice(*span)]}`" for span in finding.because]
    if not clauses:
        return ""
    listed = clauses[0] if len(clauses) == 1 else f"{', '.join(clauses[:-1])} and {clauses[-1]}"
    return f"{listed} {one if len(clauses) == 1 else several}"


def _without(search: Search, span: Span) -> tuple[tuple[Span, str], ...]:
    """The edit that takes a clause of an AND or OR away, with the connective in front of it (behind the first
    one). Nothing where more than the clause stands between its neighbours."""
    for node in () if search.node is None else nodes(search.node):
        if not isinstance(node, And | Or):
            continue
        for place, item in enumerate(node.items):
            if item.span != span:
                continue
            neighbour = node.items[place - 1] if place else node.items[1]
            cut = Span(neighbour.span.end, span.end) if place else Span(span.start, neighbour.span.start)
            between = Span(neighbour.span.end, span.start) if place else Span(span.end, neighbour.span.start)
            connective = search.query.masked[slice(*between)].strip().lower()
            return ((cut, ""),) if connective in (",", "and", "or", "|") else ()
    return ()


def nodes(root: Node) -> Iterator[Node]:
    """Every node of a query, in the order of the text."""
    return (node for node, _ in nodes_with(root))


def nodes_with(root: Node) -> Iterator[tuple[Node, int]]:
    """Every node with the number of NOTs around it."""
    stack: list[tuple[Node, int]] = [(root, 0)]
    while stack:
        node, negations = stack.pop()
        yield node, negations
        match node:
            case And(items) | Or(items):
                stack.extend((item, negations) for item in reversed(items))
            case Not(item):
                stack.append((item, negations + 1))
            case Group():
                stack.append((node.item, negations))
            case Condition():
                pass


def bound_conditions(root: Bound | None) -> Iterator[BoundCondition]:
    """The conditions of a bound query."""
    stack = [] if root is None else [root]
    while stack:
        match stack.pop():
            case BoundCondition() as condition:
                yield condition
            case BoundAnd(items) | BoundOr(items):
                stack.extend(reversed(items))
            case BoundNot(item) | BoundGroup(item=item):
                stack.append(item)
            case _:
                pass


def nil_is_possible(search: Search, path: tuple[Step, ...], value: Value) -> bool:
    """Whether a run that matches may lack the value."""
    condition = None if search.bound is None else search.bound.condition
    needed = condition.items if isinstance(condition, BoundAnd) else (condition,)
    if any(isinstance(each, BoundCondition) and _asks_for(each, path, value) for each in needed):
        return False
    missing = BoundCondition(path, value, IsNil())
    return satisfiable(some_run(true=[missing] if condition is None else [condition, missing], false=[]))


def _asks_for(condition: BoundCondition, path: tuple[Step, ...], value: Value) -> bool:
    """Whether a condition plainly holds for no run without the value."""
    same = condition.path == path and condition.value == value and not condition.negated
    return same and isinstance(condition.test, NumberTest | TextEquals)


def may_be_nil(search: Search, condition: Condition) -> bool:
    """Whether a run that matches may lack the value that a condition of the run itself asks about."""
    for bound in bound_conditions(None if search.bound is None else search.bound.condition):
        if bound.span != condition.span or bound.path or not isinstance(bound.value, ColumnValue | KeyValue):
            continue
        field = bound.value.field if isinstance(bound.value, ColumnValue) else None
        if field is not None and (field.name in _ALWAYS_THERE or field.is_set or field.family is Family.BOOL):
            return False
        return nil_is_possible(search, bound.path, bound.value)
    return False


def keyed(search: Search) -> Iterator[KeyUse]:
    """The keys that a search names, but for those that a template makes."""
    if search.bound is None:
        return
    for condition in bound_conditions(search.bound.condition):
        use = _use(search.query, condition.span, condition.value)
        if use is not None:
            yield use
    if search.sort is not None and len(search.bound.sort) == len(search.terms):
        for term, key in zip(search.terms, search.bound.sort, strict=True):
            use = _use(search.sort, term.subject.span, key.value)
            if use is not None:
                yield use


def _use(text: Text, span: Span, value: Value) -> KeyUse | None:
    match value:
        case KeyValue(section, segments, _, numbers_only) if not value.key.startswith("\0"):
            shown = "metrics" if numbers_only else section.value
            prefixes = tuple(".".join(segments[:count]) for count in range(len(segments), 0, -1))
            candidates = tuple(each.partition("[")[0] or each for each in prefixes)
            name, key = section.value, value.key
        case HistoryValue(_, metric):
            shown, name, key, candidates = "metrics", "outputs", metric, (metric,)
        case _:
            return None
    # The field ends where its condition's colon stands.
    end = span.start + len(text.masked[slice(*span)].partition(":")[0].rstrip())
    where = Span(span.start, end)
    return None if text.open(where) else KeyUse(text, where, name, key, candidates, f"{shown}.{key}")


def values_asked(search: Search) -> Iterator[ValueUse]:
    """The values that a search asks for by equality or by a pattern, negated or not; those of a list one by
    one."""
    if search.node is None or search.bound is None or search.bound.condition is None:
        return
    written = {node.span: node for node in nodes(search.node) if isinstance(node, Condition)}
    for bound, group in _grouped(search.bound.condition):
        node = written.get(bound.span)
        if node is None or search.query.open(bound.span):
            continue
        for test, span in _each(bound.test, node):
            if isinstance(test, _VALUES) or (isinstance(test, NumberTest) and test.operator is Operator.EQ):
                alone: Bound = replace(bound, test=test, negated=False)
                alone = alone if group is None else BoundGroup(group, alone)
                yield ValueUse(alone, _keyed_values(bound), node, span)


_VALUES = TextEquals | TextLike | TextMatches | FlagTest


def _each(test: Test, node: Condition) -> Iterator[tuple[Test, Span]]:
    operation = node.operation
    if isinstance(test, AnyOf) and isinstance(operation, OneOf) and len(test.tests) == len(operation.values):
        for one, value in zip(test.tests, operation.values, strict=True):
            yield one, value.span
    else:
        yield test, node.value_span


def _grouped(root: Bound) -> Iterator[tuple[BoundCondition, Step | None]]:
    """The conditions of a query, each with the group of related elements that it stands in."""
    stack: list[tuple[Bound, Step | None]] = [(root, None)]
    while stack:
        match stack.pop():
            case BoundCondition() as condition, step:
                yield condition, step
            case ((BoundAnd(items) | BoundOr(items)), step):
                stack.extend((item, step) for item in reversed(items))
            case BoundNot(item), step:
                stack.append((item, step))
            case BoundGroup(step, item), None:
                stack.append((item, step))
            case _:
                pass


def _keyed_values(condition: BoundCondition) -> tuple[tuple[str, str], ...]:
    """The section and key that a condition asks about; empty for a field."""
    value = condition.value
    return ((value.section.value, value.key),) if isinstance(value, KeyValue) else ()


def ordered(search: Search) -> Iterator[KeyUse]:
    """The keys of a search that are compared with numbers."""
    for condition in () if search.bound is None else bound_conditions(search.bound.condition):
        if isinstance(condition.test, NumberTest) and condition.test.operator is not Operator.EQ:
            use = _use(search.query, condition.span, condition.value)
            if use is not None and isinstance(condition.value, KeyValue):
                yield use
