"""A plan as plain language, precise enough to be checked by someone who knows the runs and not the syntax."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import assert_never

from pql.binder.bound import (
    AllOf,
    AnyOf,
    ColumnValue,
    ElementId,
    FieldTest,
    FlagTest,
    HistoryValue,
    IsEmpty,
    IsNil,
    JsonEquals,
    KeyValue,
    NumberTest,
    Operator,
    SectionValue,
    SortKey,
    Step,
    Test,
    TextEquals,
    TextLike,
    TextMatches,
    TextOrder,
    TimeInside,
    TimeTest,
    Value,
    nil_passes,
)
from pql.binder.dates import LAST_MOMENT
from pql.catalog.fields import Entity, Family, Relation, Section
from pql.plan.forms import field_name
from pql.plan.logical import All, Any, Complement, Constant, Exists, Holds, LogicalPlan, Predicate

__all__ = ["describe", "describe_condition"]

_MOST_LISTED = 8
_ALWAYS_THERE = frozenset({"uuid", "status", "created_at", "updated_at", "is_input"})
_ENTITIES = {
    Entity.RUN: "run",
    Entity.ARTIFACT: "artifact",
    Entity.CONNECTION: "connection",
    Entity.POINT: "point",
}
_RELATED = {
    Relation.ARTIFACTS: "artifact",
    Relation.CONNECTIONS: "connection",
    Relation.UPSTREAM: "upstream run",
    Relation.DOWNSTREAM: "downstream run",
    Relation.PIPELINE: "pipeline",
    Relation.CONTROLLER: "controller",
    Relation.ORIGINAL: "original run",
    Relation.RUN: "run",
}
_SECTIONS = {Section.INPUTS: "input", Section.OUTPUTS: "output", Section.META_INFO: "meta info"}
_COMPARED = {
    Operator.EQ: "is",
    Operator.LT: "is below",
    Operator.LE: "is at most",
    Operator.GT: "is above",
    Operator.GE: "is at least",
}
_NEGATED = {
    "is ": "is not ",
    "contains ": "does not contain ",
    "begins ": "does not begin ",
    "ends ": "does not end ",
    "matches ": "does not match ",
}
_FUNCTIONS = {
    "min": "the lowest {} of its history",
    "max": "the highest {} of its history",
    "mean": "the mean {} of its history",
    "first": "the first {} of its history",
    "last": "the last {} of its history",
    "count": "the number of points of {}",
    "argmin": "the step of the lowest {}",
    "argmax": "the step of the highest {}",
}


def describe(plan: LogicalPlan) -> str:
    """Sentences: what matches, what happens to missing values, the order, the page."""
    parts = [_selection(plan), *_missing(plan), _order(plan)]
    page = _page(plan)
    return "\n".join([*parts, page] if page else parts)


def describe_condition(predicate: Predicate) -> str:
    """The predicate alone, as a clause in lower case."""
    return _clause(predicate, top=True)


def _selection(plan: LogicalPlan) -> str:
    plural = f"{_ENTITIES[plan.entity]}s"
    match plan.predicate:
        case Constant(True):
            return f"All {plural}."
        case Constant(False):
            return f"No {plural}."
        case _:
            return f"{plural.capitalize()} where {_clause(plan.predicate, top=True)}."


def _clause(predicate: Predicate, *, top: bool = False) -> str:
    match predicate:
        case Constant(holds):
            return "anything holds" if holds else "nothing holds"
        case Holds(value, test):
            return f"{_subject(value, test)} {_verb(test, value)}"
        case Complement(item):
            return _negative(item)
        case All(items):
            text = ", and ".join(_clause(item) for item in items)
            return text if top else f"({text})"
        case Any(items):
            text = ", or ".join(_clause(item) for item in items)
            return text if top else f"({text})"
        case Exists(step, item):
            return _related(step, item, negative=False)
        case _:
            assert_never(predicate)


def _negative(item: Predicate) -> str:
    match item:
        case Holds(SectionValue() as value, IsNil()):
            return f"{_subject(value, IsNil()).replace('every', 'some')} is present"
        case Holds(value, IsNil()):
            return f"{_subject(value, IsNil())} is present"
        case Holds(value, test):
            missing = "" if _always_there(value) else ", or is missing"
            if _is_set(value):
                return f"none of {_subject(value, IsNil())} {_verb(test, value)}"
            if isinstance(test, AllOf):
                both = " and ".join(_verb(each, value).removeprefix("is ") for each in test.tests)
                return f"({_subject(value, test)} is not both {both}{missing})"
            return f"({_subject(value, test)} {_not(_verb(test, value))}{missing})"
        case Exists(step, inner):
            return _related(step, inner, negative=True)
        case _:
            return f"it is not so that {_clause(item)}"


def _not(verb: str) -> str:
    for plain, negated in _NEGATED.items():
        if verb.startswith(plain):
            return negated + verb.removeprefix(plain)
    return f"fails this: {verb}"


def _related(step: Step, item: Predicate, *, negative: bool) -> str:
    noun = _RELATED[step.relation]
    article = "an" if noun[0] in "aou" else "a"
    if step.transitive:
        noun, article = noun + " at any distance", article
    whose = "" if item == Constant(True) else f" where {_clause(item)}"
    if step.relation is Relation.RUN:
        return f"{'not so that ' if negative else ''}its run is one{whose}"
    return f"there is {'no' if negative else article} {noun}{whose}"


def _subject(value: Value, test: Test) -> str:
    match value:
        case ColumnValue(field) if field.is_set and not isinstance(test, IsNil):
            return f"one of the {_plural(field.name)}"
        case ColumnValue(field) if field.is_set:
            return f"the {_plural(field.name)}"
        case ColumnValue(field) if field.family in (Family.DATETIME, Family.BOOL):
            return f"`{field.name}`"
        case ColumnValue(field):
            return f"the {field.name.replace('_', ' ')}"
        case KeyValue(numbers_only=True) if isinstance(test, IsNil):
            return f"the metric `{value.key}`"
        case KeyValue(numbers_only=True):
            return f"the last `{value.key}`"
        case KeyValue(section, _):
            return f"the {_SECTIONS[section]} `{value.key}`"
        case SectionValue(section, numbers_only):
            return "every metric" if numbers_only else f"every {_SECTIONS[section]}"
        case HistoryValue("at", metric, step):
            return f"the `{metric}` at step {step} (or the last one before it)"
        case HistoryValue(function, metric):
            return _FUNCTIONS[function].format(f"`{metric}`")
        case ElementId():
            return "its identity"
        case _:
            assert_never(value)


def _plural(name: str) -> str:
    plain = name.replace("_", " ")
    return plain if plain.endswith("s") else plain + "s"


def _is_set(value: Value) -> bool:
    return isinstance(value, ColumnValue) and value.field.is_set


def _always_there(value: Value) -> bool:
    return isinstance(value, ColumnValue) and value.field.name in _ALWAYS_THERE


def _verb(test: Test, value: Value) -> str:
    match test:
        case IsNil() | IsEmpty():
            return "are missing" if _is_set(value) else "is missing"
        case NumberTest(operator, number):
            return f"{_COMPARED[operator]} {_number(number, value)}"
        case TextEquals(text):
            return f"is `{text}`"
        case TextOrder(operator, text):
            place = {Operator.LT: "before", Operator.LE: "before or equal to", Operator.GT: "after"}
            return f"is a text {place.get(operator, 'after or equal to')} `{text}`"
        case JsonEquals(text):
            return f"is {text}"
        case TextLike(text, open_start, open_end):
            how = "contains" if open_start and open_end else "ends with" if open_start else "begins with"
            return f"{how} `{text}` (in any case)"
        case TextMatches(pattern, ignore_case):
            return f"matches /{pattern}/{' (in any case)' if ignore_case else ''}"
        case FlagTest(flag):
            return f"is {'true' if flag else 'false'}"
        case TimeInside() | TimeTest():
            return _when(test)
        case FieldTest(operator, other):
            return f"{_COMPARED[operator]} {_subject(other, test)}"
        case AnyOf(tests):
            return _list([_verb(each, value) for each in tests])
        case AllOf(tests):
            return " and ".join(_verb(each, value) for each in tests)
        case _:
            assert_never(test)


def _list(verbs: list[str]) -> str:
    """`is a`, `is b` become `is a or b`."""
    if len(verbs) > _MOST_LISTED:
        verbs = [*verbs[: _MOST_LISTED - 1], f"one of {len(verbs) - _MOST_LISTED + 1} others"]
    if not verbs:
        return "is one of nothing"
    first, *rest = verbs
    return " or ".join([first, *(each.removeprefix("is ") for each in rest)])


def _number(number: int | float, value: Value) -> str:
    family = value.field.family if isinstance(value, ColumnValue) else Family.SCALAR
    if isinstance(number, float) and math.isnan(number):
        return "NaN"
    if isinstance(number, float) and number.is_integer() and abs(number) < 2**53:
        number = int(number)
    shown = f"{number:,}" if isinstance(number, int) else repr(number)
    unit = {Family.DURATION: " seconds", Family.CPU: " cores", Family.MEMORY: " bytes"}.get(family, "")
    return shown + unit


def _when(test: TimeInside | TimeTest) -> str:
    match test:
        case TimeTest(operator, instant):
            place = {Operator.LT: "before", Operator.LE: "at or before", Operator.GT: "after"}
            return f"is {place.get(operator, 'at or after')} {_moment(instant)}"
        case TimeInside(start, end, _) if start is not None and end in (None, LAST_MOMENT):
            return f"is at or after {_moment(start)}"
        case TimeInside(None, end, closed) if end is not None:
            return f"is {'at or ' if closed else ''}before {_moment(end)}"
        case TimeInside(start, end, False) if start is not None and end == start + timedelta(days=1):
            return f"is within {_moment(start)} and the 24 hours after it"
        case TimeInside(start, end, closed) if start is not None and end is not None:
            return f"is from {_moment(start)} {'to' if closed else 'up to but not at'} {_moment(end)}"
        case _:
            return "is any time"


def _moment(moment: datetime) -> str:
    if moment.second or moment.microsecond:
        return moment.isoformat(sep=" ") + " UTC"
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _missing(plan: LogicalPlan) -> list[str]:
    """What becomes of rows that lack a value, for every value where that is certain."""
    sentences: list[str] = []
    for value in _values(plan.predicate):
        held = _with_nil(plan.predicate, value)
        if held is False and not _always_there(value):
            noun = _subject(value, IsNil()).removeprefix("the ").removeprefix("metric ")
            if isinstance(value, HistoryValue):
                noun = f"point of `{value.metric}`"
            vowel = noun.lstrip("`").startswith(("a", "e", "i", "o"))
            article = "any" if _is_set(value) else "an" if vowel else "a"
            sentences.append(f"{_ENTITIES[plan.entity].capitalize()}s without {article} {noun} don't match.")
    return sentences


def _values(predicate: Predicate) -> list[Value]:
    """The values of the row itself that are asked about by more than a nil test, in their order."""
    found: dict[Value, None] = {}
    stack = [predicate]
    while stack:
        match stack.pop():
            case Holds(value, test) if not isinstance(test, IsNil):
                found[value] = None
                if isinstance(test, FieldTest):
                    found[test.other] = None
            case Complement(item):
                stack.append(item)
            case All(items) | Any(items):
                stack.extend(reversed(items))
            case _:
                pass
    return list(found)


def _with_nil(predicate: Predicate, value: Value) -> bool | None:
    """Whether the predicate holds for every row (True) or for no row (False) whose `value` is nil; None
    where that depends on other values."""
    match predicate:
        case Constant(holds):
            return holds
        case Holds(own, test):
            if own != value:
                return _other_with_nil(test, value)
            return nil_passes(test)
        case Complement(item):
            inner = _with_nil(item, value)
            return None if inner is None else not inner
        case All(items):
            held = [_with_nil(item, value) for item in items]
            return False if False in held else None if None in held else True
        case Any(items):
            held = [_with_nil(item, value) for item in items]
            return True if True in held else None if None in held else False
        case Exists():
            return None
        case _:
            assert_never(predicate)


def _other_with_nil(test: Test, value: Value) -> bool | None:
    return False if isinstance(test, FieldTest) and test.other == value else None


def _order(plan: LogicalPlan) -> str:
    if not plan.sort:
        return "Order: by identity."
    terms = [_sort_term(key) for key in plan.sort]
    return f"Order: {', then '.join(terms)}; missing values last; ties by {_tie(plan.entity)}."


def _tie(entity: Entity) -> str:
    return "uuid" if entity is Entity.RUN else "the run's uuid, then what identifies the row"


def _sort_term(key: SortKey) -> str:
    times = isinstance(key.value, ColumnValue) and key.value.field.family is Family.DATETIME
    up, down = ("oldest first", "newest first") if times else ("ascending", "descending")
    return f"`{field_name(key.path, key.value)}` {down if key.descending else up}"


def _page(plan: LogicalPlan) -> str:
    parts = []
    if plan.offset:
        parts.append(f"the first {plan.offset:,} passed over")
    if plan.limit is not None:
        parts.append(f"at most {plan.limit:,} shown")
    return f"Page: {', '.join(parts)}." if parts else ""
