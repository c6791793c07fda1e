"""Trees as indented lines: the AST, the bound form, the plan."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

from pql.catalog.fields import Field
from pql.diagnostics.span import Span

__all__ = ["form_lines", "node_lines"]

_INDENT = "  "


def node_lines(node: Any, level: int = 0, label: str = "") -> list[str]:
    """A dataclass tree: a line a node with its plain members, and below it the nodes inside."""
    lead = _INDENT * level + (f"{label}: " if label else "")
    if not is_dataclass(node):
        return [f"{lead}{_plain(node)}"]
    plain, inner = [], []
    span = ""
    for field in fields(node):
        value = getattr(node, field.name)
        if isinstance(value, Span):
            span = span or f"  [{value.start}..{value.end}]"
        elif _is_branch(value):
            inner.append((field.name, value))
        elif not _is_default(field, value):
            plain.append(f"{field.name}={_plain(value)}")
    lines = [f"{lead}{type(node).__name__}{' ' if plain else ''}{' '.join(plain)}{span}"]
    for name, value in inner:
        for each in value if isinstance(value, tuple) else (value,):
            lines += node_lines(each, level + 1, name if not isinstance(value, tuple) else "")
    return lines


def form_lines(form: list[Any], level: int = 0) -> list[str]:
    """A nested list: connectives open a level, a condition is one line of JSON."""
    head, *rest = form
    lead = _INDENT * level
    if head in ("and", "or", "not"):
        inner = [line for each in rest for line in form_lines(each, level + 1)]
        return [f"{lead}{head}", *inner]
    if head == "some":
        return [f"{lead}some {rest[0]}", *form_lines(rest[1], level + 1)]
    if head in ("all", "none"):
        return [f"{lead}{head}"]
    return [f"{lead}{head} {rest[0]} {json.dumps(rest[1], ensure_ascii=False)}"]


def _is_branch(value: Any) -> bool:
    if isinstance(value, tuple) and not isinstance(value, Span):
        return any(_is_branch(each) for each in value)
    return is_dataclass(value) and not isinstance(value, Field)


def _is_default(field: Any, value: Any) -> bool:
    return value in ((), None, False, "") or value == field.default


def _plain(value: Any) -> str:
    match value:
        case Field():
            return value.name
        case Enum():
            return str(value.value)
        case str():
            return json.dumps(value, ensure_ascii=False)
        case tuple():
            return "(" + ", ".join(_plain(each) for each in value) + ")"
        case _:
            return str(value)
