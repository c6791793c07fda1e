"""From tokens to AST nodes: what the parser calls as it reduces."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from pql.diagnostics.span import Span
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
from pql.syntax.machine import Token

__all__ = ["Builder", "SyntaxFaultError", "field_path", "joined_halves", "quote", "unquote"]

_COMPARISONS = {
    "<": Comparison.LT,
    "<=": Comparison.LE,
    "=<": Comparison.LE,
    ">": Comparison.GT,
    ">=": Comparison.GE,
    "=>": Comparison.GE,
}
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|(.))", re.DOTALL)
_CONTROLS = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
# A field and a colon inside bare text: a forgotten connective.
_CONDITION_INSIDE = re.compile(r"\s([A-Za-z_][A-Za-z0-9_]*(?:\.[^\s:,()|]+)?)\s*:")
_CONDITION_ITEM = re.compile(r"([A-Za-z_][A-Za-z0-9_]*(?:\.[^\s:,()|/]+)?):(?!//)")


class SyntaxFaultError(Exception):
    """A fault found while building; the parser turns it into a diagnostic."""

    def __init__(self, code: str, span: Span, **payload: str) -> None:
        super().__init__(code)
        self.code = code
        self.span = span
        self.payload = payload


def quote(text: str) -> str:
    """The text in the quotes that `unquote` takes off."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def unquote(text: str) -> str:
    """A quoted text without its quotes and escapes, which are those of JSON; `\\'` is `'`, and so on."""
    inner = text[1:-1]
    if "\\" not in inner:
        return inner
    plain = _ESCAPE.sub(_unescape, inner)
    return joined_halves(plain) if "\\u" in inner else plain


def _unescape(escape: re.Match[str]) -> str:
    code, letter = escape.groups()
    return chr(int(code, 16)) if code else _CONTROLS.get(letter, letter)


def joined_halves(text: str) -> str:
    """JSON writes a character beyond the first 65,536 as two halves; a half by itself is no character."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def field_path(token: Token) -> FieldPath:
    """The path that a FIELD token spells."""
    _, text, begin, end = token
    span = Span(begin, end)
    head, dot, rest = text.partition(".")
    transitive = head.endswith("*")
    if transitive:
        head = head[:-1]
    if not dot:
        return FieldPath(head, transitive=transitive, span=span)
    if '"' not in rest:
        names = tuple(rest.split("."))
        if "" in names:
            raise _empty_key(span)
        return FieldPath(head, names, transitive=transitive, span=span)
    segments, quoted = split_segments("." + rest)
    if any(not name and not own for name, own in zip(segments, quoted, strict=True)):
        raise _empty_key(span)
    return FieldPath(head, segments, quoted if any(quoted) else (), transitive, span)


def _empty_key(span: Span) -> SyntaxFaultError:
    return SyntaxFaultError("PQL102", span, found="empty key", expected='a key after each dot, or `""`')


def split_segments(text: str) -> tuple[tuple[str, ...], tuple[bool, ...]]:
    """The segments of `.a."b c".d`, and which of them were quoted."""
    segments: list[str] = []
    quoted: list[bool] = []
    position = 0
    while position < len(text):
        position += 1  # the dot
        if text.startswith('"', position):
            end = position + 1
            while text[end] != '"':
                end += 2 if text[end] == "\\" else 1
            segments.append(unquote(text[position : end + 1]))
            quoted.append(True)
            position = end + 1
            if position < len(text) and text[position] != ".":
                raise SyntaxFaultError("PQL102", Span(position, len(text)), found="text", expected="a dot")
        else:
            end = text.find(".", position)
            end = len(text) if end < 0 else end
            segments.append(text[position:end])
            quoted.append(False)
            position = end
    return tuple(segments), tuple(quoted)


def _literal(token: Token) -> Literal:
    kind, text, begin, end = token
    if kind == "QUOTED":
        return Literal(unquote(text), True, Span(begin, end))
    if ":" in text and (found := _CONDITION_INSIDE.search(text)):
        start = begin + found.start(1)
        raise SyntaxFaultError("PQL109", Span(start, start + len(found[1])), field=found[1])
    return Literal(text, False, Span(begin, end))


def _equality(token: Token) -> Operation:
    """What a lone value means: nil, any, a like, a range, or equality."""
    literal = _literal(token)
    if literal.quoted:
        return Equals(literal)
    text = literal.text
    if text == "nil":
        return IsNil()
    if text == "_any_":
        return AnyValue()
    if text[0] == "%" or text[-1] == "%":
        inner = text.strip("%").strip()  # as Polyaxon reads `%%v` and `% v %`
        return Like(inner, text[0] == "%" or not inner, text[-1] == "%" or not inner)
    if ".." in text:
        return _range(literal)
    return Equals(literal)


def _range(literal: Literal) -> Range:
    text, start = literal.text, literal.span.start
    low, _, high = text.partition("..")
    return _of_ends(_end(low, start), _end(high, start + len(low) + 2))


def _end(text: str, start: int) -> Literal | None:
    """An end of a range that is one bare text; the second of two may be in quotes there."""
    own = text.strip()
    begin = start + len(text) - len(text.lstrip())
    span = Span(begin, begin + len(own))
    if len(own) > 1 and own[0] == own[-1] and own[0] in "\"'":
        return Literal(unquote(own), True, span)
    return Literal(own, False, span) if own else None


def _of_ends(low: Literal | None, high: Literal | None) -> Range:
    """Quotes change nothing of an end, so both have them or neither."""
    if (low and low.quoted) or (high and high.quoted):
        return Range(low and replace(low, quoted=True), high and replace(high, quoted=True))
    return Range(low, high)


@dataclass(frozen=True, slots=True)
class _Enclosed:
    """A query in parentheses; the span takes them in."""

    item: Node
    span: Span


def _open(item: Node | _Enclosed) -> Node:
    return item.item if isinstance(item, _Enclosed) else item


def _flat(kind: type[And] | type[Or], items: list[Node | _Enclosed]) -> tuple[Node, ...]:
    flat: list[Node] = []
    for each in items:
        item = _open(each)
        if isinstance(item, kind):
            flat.extend(item.items)
        else:
            flat.append(item)
    return tuple(flat)


class Builder:
    """One method a grammar rule; each takes the list of its children."""

    def query(self, children: list[Node | _Enclosed]) -> Node:
        return _open(children[0])

    def disjunction(self, children: list[Node | _Enclosed]) -> Node:
        return Or(_flat(Or, children), Span(children[0].span.start, children[-1].span.end))

    def conjunction(self, children: list[Node | _Enclosed]) -> Node:
        return And(_flat(And, children), Span(children[0].span.start, children[-1].span.end))

    def enclosed(self, children: list[Any]) -> _Enclosed:
        left, item, right = children
        return _Enclosed(_open(item), Span(left[2], right[3]))

    def negation(self, children: list[Any]) -> Node:
        sign, item = children
        return Not(_open(item), Span(sign[2], item.span.end))

    def group(self, children: list[Any]) -> Node:
        call, item, right = children
        name, transitive = _call_name(call)
        return Group(name, transitive, _open(item), Span(call[2], right[3]))

    def condition(self, children: list[Any]) -> Node:
        subject_token, tilde, operation_token = children
        subject = _subject(subject_token)
        operation, span = _operation(operation_token)
        if tilde is not None:
            span = Span(tilde[2], span.end)
        return Condition(subject, operation, tilde is not None, Span(subject.span.start, span.end), span)

    def call(self, children: list[Any]) -> Call:
        call, argument, extra, right = children
        name, transitive = _call_name(call)
        span = Span(call[2], right[3])
        if transitive:
            raise SyntaxFaultError("PQL102", span, found="`*`", expected="a function of a metric")
        return Call(name.lower(), field_path(argument), None if extra is None else extra[1], span)

    def comparison(self, children: list[Token]) -> tuple[Operation, Span]:
        operator, value = children
        return Compare(_COMPARISONS[operator[1]], _literal(value)), Span(operator[2], value[3])

    def listing(self, children: list[Token]) -> tuple[Operation, Span]:
        values = tuple(_literal(each) for each in children)
        for value in values[1:]:
            if not value.quoted and (found := _CONDITION_ITEM.match(value.text)):
                raise SyntaxFaultError("PQL110", value.span, item=value.text, field=found[1])
        return OneOf(values), Span(values[0].span.start, values[-1].span.end)

    def quoted_range(self, children: list[Token]) -> tuple[Operation, Span]:
        first, last = children[0], children[-1]
        low = None if first[0] == "OPEN" else _literal(first)
        high = None if last[0] == "DOTS" else _literal(last)
        return _of_ends(low, high), Span(first[2], last[3])

    def sort(self, children: list[SortTerm]) -> tuple[SortTerm, ...]:
        return tuple(children)

    def sort_term(self, children: list[Any]) -> SortTerm:
        minus, subject_token = children
        subject = _subject(subject_token)
        start = subject.span.start if minus is None else minus[2]
        return SortTerm(subject, minus is not None, Span(start, subject.span.end))


def _subject(child: Token | Call) -> Subject:
    return child if isinstance(child, Call) else field_path(child)


def _operation(child: Token | tuple[Operation, Span]) -> tuple[Operation, Span]:
    """What stands after the colon: two forms come built, a lone token is built here."""
    if len(child) == 2:
        return child
    span = Span(child[2], child[3])
    return _regex(child) if child[0] == "REGEX" else _equality(child), span


def _call_name(token: Token) -> tuple[str, bool]:
    name = token[1][:-1].rstrip()
    return name.removesuffix("*"), name.endswith("*")


def _regex(token: Token) -> Regex:
    text = token[1]
    ignore_case = text[-1] in "iI"
    body = text[1:-2] if ignore_case else text[1:-1]
    return Regex(body.replace("\\/", "/"), ignore_case)
