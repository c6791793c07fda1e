"""Templates in queries and sorts: each stands for one literal, one key or one sort key, and for nothing more.

The text is parsed with a marker in the place of each template. The tree says what each marker stands in, and
so how its value is to be written; the text that comes out is parsed again and must give the same tree with
just the values in the place of the markers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NoReturn, TypeVar, assert_never

from pql.catalog.numbers import spelt_number
from pql.diagnostics.diagnostic import PqlError
from pql.diagnostics.span import Span
from pql.joins.source import Placed
from pql.joins.templates import Hole, Names, assemble, holes, look_up
from pql.syntax.ast import (
    And,
    AnyValue,
    Call,
    Compare,
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
from pql.syntax.build import quote
from pql.syntax.parser import LONGEST, parse_query, parse_sort

__all__ = ["render_query", "render_sort"]

_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*\Z")
_KEY = re.compile(r"[A-Za-z0-9_-]+\Z")
_WORDS = frozenset({"nil", "_any_", "true", "false", "null", "and", "or", "not", "nan", "inf", "infinity"})
T = TypeVar("T")
_PASTE = "the filter `pql` pastes query text: `{{ name | pql }}`"


@dataclass(frozen=True, slots=True)
class _Filling:
    """A marker, the template it stands for, and the template's value as text; `typed` if the value is a
    number or a boolean, and so is no text when it stands alone."""

    marker: str
    hole: Hole
    value: str
    typed: bool


Change = tuple[Span, str]


def render_query(template: Placed, names: Names) -> Placed:
    """The query with its templates replaced. Raises PqlError (PQL6xx, or what is wrong with the query)."""
    filled = _fill(template, names)
    if filled is None:
        return template
    probe, fillings = filled
    tree = _parse(parse_query, probe, fillings)
    rewriting = _Rewriting(probe, fillings)
    rewriting.node(tree)
    result = rewriting.result()
    expected = _filled_node(tree, fillings)
    _hold(lambda: _filled_node(parse_query(result.text), ()) == expected, probe, fillings)
    return result


def render_sort(template: Placed, names: Names) -> Placed:
    """The sort with its templates replaced, each by one sort key or a part of one. Raises PqlError."""
    filled = _fill(template, names)
    if filled is None:
        return template
    probe, fillings = filled
    terms = _parse(parse_sort, probe, fillings)
    rewriting = _Rewriting(probe, fillings)
    for term in terms:
        rewriting.sort_term(term)
    result = rewriting.result()
    _hold(lambda: len(parse_sort(result.text)) == len(terms), probe, fillings)
    return result


def _fill(template: Placed, names: Names) -> tuple[Placed, list[_Filling]] | None:
    """The template with pasted text in place and a marker for every other hole; None without templates."""
    found = holes(template)
    if not found:
        return None
    values = [look_up(hole, template, names) for hole in found]
    texts = [_literal_text(value, hole, template) for hole, value in zip(found, values, strict=True)]
    stem = "t"
    while any(stem in text for text in (template.text, *texts)):
        stem += "q"
    fillings: list[_Filling] = []
    changes: list[Change] = []
    for number, (hole, value, text) in enumerate(zip(found, values, texts, strict=True)):
        if hole.paste:
            changes.append((hole.span, text))
        else:
            marker = f"{stem}{number}x"
            fillings.append(_Filling(marker, hole, text, isinstance(value, int | float)))
            changes.append((hole.span, marker))
    return assemble(template, changes, LONGEST), fillings


def _literal_text(value: Any, hole: Hole, template: Placed) -> str:
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int() | float():
            return str(value)
        case date():
            return value.isoformat()
        case None:
            reason, hint = "it is null", "`nil` asks for a missing value"
        case _:
            reason, hint = "it is no single value", "one template stands for one literal"
    raise template.error("PQL610", hole.span, hint, name=hole.name, reason=reason)


def _parse(parse: Callable[[str], T], probe: Placed, fillings: Sequence[_Filling]) -> T:
    try:
        return parse(probe.text)
    except PqlError as error:
        found = error.diagnostic
        payload = {name: _unmarked(value, fillings) for name, value in found.payload.items()}
        told = replace(found, payload=payload, hint=_unmarked(found.hint, fillings))
        raise probe.blame(PqlError(told, probe.text)) from None


def _unmarked(text: str, fillings: Sequence[_Filling]) -> str:
    for filling in fillings:
        text = text.replace(filling.marker, "{{ " + filling.hole.name + " }}")
    return text


def _hold(same: Callable[[], bool], probe: Placed, fillings: Sequence[_Filling]) -> None:
    """Raise PQL610 unless the final text means what the template means."""
    try:
        if same():
            return
    except PqlError:
        pass
    reason = "it can't be written as one value in this place"
    names = ", ".join(dict.fromkeys(filling.hole.name for filling in fillings))
    raise probe.error("PQL610", None, _PASTE, name=names, reason=reason)


def _substituted(text: str, fillings: Sequence[_Filling]) -> str:
    for filling in fillings:
        text = text.replace(filling.marker, filling.value)
    return text


def _written(text: str) -> str:
    """A text as one literal: bare if it reads as itself and as nothing more, else quoted."""
    number = spelt_number(text)
    if number is not None and any(each.isdigit() for each in text):
        return text
    return text if _PLAIN.match(text) and text.lower() not in _WORDS else quote(text)


class _Rewriting:
    """Collects what has to be written in the place of the parts that hold markers."""

    def __init__(self, probe: Placed, fillings: Sequence[_Filling]) -> None:
        self._probe = probe
        self._fillings = fillings
        self._changes: list[Change] = []
        self._settled: set[str] = set()

    def result(self) -> Placed:
        """The text with all changes. A marker that stood nowhere sensible is a fault."""
        for filling in self._fillings:
            if filling.marker not in self._settled:
                self._refuse(filling, "a template stands for one value of a condition, or for a key")
        return assemble(self._probe, sorted(self._changes), LONGEST)

    def node(self, node: Node) -> None:
        """The changes in a tree."""
        match node:
            case And(items) | Or(items):
                for item in items:
                    self.node(item)
            case Not(item):
                self.node(item)
            case Group():
                self.node(node.item)
            case Condition():
                self._subject(node.subject)
                self._operation(node.operation, node)

    def sort_term(self, term: SortTerm) -> None:
        """The changes in a sort key; a template may be a whole one."""
        subject = term.subject
        field = subject.argument if isinstance(subject, Call) else subject
        whole = next((each for each in self._fillings if each.marker == field.name), None)
        if whole is None or field.segments:
            self._subject(subject)
            return
        try:
            terms = parse_sort(whole.value)
        except PqlError as error:
            self._refuse(whole, f"it is no sort key ({error.diagnostic.message})")
        if len(terms) != 1:
            self._refuse(whole, "it is not one sort key")
        if terms[0].descending and (term.descending or isinstance(subject, Call)):
            self._refuse(whole, "it has a `-` of its own")
        self._change(field.span, whole.value.strip(), whole.marker)

    def _refuse(self, filling: _Filling, reason: str) -> NoReturn:
        source = self._probe
        at = source.text.find(filling.marker)
        where = Span(at, at + len(filling.marker))
        raise source.error("PQL610", where, _PASTE, name=filling.hole.name, reason=reason)

    def _change(self, span: Span, text: str, *markers: str) -> None:
        self._changes.append((span, text))
        self._settled.update(markers)

    def _in(self, text: str) -> list[_Filling]:
        return [each for each in self._fillings if each.marker in text]

    def _subject(self, subject: Subject) -> None:
        match subject:
            case FieldPath():
                self._field(subject)
            case Call():
                self._field(subject.argument)
                if subject.extra:
                    self._raw(Span(subject.argument.span.end, subject.span.end))
            case _:
                assert_never(subject)

    def _field(self, field: FieldPath) -> None:
        """A template may be a key or a part of one; it is quoted where it must be."""
        found = self._in(".".join(field.segments))
        for filling in self._in(field.name):
            self._refuse(filling, "a template can't be a field, only a value or a key")
        if not found:
            return
        quoted = field.quoted or (False,) * len(field.segments)
        parts = [field.name + ("*" if field.transitive else "")]
        for segment, was_quoted in zip(field.segments, quoted, strict=True):
            text = _substituted(segment, self._fillings)
            changed = bool(self._in(segment))
            must = was_quoted or (changed and not _KEY.match(text))
            parts.append(quote(text) if must else text)
        self._change(field.span, ".".join(parts), *(each.marker for each in found))

    def _operation(self, operation: Operation, condition: Condition) -> None:
        match operation:
            case Equals(value) | Compare(value=value):
                self._literal(value)
            case OneOf(values):
                for value in values:
                    self._literal(value)
            case Range() | Like():
                self._raw(condition.value_span)
            case Regex():
                for filling in self._in(operation.pattern):
                    self._refuse(filling, "a regular expression holds no literal")
            case IsNil() | AnyValue():
                pass
            case _:
                assert_never(operation)

    def _literal(self, literal: Literal) -> None:
        found = self._in(literal.text)
        if found:
            text = _substituted(literal.text, self._fillings)
            bare = found[0].typed and literal.text == found[0].marker
            written = quote(text) if literal.quoted else text if bare else _written(text)
            self._change(literal.span, written, *(each.marker for each in found))

    def _raw(self, span: Span) -> None:
        """Values where nothing can be quoted; what they make of the text is checked afterwards."""
        text = self._probe.text[span.start : span.end]
        for filling in self._in(text):
            at = span.start + text.index(filling.marker)
            self._change(Span(at, at + len(filling.marker)), filling.value, filling.marker)


# The tree with values in the place of markers. Whether a literal or key is quoted is a matter of writing, so
# it is left out of the comparison.


def _filled_node(node: Node, fillings: Sequence[_Filling]) -> Node:
    match node:
        case And(items):
            return And(tuple(_filled_node(item, fillings) for item in items))
        case Or(items):
            return Or(tuple(_filled_node(item, fillings) for item in items))
        case Not(item):
            return Not(_filled_node(item, fillings))
        case Group():
            return replace(node, item=_filled_node(node.item, fillings))
        case Condition():
            return replace(
                node,
                subject=_filled_subject(node.subject, fillings),
                operation=_filled_operation(node.operation, fillings),
            )


def _filled_subject(subject: Subject, fillings: Sequence[_Filling]) -> Subject:
    match subject:
        case FieldPath():
            segments = tuple(_substituted(each, fillings) for each in subject.segments)
            return replace(subject, segments=segments, quoted=())
        case Call():
            argument = _filled_subject(subject.argument, fillings)
            assert isinstance(argument, FieldPath)
            extra = None if subject.extra is None else _substituted(subject.extra, fillings)
            return replace(subject, argument=argument, extra=extra)
        case _:
            assert_never(subject)


def _filled_operation(operation: Operation, fillings: Sequence[_Filling]) -> Operation:
    def fill(literal: Literal) -> Literal:
        return Literal(_substituted(literal.text, fillings))

    match operation:
        case Equals(value):
            return Equals(fill(value))
        case OneOf(values):
            return OneOf(tuple(map(fill, values)))
        case Compare(operator, value):
            return Compare(operator, fill(value))
        case Range(low, high):
            return Range(low and fill(low), high and fill(high))
        case Like():
            return replace(operation, text=_substituted(operation.text, fillings))
        case Regex() | IsNil() | AnyValue():
            return operation
        case _:
            assert_never(operation)
