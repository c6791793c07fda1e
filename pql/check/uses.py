"""Names that the templates of an operation use."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pql.joins.document import Mapping, Node, Scalar, Sequence

__all__ = ["EVERYTHING", "used"]

EVERYTHING = "params"
"""Stands among the names where a template takes all params at once."""

_TEMPLATE = re.compile(r"\{[{%].*?[}%]\}", re.DOTALL)
_SECTIONS = frozenset(("params", "inputs", "matrix", "joins"))
# A name with what is asked of it: `params.lr.value`, `params["lr"]`; texts in quotes are none.
_LOOKUP = re.compile(
    r"""(?P<text>"[^"]*"|'[^']*')"""
    r"""|(?<![\w.])(?P<first>[A-Za-z_][\w-]*)"""
    r"""(?:\s*\.\s*(?P<next>[A-Za-z_][\w-]*)|\s*\[\s*["'](?P<key>[^"']*)["']\s*\])?"""
)


def used(root: Node, *, without: Node | None = None) -> frozenset[str]:
    """Every name that a template below a node looks up (of `params.x` the x alone), and every name behind
    `ref`, where a value names without braces. `without` is passed over."""
    return frozenset(_used(root, without))


def _used(root: Node, without: Node | None) -> Iterator[str]:
    stack: list[Node] = [root]
    while stack:
        node = stack.pop()
        if node is without:
            continue
        match node:
            case Scalar(text=text) if "{" in text:
                for template in _TEMPLATE.findall(text):
                    yield from _looked_up(template)
            case Sequence(items):
                stack.extend(items)
            case Mapping(entries):
                value = node.get("value")
                if node.get("ref") is not None and isinstance(value, Scalar):
                    yield from _looked_up(value.text)
                stack.extend(value for _, value in entries)
            case _:
                pass


def _looked_up(template: str) -> Iterator[str]:
    for found in _LOOKUP.finditer(template):
        first = found["first"]
        if first in _SECTIONS:
            yield found["next"] or found["key"] or EVERYTHING
        elif first is not None:
            yield first
