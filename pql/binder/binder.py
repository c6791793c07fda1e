"""AST and catalog to a bound query."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from functools import cache
from typing import assert_never

from pql.binder.bound import (
    Bound,
    BoundAnd,
    BoundCondition,
    BoundConstant,
    BoundGroup,
    BoundNot,
    BoundOr,
    BoundQuery,
    ColumnValue,
    ElementId,
    FieldTest,
    IsEmpty,
    IsNil,
    KeyValue,
    NumberTest,
    Operator,
    SectionValue,
    SortKey,
    Step,
    Test,
    TextMatches,
    TextOrder,
    TimeTest,
)
from pql.binder.literals import OPERATORS, Typing, is_null, type_operation
from pql.binder.paths import Target, bind_subject, keyless
from pql.binder.regexes import LARGEST_TOGETHER, regex_size
from pql.catalog.fields import Entity, Family, Field, Relation, entity_of, find_field, find_relation
from pql.diagnostics.diagnostic import Diagnostic, PqlError
from pql.diagnostics.span import Span
from pql.diagnostics.suggest import suggestion
from pql.syntax.ast import (
    And,
    AnyValue,
    Compare,
    Condition,
    Equals,
    FieldPath,
    Group,
    Literal,
    Node,
    Not,
    OneOf,
    Operation,
    Or,
    SortTerm,
)
from pql.syntax.ast import IsNil as NilOperation
from pql.syntax.parser import spelt_field

__all__ = ["Clock", "bind", "default_sort"]


@dataclass(frozen=True, slots=True)
class Clock:
    """What date literals depend on: the present moment (aware) and the zone of literals without one."""

    now: datetime
    zone: tzinfo = UTC


@dataclass(slots=True)
class _Context:
    text: str
    clock: Clock
    warnings: list[Diagnostic] = field(default_factory=list)
    patterns: int = 0
    """The sizes of the regular expressions so far."""


def bind(
    node: Node | None,
    sort: tuple[SortTerm, ...] = (),
    *,
    clock: Clock,
    text: str = "",
    sort_text: str = "",
    limit: int | None = None,
    offset: int = 0,
    entity: Entity = Entity.RUN,
) -> BoundQuery:
    """The bound query. `text` and `sort_text` are what the nodes were parsed from, for diagnostics.

    Raises PqlError: PQL2xx for names, PQL3xx for types, PQL4xx for limits.
    """
    _check_page(limit, offset)
    context = _Context(text, clock)
    condition = None if node is None else _bind(node, entity, context)
    keys = tuple(_bind_sort(term, entity, sort_text) for term in sort) or default_sort(entity)
    return BoundQuery(entity, condition, keys, limit, offset, tuple(context.warnings))


@cache
def default_sort(entity: Entity) -> tuple[SortKey, ...]:
    """Newest change first."""
    updated = find_field(Entity.RUN, "updated_at")
    assert updated is not None
    path = () if entity is Entity.RUN else (Step(Relation.RUN),)
    return (SortKey(path, ColumnValue(updated), descending=True),)


def _check_page(limit: int | None, offset: int) -> None:
    if limit is not None and not _whole(limit, 1):
        raise PqlError(Diagnostic("PQL401", Span(0, 0), {"value": str(limit)}, source="limit"), "")
    if not _whole(offset, 0):
        raise PqlError(Diagnostic("PQL402", Span(0, 0), {"value": str(offset)}, source="offset"), "")


def _whole(number: object, least: int) -> bool:
    return isinstance(number, int) and not isinstance(number, bool) and number >= least


def _bind(node: Node, entity: Entity, context: _Context) -> Bound | None:
    """The bound node; None where nothing is asked (`field:_any_`), so that it drops out of AND and OR."""
    match node:
        case Condition():
            return _bind_condition(node, entity, context)
        case And(items, span):
            bound = _bind_items(items, entity, context)
            return BoundAnd(bound, span) if len(bound) > 1 else _single(bound)
        case Or(items, span):
            bound = _bind_items(items, entity, context)
            return BoundOr(bound, span) if len(bound) > 1 else _single(bound)
        case Not(item, span):
            inner = _bind(item, entity, context)
            return None if inner is None else BoundNot(inner, span)
        case Group():
            return _bind_group(node, entity, context)
        case _:
            assert_never(node)


def _bind_items(items: tuple[Node, ...], entity: Entity, context: _Context) -> tuple[Bound, ...]:
    bound = (_bind(item, entity, context) for item in items)
    return tuple(each for each in bound if each is not None)


def _single(bound: tuple[Bound, ...]) -> Bound | None:
    return bound[0] if bound else None


def _bind_group(group: Group, entity: Entity, context: _Context) -> Bound:
    relation = find_relation(group.relation) if entity is Entity.RUN else None
    if relation is None or relation.to_one or (group.transitive and not relation.walkable):
        name = group.relation + ("*" if group.transitive else "")
        known = ("artifacts", "connections", "upstream", "downstream", "upstream*", "downstream*")
        span = Span(group.span.start, group.span.start + len(name))
        hint = suggestion(name, known)
        raise PqlError(Diagnostic("PQL206", span, {"field": name}, hint), context.text)
    item = _bind(group.item, entity_of(relation), context) or BoundConstant(True, group.item.span)
    return BoundGroup(Step(relation, group.transitive), item, group.span)


def _bind_condition(condition: Condition, entity: Entity, context: _Context) -> Bound | None:
    target = bind_subject(condition.subject, entity, context.text)
    if isinstance(target.value, SectionValue):
        _check_section(condition, context)
    test = _field_test(condition, target, entity, context)
    if test is None:
        typing = Typing(
            target.name,
            target.field.family,
            context.clock.now,
            context.clock.zone,
            context.text,
            condition.value_span,
        )
        operation = condition.operation
        if isinstance(operation, AnyValue) and condition.negated:  # only the plain word means "any"
            operation = Equals(Literal("_any_", False, condition.value_span))
        test = type_operation(operation, typing)
    if test is None:
        return None
    if isinstance(test, TextMatches):
        _add_pattern(test, condition.value_span, context)
    _warn_closed(condition, target.field, context)
    _warn_missing(condition.operation, target, context)
    if isinstance(target.value, ElementId) and isinstance(test, IsNil):
        test = IsEmpty()
    negated = condition.negated
    if negated and isinstance(condition.operation, Compare):  # of a range with one end `~` is the complement
        turned = _turned(test)
        if turned is not None:
            test, negated = turned, False
    return BoundCondition(target.path, target.value, test, negated, condition.span)


def _check_section(condition: Condition, context: _Context) -> None:
    """Of a whole section nil can be asked, and nothing."""
    if not isinstance(condition.operation, NilOperation | AnyValue) or (
        condition.negated and isinstance(condition.operation, AnyValue)
    ):
        assert isinstance(condition.subject, FieldPath)
        raise keyless(condition.subject, context.text)


def _turned(test: Test) -> Test | None:
    """What `~` makes of an ordering; None where `~` is the complement."""
    match test:
        case NumberTest(operator, number) if operator is not Operator.EQ:
            return NumberTest(operator.turned, number)
        case TimeTest(operator, instant):
            return TimeTest(operator.turned, instant)
        case TextOrder(operator, text):
            return TextOrder(operator.turned, text)
        case FieldTest(operator, other) if operator is not Operator.EQ:
            return FieldTest(operator.turned, other)
        case _:
            return None


def _field_test(condition: Condition, target: Target, entity: Entity, context: _Context) -> Test | None:
    """A comparison with another field of the same run, if the right side spells one."""
    operation = condition.operation
    literal: Literal
    if isinstance(operation, Compare):
        operator, literal = OPERATORS[operation.operator], operation.value
    elif isinstance(operation, Equals) and target.field.family is Family.SCALAR:
        operator, literal = Operator.EQ, operation.value
    else:
        return None
    head, _, rest = literal.text.partition(".")
    other = find_field(Entity.RUN, head)
    if other is None or other.section is None or not rest or target.field.family not in _COMPARABLE:
        return None
    path = spelt_field(literal, context.text)
    if path is None:
        return None
    if target.path or entity is not Entity.RUN:
        payload = {"field": target.name, "other": literal.text}
        raise PqlError(Diagnostic("PQL309", literal.span, payload), context.text)
    bound = bind_subject(path, entity, context.text).value
    assert isinstance(bound, KeyValue)
    return FieldTest(operator, bound)


_COMPARABLE = frozenset({Family.SCALAR, Family.DURATION, Family.CPU, Family.MEMORY, Family.ANY})


def _warn_closed(condition: Condition, target: Field, context: _Context) -> None:
    if not target.closed:
        return
    literals: tuple[Literal, ...] = ()
    match condition.operation:
        case Equals(value):
            literals = (value,)
        case OneOf(values):
            literals = values
        case _:
            pass
    for literal in literals:
        if literal.text not in target.closed and not (literal.text == "nil" and not literal.quoted):
            payload = {"field": target.name, "value": literal.text}
            hint = suggestion(literal.text, target.closed)
            context.warnings.append(Diagnostic("PQL502", literal.span, payload, hint))


def _warn_missing(operation: Operation, target: Target, context: _Context) -> None:
    """As in Polyaxon, both may stand in a list: `nil` is a text there, JSON's `null` matches nothing."""
    if not isinstance(operation, OneOf):
        return
    for literal in operation.values:
        if literal.text == "nil" and not literal.quoted:
            hint = f"write `{target.name}:nil OR …`, or quote it if the text is meant"
        elif target.field.family is Family.ANY and is_null(literal):
            hint = f"write `{target.name}:nil OR …` for null and missing values"
        else:
            continue
        context.warnings.append(Diagnostic("PQL503", literal.span, {"value": literal.text}, hint))


def _add_pattern(test: TextMatches, span: Span, context: _Context) -> None:
    context.patterns += regex_size(test.pattern)
    if context.patterns > LARGEST_TOGETHER:
        reason = "the patterns of this query are too large together"
        raise PqlError(Diagnostic("PQL307", span, {"reason": reason}), context.text)


def _bind_sort(term: SortTerm, entity: Entity, text: str) -> SortKey:
    try:
        target = bind_subject(term.subject, entity, text)
        if isinstance(target.value, SectionValue):
            assert isinstance(term.subject, FieldPath)
            raise keyless(term.subject, text)
    except PqlError as error:
        if error.diagnostic.code != "PQL201":
            raise PqlError(replace(error.diagnostic, source="sort"), error.text) from None
        raise _unsortable(term, error.diagnostic.hint, error.text) from None
    single = all(step.relation.to_one for step in target.path)
    a_set = isinstance(target.value, ColumnValue) and target.value.field.is_set
    no_order = isinstance(target.value, ElementId) or target.field.family is Family.JSON
    if not single or a_set or no_order:
        raise _unsortable(term, "sort by a field that has one value a run", text)
    return SortKey(target.path, target.value, term.descending, term.subject.span)


def _unsortable(term: SortTerm, hint: str, text: str) -> PqlError:
    span = term.subject.span
    payload = {"field": text[span.start : span.end]}
    return PqlError(Diagnostic("PQL204", span, payload, hint, source="sort"), text)
