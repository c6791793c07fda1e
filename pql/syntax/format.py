"""AST to its canonical text.

`, ` joins conditions; where AND stands beside OR it is the word, since a comma would hide that it binds
tighter: `a:1 AND b:2 OR c:3`, `a:1, (b:2 OR c:3)`. Parentheses stand only where the meaning needs them. What
was quoted stays quoted, with double quotes. Blanks of the source, empty members of lists, `=<`, the case of
words, `~(…)` for `NOT (…)` are gone.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from pql.diagnostics.diagnostic import PqlError
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
from pql.syntax.parser import parse_query, parse_sort

__all__ = ["format_query", "format_sort"]


def format_query(node: Node) -> str:
    """The canonical text of a query: parsing it gives an equal tree.

    ValueError if no text spells the tree, which can't happen to one that the parser made.
    """
    text = _node(node)
    try:
        if parse_query(text, max_length=None) == node:
            return text
    except PqlError:
        pass
    raise ValueError(f"no text spells this tree; the nearest is {text!r}")


def format_sort(terms: Iterable[SortTerm]) -> str:
    """The canonical text of a sort; ValueError as with `format_query`."""
    wanted = tuple(terms)
    text = ", ".join(("-" if term.descending else "") + _subject(term.subject) for term in wanted)
    try:
        if parse_sort(text, max_length=None) == wanted:
            return text
    except PqlError:
        pass
    raise ValueError(f"no text spells this sort; the nearest is {text!r}")


def _node(node: Node, *, conjunction: str = ", ") -> str:
    match node:
        case Condition(subject, operation, negated):
            return f"{_subject(subject)}:{'~' if negated else ''}{_operation(operation)}"
        case Group(relation, transitive, item):
            return f"{relation}{'*' if transitive else ''}({_node(item)})"
        case Not(item):
            return f"NOT {_item(item, And, Or)}"
        case And(items):
            return conjunction.join(_item(item, Or) for item in items)
        case Or(items):
            return " OR ".join(_node(item, conjunction=" AND ") for item in items)
        case _:
            assert_never(node)


def _item(node: Node, *loose: type[And] | type[Or]) -> str:
    """An operand, in parentheses if it is of a kind that binds less tightly."""
    return f"({_node(node)})" if isinstance(node, loose) else _node(node)


def _subject(subject: Subject) -> str:
    if isinstance(subject, Call):
        extra = "" if subject.extra is None else f", {subject.extra}"
        return f"{subject.function}({_path(subject.argument)}{extra})"
    return _path(subject)


def _path(path: FieldPath) -> str:
    quoted = path.quoted or (False,) * len(path.segments)
    parts = [quote(text) if own else text for text, own in zip(path.segments, quoted, strict=True)]
    return ".".join([path.name + ("*" if path.transitive else ""), *parts])


def _operation(operation: Operation) -> str:
    match operation:
        case Equals(value):
            return _literal(value)
        case OneOf(values):
            return "|".join(map(_literal, values))
        case Compare(operator, value):
            text = _literal(value)
            blank = " " if text.startswith("=") else ""  # `< =5` asks about the text `=5`
            return operator.value + blank + text
        case Range(low, high):
            start = "" if low is None else _literal(low)
            blank = " " if start.endswith(".") else ""  # `5. ..6` begins with the number `5.`
            return f"{start}{blank}..{'' if high is None else _literal(high)}"
        case Like(text, open_start, open_end):
            # `%a% %` asks for the text `a%`.
            before = "% " if text.startswith("%") else "%"
            after = " %" if text.endswith("%") else "%"
            return f"{before if open_start else ''}{text}{after if open_end else ''}"
        case Regex(pattern, ignore_case):
            return "/" + pattern.replace("/", r"\/") + ("/i" if ignore_case else "/")
        case IsNil():
            return "nil"
        case AnyValue():
            return "_any_"
        case _:
            assert_never(operation)


def _literal(literal: Literal) -> str:
    return quote(literal.text) if literal.quoted else literal.text
