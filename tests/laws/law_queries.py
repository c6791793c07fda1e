"""Random queries as syntax trees that a text could spell and the binder takes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from hypothesis import strategies as st
from law_pools import (
    CORES,
    DATE_TEXTS,
    DURATIONS,
    FLAGS,
    LIKES,
    PATTERNS,
    SIZES,
    UUIDS,
    number_texts,
    texts,
)

from pql.catalog.fields import (
    ARTIFACT_FIELDS,
    CONNECTION_FIELDS,
    HISTORY_FUNCTIONS,
    RUN_FIELDS,
    Entity,
    Family,
    Field,
)
from pql.syntax.ast import (
    And,
    AnyValue,
    Call,
    Compare,
    Comparison,
    Condition,
    Equals,
    FieldPath,
    Group,
    IsNil,
    Like,
    Literal,
    Node,
    Not,
    OneOf,
    Operation,
    Or,
    Range,
    Regex,
    SortTerm,
    Subject,
)

__all__ = ["artifact_queries", "joined", "queries", "sorts"]

# Bare text that reads as itself: no delimiter, quote or operator in front, and no word that connects.
_BARE = re.compile(r"[A-Za-z0-9_+.\-é日%/\\]+\Z")


def literal(text: str, *, member: bool = False) -> Literal:
    """The literal, quoted where bare text would mean something else."""
    plain = _BARE.match(text) and ".." not in text and text.lower() not in ("and", "or")
    if plain and not member:
        plain = text not in ("nil", "_any_") and "%" not in (text[0], text[-1])
    if plain and (text[0] == "/" or text == "null"):
        plain = False
    return Literal(text, not plain)


def _literals(source: st.SearchStrategy[str], *, member: bool = False) -> st.SearchStrategy[Literal]:
    return source.map(lambda text: literal(text, member=member))


@dataclass(frozen=True)
class _Subject:
    subject: Subject
    family: Family
    pathless: bool


_KEYS = (
    *(
        (("loss",), ()),
        (("acc",), ()),
        (("loss",), ()),
        (("a", "b"), ()),
        (("a",), ()),
        (("a", "b", "c"), ()),
    ),
    *(
        (("a[0]",), ()),
        (("a[1]", "b"), ()),
        (("a", "b[0]"), ()),
        (("a[0][1]",), ()),
        (("0",), ()),
        (("a", "0"), ()),
    ),
    *(
        (("my loss",), (True,)),
        (("a.b",), (True,)),
        (("a[0]",), (True,)),
        (("",), (True,)),
        (("a", ""), (False, True)),
    ),
    *(
        (("x/y",), ()),
        (("x~0y", "a/b"), (True, False)),
        (("é",), ()),
        (("Loss",), ()),
        (('q"\\',), (True,)),
        (("val-loss",), ()),
    ),
)
_METRICS = _KEYS[:6] + _KEYS[13:14] + _KEYS[17:18]
_ordinary = st.sampled_from([each for each in RUN_FIELDS if each.section is None])
_scalars = st.sampled_from([each for each in RUN_FIELDS if each.section is None and not each.is_set])
_sections = st.sampled_from([each for each in RUN_FIELDS if each.section is not None])
_comparisons = st.sampled_from(list(Comparison))


def _names(field: Field) -> st.SearchStrategy[str]:
    return st.sampled_from((field.name, field.name, *(each for each in field.aliases if "." not in each)))


@st.composite
def _run_field(draw: st.DrawFn, prefix: tuple[str, ...] = (), *, sortable: bool = False) -> _Subject:
    """A field of a run, behind the relations of `prefix`."""
    if draw(st.booleans()):
        field = draw(_sections)
        if not sortable and draw(st.integers(0, 9)) == 0:
            return _path((*prefix, draw(_names(field))), Family.JSON)  # the section as a whole
        segments, quoted = draw(st.sampled_from(_KEYS))
        return _path(
            (*prefix, draw(_names(field)), *segments), field.family, _shift(prefix, segments, quoted)
        )
    field = draw(_scalars if sortable else _ordinary)
    return _path((*prefix, draw(_names(field))), field.family)


def _shift(prefix: tuple[str, ...], segments: tuple[str, ...], quoted: tuple[bool, ...]) -> tuple[bool, ...]:
    """Which of the segments are quoted, the first of `prefix` being no segment but the name."""
    if not quoted:
        return ()
    return (*(False for _ in prefix), *quoted)


def _path(names: tuple[str, ...], family: Family, quoted: tuple[bool, ...] = ()) -> _Subject:
    head, *rest = names
    transitive = head.endswith("*")
    path = FieldPath(head.removesuffix("*"), tuple(rest), quoted, transitive)
    return _Subject(path, family, pathless=True)


_single = st.sampled_from(("pipeline", "controller", "original"))
_many = st.sampled_from(
    ("upstream", "downstream", "upstream*", "downstream*", "upstream_runs", "downstream_runs*")
)


def _part_fields(relation: str) -> st.SearchStrategy[_Subject]:
    fields = ARTIFACT_FIELDS if relation == "artifacts" else CONNECTION_FIELDS
    return st.sampled_from(fields).map(lambda field: _path((relation, field.name), field.family))


@st.composite
def _related(draw: st.DrawFn) -> _Subject:
    """A field of a related element, or the relation itself."""
    kind = draw(st.integers(0, 9))
    if kind < 3:
        found = draw(_part_fields(draw(st.sampled_from(("artifacts", "artifacts", "connections")))))
    elif kind < 4:
        found = _path((draw(st.sampled_from(("artifacts", "connections"))),), Family.VALUE)
    elif kind < 5:
        found = _path((draw(_single),), Family.UUID)
    elif kind < 6:
        found = _path((draw(_many),), Family.UUID)
    elif kind < 8:
        found = draw(_run_field((draw(_single | _many),)))
    elif kind < 9:
        found = draw(_run_field((draw(_single | _many), draw(_single | _many))))
    else:
        path = (draw(_single | _many), "artifacts", draw(st.sampled_from(("name", "kind", "path"))))
        found = _path(path, Family.VALUE)
    return _Subject(found.subject, found.family, pathless=False)


@st.composite
def _history(draw: st.DrawFn, prefix: tuple[str, ...] = ()) -> _Subject:
    segments, quoted = draw(st.sampled_from(_METRICS))
    names = (*prefix, "metrics", *segments)
    path = _path(names, Family.SCALAR, _shift(prefix, segments, quoted)).subject
    assert isinstance(path, FieldPath)
    function = draw(st.sampled_from(HISTORY_FUNCTIONS))
    extra = draw(st.sampled_from(("0", "2", "100", "-1"))) if function == "at" else None
    return _Subject(Call(function, path, extra), Family.SCALAR, pathless=not prefix)


@st.composite
def _run_subjects(draw: st.DrawFn) -> _Subject:
    kind = draw(st.integers(0, 9))
    if kind < 5:
        return draw(_run_field())
    if kind < 8:
        return draw(_related())
    return draw(_history(draw(st.sampled_from(((), (), ("pipeline",), ("upstream",))))))


@st.composite
def _artifact_subjects(draw: st.DrawFn) -> _Subject:
    if draw(st.booleans()):
        field = draw(st.sampled_from(ARTIFACT_FIELDS))
        return _path((field.name,), field.family)
    found = draw(
        _run_field(("run", *draw(st.sampled_from(((), (), ("pipeline",), ("upstream",), ("downstream*",))))))
    )
    return _Subject(found.subject, found.family, pathless=False)


def _connection_subjects() -> st.SearchStrategy[_Subject]:
    return st.sampled_from(CONNECTION_FIELDS).map(lambda field: _path((field.name,), field.family))


_SUBJECTS = {
    Entity.RUN: _run_subjects(),
    Entity.ARTIFACT: _artifact_subjects(),
    Entity.CONNECTION: _connection_subjects(),
}

# Operations.

_uuids = st.sampled_from((*UUIDS, UUIDS[0].upper(), f"{UUIDS[1][:8]}-{UUIDS[1][8:]}", "no uuid"))
_VALUES: dict[Family, st.SearchStrategy[str]] = {
    Family.STRING: texts,
    Family.VALUE: texts | st.sampled_from(("running", "model", "metric", "best", "a")),
    Family.UUID: _uuids,
    Family.SCALAR: number_texts,
    Family.INTEGER: st.sampled_from(("1", "0", "-1", "1.0", "1.5", "inf")),
    Family.DURATION: number_texts | st.sampled_from(DURATIONS),
    Family.CPU: number_texts | st.sampled_from(CORES),
    Family.MEMORY: number_texts | st.sampled_from(SIZES),
    Family.BOOL: st.sampled_from(FLAGS),
    Family.FLAG: st.sampled_from(FLAGS),
    Family.DATETIME: st.sampled_from(DATE_TEXTS),
    Family.ANY: number_texts | texts | st.sampled_from(("true", "false")),
}
_ORDERED = {Family.SCALAR, Family.DURATION, Family.CPU, Family.MEMORY, Family.DATETIME, Family.ANY}
_TEXTUAL = {Family.STRING, Family.VALUE, Family.UUID, Family.ANY}
_FIELD_TESTS = {Family.SCALAR, Family.DURATION, Family.CPU, Family.MEMORY, Family.ANY}
_JSON = (
    "[1]",
    "[0.5]",
    '{"a":1}',
    '["xy"]',
    "[]",
    "{}",
    '[{"a":[]}]',
    '{"b":"é"}',
    "[NaN]",
    "[1e16]",
    "[true]",
)


@st.composite
def _operation(draw: st.DrawFn, family: Family, pathless: bool) -> Operation:
    if family is Family.JSON:
        return IsNil()
    kind = draw(st.integers(0, 11))
    value = _literals(_VALUES[family])
    match kind:
        case 0:
            return IsNil()
        case 1 if draw(st.integers(0, 3)) == 0:
            return AnyValue()
        case 2 | 3:
            return OneOf(
                tuple(draw(st.lists(_literals(_VALUES[family], member=True), min_size=2, max_size=4)))
            )
        case 4 | 5 | 6 if family in _ORDERED:
            return Compare(draw(_comparisons), draw(value))
        case 7 if family in _ORDERED:
            return draw(_range(family))
        case 8 | 9 if family in _TEXTUAL:
            return draw(_text_test())
        case 10 if family in _FIELD_TESTS and pathless:
            return Compare(
                draw(_comparisons),
                Literal(draw(st.sampled_from(("metrics.loss", "inputs.a.b", "outputs.acc")))),
            )
        case 11 if family is Family.ANY:
            text = draw(st.sampled_from(_JSON))
            return Equals(Literal(text))
        case _:
            return Equals(draw(value))


@st.composite
def _range(draw: st.DrawFn, family: Family) -> Range:
    ends = _VALUES[Family.SCALAR if family is Family.ANY else family].filter(lambda text: " " not in text)
    shape = draw(st.integers(0, 3))
    quoted = draw(st.booleans())
    low = None if shape == 0 else Literal(draw(ends), quoted)
    high = None if shape == 1 else Literal(draw(ends), quoted)
    low = None if low is not None and low.text.endswith(".") else low
    high = None if high is not None and high.text.startswith(".") else high
    return (
        Range(low, high)
        if low or high
        else Range(Literal("2024" if family is Family.DATETIME else "1"), None)
    )


@st.composite
def _text_test(draw: st.DrawFn) -> Operation:
    if draw(st.booleans()):
        text = draw(st.sampled_from(LIKES))
        start, end = draw(st.sampled_from(((True, True), (True, False), (False, True))))
        return Like(text, start, end)
    return Regex(draw(st.sampled_from([each for each in PATTERNS if each])), draw(st.booleans()))


@cache
@st.composite
def conditions(draw: st.DrawFn, entity: Entity) -> Condition:
    subject = draw(_SUBJECTS[entity])
    operation = draw(_operation(subject.family, subject.pathless and entity is Entity.RUN))
    negated = draw(st.integers(0, 3)) == 0
    if isinstance(operation, AnyValue) and subject.family not in _TEXTUAL:
        negated = False  # `~_any_` is plain text
    return Condition(subject.subject, operation, negated)


# Trees.


def joined(kind: type[And] | type[Or], items: list[Node]) -> Node:
    """As the parser builds it: items of the same kind are drawn in."""
    flat: list[Node] = []
    for item in items:
        flat.extend(item.items if isinstance(item, kind) else (item,))
    return kind(tuple(flat))


@cache
@st.composite
def trees(draw: st.DrawFn, entity: Entity, depth: int) -> Node:
    shape = draw(st.integers(0, 9)) if depth else 0
    if shape < 4:
        return draw(conditions(entity))
    if shape < 8:
        items = draw(st.lists(trees(entity, depth - 1), min_size=2, max_size=3))
        return joined(And if shape < 6 else Or, items)
    if shape < 9 or entity is not Entity.RUN:
        return Not(draw(trees(entity, depth - 1)))
    relation = draw(
        st.sampled_from(("artifacts", "artifacts", "connections", "upstream", "downstream", "upstream*"))
    )
    inner = {"artifacts": Entity.ARTIFACT, "connections": Entity.CONNECTION}.get(relation, Entity.RUN)
    item = draw(trees(inner, depth - 1))
    return Group(relation.removesuffix("*"), relation.endswith("*"), item)


def queries() -> st.SearchStrategy[Node]:
    """Queries on runs."""
    return trees(Entity.RUN, 2)


def artifact_queries() -> st.SearchStrategy[Node]:
    return trees(Entity.ARTIFACT, 2)


_ARTIFACT_SORTS = [each.name for each in ARTIFACT_FIELDS if each.family is not Family.JSON]


@st.composite
def _sort_subject(draw: st.DrawFn, entity: Entity) -> Subject:
    if entity is Entity.ARTIFACT and draw(st.booleans()):
        return FieldPath(draw(st.sampled_from(_ARTIFACT_SORTS)))
    prefix = ("run",) if entity is Entity.ARTIFACT else ()
    kind = draw(st.integers(0, 5))
    if kind == 0:
        return draw(_history((*prefix, *draw(st.sampled_from(((), ("pipeline",))))))).subject
    if kind == 1:
        return draw(_run_field((*prefix, draw(_single)), sortable=True)).subject
    if kind == 2 and not prefix:
        return FieldPath(draw(_single))
    return draw(_run_field(prefix, sortable=True)).subject


@st.composite
def sorts(draw: st.DrawFn, entity: Entity = Entity.RUN) -> tuple[SortTerm, ...]:
    subjects = draw(st.lists(_sort_subject(entity), max_size=3))
    return tuple(SortTerm(each, draw(st.booleans())) for each in subjects)
