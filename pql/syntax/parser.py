"""Text to AST. Every fault in the text leaves as one `PqlError`."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from typing import Any

from pql.diagnostics.diagnostic import Diagnostic, PqlError
from pql.diagnostics.span import Span
from pql.syntax.ast import And, Condition, FieldPath, Group, Literal, Node, Not, Or, SortTerm
from pql.syntax.build import Builder, SyntaxFaultError, field_path
from pql.syntax.machine import Machine, UnexpectedTextError
from pql.syntax.tables import tables

__all__ = ["DEEPEST", "LONGEST", "parse_query", "parse_sort", "spelt_field"]

LONGEST = 65_536
"""Characters of a query that are taken unless the caller says otherwise."""

DEEPEST = 200
"""Levels of nesting that are taken; redundant parentheses do not count."""


def parse_query(text: str, *, max_length: int | None = LONGEST) -> Node:
    """The AST of a query.

    Raises PqlError (codes PQL1xx) with the span of the fault.
    """
    _check_text(text, max_length)
    if not text or text.isspace():
        raise PqlError(
            Diagnostic("PQL101", Span(0, len(text)), hint="leave the query out to get every run"), text
        )
    node: Node = _parse(text, "query")
    # Real nesting needs one of these; the walk is spared for plain queries.
    if text.count("(") + text.count("~") + text.lower().count("not") >= DEEPEST:
        _check_depth(node, text)
    return node


def parse_sort(text: str, *, max_length: int | None = LONGEST) -> tuple[SortTerm, ...]:
    """The terms of a sort; an empty or blank text gives none. Raises PqlError."""
    if not text or text.isspace():
        return ()
    try:
        _check_text(text, max_length)
        terms: tuple[SortTerm, ...] = _parse(text, "sort")
    except PqlError as error:
        raise PqlError(replace(error.diagnostic, source="sort"), text) from None
    return terms


def spelt_field(value: Literal, text: str) -> FieldPath | None:
    """The path that a bare value of `text` spells by the rules for fields; None where it spells none.

    Raises PqlError (PQL102) for a path with an empty key.
    """
    if value.quoted or not re.fullmatch(tables().terminals["FIELD"], value.text):
        return None
    try:
        return field_path(("FIELD", value.text, *value.span))
    except SyntaxFaultError as fault:
        raise _fault_error(fault, text) from None


_SURROGATE = re.compile("[\ud800-\udfff]")


def _check_text(text: str, max_length: int | None) -> None:
    if max_length is not None and len(text) > max_length:
        payload = {"length": f"{len(text):,}", "limit": f"{max_length:,}"}
        raise PqlError(
            Diagnostic("PQL112", Span(max_length, max_length + 1), payload, "split the query in parts"), text
        )
    half = None if text.isascii() else _SURROGATE.search(text)
    if half is not None:
        raise PqlError(Diagnostic("PQL114", Span(*half.span()), hint="a query is UTF-8"), text)


@cache
def _machine() -> Machine:
    return Machine(tables(), Builder())


def _parse(text: str, start: str) -> Any:
    try:
        return _machine().parse(text, start)
    except SyntaxFaultError as fault:
        raise _fault_error(fault, text) from None
    except UnexpectedTextError:
        pass
    from pql.syntax.faults import explain_unexpected

    raise PqlError(explain_unexpected(text, start), text)


_HINTS = {
    "PQL109": "put a comma before `{field}:`, or quote the value if it is one text",
    "PQL110": "write ` | ` with blanks for OR, or leave out `{field}:` for a list of values",
}


def _fault_error(fault: SyntaxFaultError, text: str) -> PqlError:
    hint = _HINTS.get(fault.code, "").format_map(fault.payload)
    return PqlError(Diagnostic(fault.code, fault.span, fault.payload, hint), text)


def _check_depth(node: Node, text: str) -> None:
    stack: list[tuple[Node, int]] = [(node, 1)]
    while stack:
        current, depth = stack.pop()
        if depth > DEEPEST:
            raise PqlError(Diagnostic("PQL111", current.span, {"limit": str(DEEPEST)}), text)
        match current:
            case And(items) | Or(items):
                stack.extend((item, depth + 1) for item in items)
            case Not(item) | Group(item=item):
                stack.append((item, depth + 1))
            case Condition():
                pass
