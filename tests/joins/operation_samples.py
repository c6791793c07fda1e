"""Operation files read and resolved without an index: the runs of each join are given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from pql.diagnostics.diagnostic import Diagnostic, PqlError
from pql.joins import Context, Join, MatchedRun, Operation, read_operation, resolve
from pql.joins.compose import compose
from pql.joins.document import Node, read_document
from pql.joins.read import read_joins
from pql.joins.references import Reference
from pql.joins.source import Source
from pql.joins.values import RefError, operation_values, template_names

Told = tuple[str, str, dict[str, str], str]
KNOWN = {"globals": {"name": "mine"}}


def told(found: Diagnostic, text: str) -> Told:
    """The code, what it stands at, its payload and its hint."""
    assert found.source == "op.yaml"
    assert found.message
    return found.code, text[slice(*found.span)], dict(found.payload), found.hint


def refusal(act: Callable[[], object]) -> Told:
    """What an action is refused with."""
    with pytest.raises(PqlError) as caught:
        act()
    return told(caught.value.diagnostic, caught.value.text)


def tree(text: str) -> tuple[Node, Source]:
    """A part of a file by itself."""
    source, node = read_document(text, "op.yaml")
    return node, source


def operation(text: str, wanted: str | None = None) -> Operation:
    return read_operation(text, "op.yaml", wanted)


def _look(ref: str, reference: Reference) -> Any:
    raise RefError(f"no run is known by `{ref}`")


def joins_of(text: str, **params: Any) -> tuple[Operation, dict[str, Any], tuple[Join, ...]]:
    """The operation of a file, the values of its params, and its joins."""
    read = operation(text)
    values = operation_values(read, Context(params=params), KNOWN, _look)
    return read, values, read_joins(read.node.get("joins"), read.source, template_names(values, KNOWN))


def composed(
    text: str, *matches: Sequence[MatchedRun], **params: Any
) -> tuple[dict[str, Any], tuple[Diagnostic, ...]]:
    """The operation of a file as plain data, each of its joins with its runs."""
    read, values, joins = joins_of(text, **params)
    return compose(read, values, resolve(joins, matches), KNOWN)
