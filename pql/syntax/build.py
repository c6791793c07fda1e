"""From tokens to AST nodes: the callbacks that the parser calls as it reduces."""

from __future__ import annotations

import re
from typing import Any

from lark import Token, Transformer

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

__all__ = ["Builder", "SyntaxFaultError"]

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
_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]|[\ud800-\udfff]")
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


def _span(token: Token) -> Span:
    return Span(token.start_pos or 0, token.end_pos or 0)


def unquote(text: str) -> str:
    """A quoted text without its quotes and escapes, which are those of JSON; `\\'` is `'`, and so on."""
    inner = text[1:-1]
    if "\\" not in inner:
        return inner
    plain = _ESCAPE.sub(_unescape, inner)
    return _PAIR.sub(_whole, plain) if "\\u" in inner else plain


def _unescape(escape: re.Match[str]) -> str:
    code, letter = escape.groups()
    return chr(int(code, 16)) if code else _CONTROLS.get(letter, letter)


def _whole(halves: re.Match[str]) -> str:
    """JSON writes a character beyond the first 65,536 as two halves; a half by itself is no character."""
    return halves[0].encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def field_path(token: Token) -> FieldPath:
    """The path that a FIELD token spells."""
    text = str(token)
    span = Span(token.start_pos or 0, token.end_pos or 0)
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
    span = Span(token.start_pos or 0, token.end_pos or 0)
    if token.type == "QUOTED":
        return Literal(unquote(token), True, span)
    text = str(token)
    if ":" in text and (found := _CONDITION_INSIDE.search(text)):
        start = span.start + found.start(1)
        raise SyntaxFaultError("PQL109", Span(start, start + len(found[1])), field=found[1])
    return Literal(text, False, span)


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


def _range(literal: Literal) -> Operation:
    text, start = literal.text, literal.span.start
    low, _, high = text.partition("..")
    ends: list[Literal | None] = []
    for part, offset in ((low, 0), (high, len(low) + 2)):
        bare = part.strip()
        begin = start + offset + len(part) - len(part.lstrip())
        ends.append(Literal(bare, False, Span(begin, begin + len(bare))) if bare else None)
    return Range(ends[0], ends[1])


def _flat(kind: type[And] | type[Or], items: list[Node]) -> tuple[Node, ...]:
    flat: list[Node] = []
    for item in items:
        if isinstance(item, kind):
            flat.extend(item.items)
        else:
            flat.append(item)
    return tuple(flat)


class Builder(Transformer[Token, Any]):
    """One method a grammar rule; each takes the list of its children."""

    def query(self, children: list[Node]) -> Node:
        return children[0]

    def disjunction(self, children: list[Node]) -> Node:
        span = Span(children[0].span.start, children[-1].span.end)
        return Or(_flat(Or, children), span)

    def conjunction(self, children: list[Node]) -> Node:
        span = Span(children[0].span.start, children[-1].span.end)
        return And(_flat(And, children), span)

    def negation(self, children: list[Any]) -> Node:
        item: Node = children[-1]
        start = children[0].start_pos if isinstance(children[0], Token) else item.span.start
        return Not(item, Span(start or 0, item.span.end))

    def group(self, children: list[Any]) -> Node:
        token, item = children
        name, transitive = _call_name(token)
        return Group(name, transitive, item, Span(token.start_pos or 0, item.span.end))

    def condition(self, children: list[Any]) -> Node:
        subject_token, tilde, operation_token = children
        subject: Subject = field_path(subject_token) if isinstance(subject_token, Token) else subject_token
        operation: Operation
        if isinstance(operation_token, Token):
            span = _span(operation_token)
            operation = (
                _regex(operation_token) if operation_token.type == "REGEX" else _equality(operation_token)
            )
        else:
            operation, span = operation_token
        if tilde is not None:
            span = Span(tilde.start_pos or 0, span.end)
        return Condition(subject, operation, tilde is not None, Span(subject.span.start, span.end), span)

    def call(self, children: list[Any]) -> Call:
        token, argument, extra = children
        name, transitive = _call_name(token)
        end = extra.end_pos if extra is not None else argument.end_pos
        span = Span(token.start_pos or 0, end or 0)
        if transitive:
            raise SyntaxFaultError("PQL102", span, found="`*`", expected="a function of a metric")
        return Call(name.lower(), field_path(argument), None if extra is None else str(extra), span)

    def comparison(self, children: list[Any]) -> tuple[Operation, Span]:
        operator, value = children
        span = Span(operator.start_pos or 0, value.end_pos or 0)
        return Compare(_COMPARISONS[str(operator)], _literal(value)), span

    def listing(self, children: list[Token]) -> tuple[Operation, Span]:
        values = tuple(_literal(each) for each in children)
        for value in values[1:]:
            if not value.quoted and (found := _CONDITION_ITEM.match(value.text)):
                raise SyntaxFaultError("PQL110", value.span, item=value.text, field=found[1])
        return OneOf(values), Span(values[0].span.start, values[-1].span.end)

    def sort(self, children: list[SortTerm]) -> tuple[SortTerm, ...]:
        return tuple(children)

    def sort_term(self, children: list[Any]) -> SortTerm:
        minus, subject_token = children
        subject = field_path(subject_token) if isinstance(subject_token, Token) else subject_token
        start = subject.span.start if minus is None else minus.start_pos
        return SortTerm(subject, minus is not None, Span(start, subject.span.end))


def _call_name(token: Token) -> tuple[str, bool]:
    name = str(token)[:-1].rstrip()
    return name.removesuffix("*"), name.endswith("*")


def _regex(token: Token) -> Regex:
    text = str(token)
    ignore_case = text[-1] in "iI"
    body = text[1:-2] if ignore_case else text[1:-1]
    return Regex(body.replace("\\/", "/"), ignore_case)
