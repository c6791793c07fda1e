"""The operations of a YAML document at any depth: their joins and their matrices, with what is wrong in them.

Reading goes on after a fault: each part of a join is read by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from pql.binder.binder import Clock
from pql.check.comments import COMMENT
from pql.check.model import Report, report_of
from pql.check.scalars import content_start
from pql.check.units import Unit, read_unit
from pql.diagnostics.diagnostic import PqlError
from pql.diagnostics.span import Span
from pql.joins.document import Mapping, Node, Scalar, Sequence, read_document
from pql.joins.matrix import Matrix, read_matrix
from pql.joins.opfile import Operation, is_operation
from pql.joins.source import Source

__all__ = ["Document", "looks_like_operation", "read_operations", "split_documents"]

_MARKER = re.compile(r"^(?P<sign>---|\.\.\.)(?=\s|\Z)", re.MULTILINE)
_CONTENT = re.compile(r"^(?![ \t]*(?:#|\r?$)|%)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Document:
    """One document of a file. `base` is its offset there; spans inside count from it. `texts` are the places
    of its scalars, in which nothing is a comment; they are there only if the file has `COMMENT` in it."""

    source: Source
    base: int
    units: tuple[Unit, ...]
    matrices: tuple[Matrix, ...]
    texts: tuple[Span, ...]
    fault: Report | None = None


def split_documents(text: str) -> list[tuple[int, str]]:
    """The documents of a file, each with its offset. At the beginning of a line `---` and `...` stand for
    nothing else, whatever they stand in."""
    starts, parts = 0, list[tuple[int, str]]()
    for marker in _MARKER.finditer(text):
        parts.append((starts, text[starts : marker.start()]))
        starts = marker.start() if marker["sign"] == "---" else marker.end()
    parts.append((starts, text[starts:]))
    return [(at, part) for at, part in parts if _CONTENT.search(part.removeprefix("---"))]


def looks_like_operation(text: str) -> bool:
    """Whether a text is a YAML mapping with a section that only operations and components have."""
    try:
        _, root = read_document(split_documents(text)[0][1] if split_documents(text) else text, "")
    except PqlError:
        return False
    return isinstance(root, Mapping) and is_operation(root)


def read_operations(text: str, name: str, base: int, clock: Clock) -> Document:
    """Read one document. What can't be read at all is its `fault`."""
    try:
        source, root = read_document(text, name)
    except PqlError as error:
        fault = report_of(error)
        span = Span(min(fault.span.start, len(text)), min(fault.span.end, len(text)))
        return Document(Source(name, text), base, (), (), (), replace(fault, span=span))
    walk = _Walk(source, clock, isinstance(root, Mapping) and is_operation(root))
    walk.visit(root, None, None)
    texts = tuple(_texts(root, source)) if COMMENT in text else ()
    return Document(source, base, tuple(walk.units), tuple(walk.matrices), texts)


def _texts(root: Node, source: Source) -> Iterator[Span]:
    stack: list[Node] = [root]
    while stack:
        match stack.pop():
            case Scalar() as scalar:
                start = content_start(scalar, source)
                if source.text[start : start + 1] in ("|", ">") and scalar.verbatim is None:
                    line = source.text.find("\n", start)  # the sign's line may end in a comment
                    start = scalar.span.end if line < 0 else line
                yield Span(start, max(start, scalar.span.end))
            case Sequence(items):
                stack.extend(items)
            case Mapping(entries):
                for key, value in entries:
                    stack += [key, value]


class _Walk:
    def __init__(self, source: Source, clock: Clock, sure: bool) -> None:
        self._source = source
        self._clock = clock
        self._sure = sure
        self._seen: set[int] = set()
        self.units: list[Unit] = []
        self.matrices: list[Matrix] = []

    def visit(self, node: Node, dag: Mapping | None, dag_params: Mapping | None) -> None:
        """Look for operations in a node; `dag` is the component whose run it stands in."""
        if id(node) in self._seen:
            return  # an alias of what was seen
        self._seen.add(id(node))
        match node:
            case Sequence(items):
                for item in items:
                    self.visit(item, dag, dag_params)
            case Mapping():
                self._operation(node, dag, dag_params)
                self._inside(node, dag, dag_params)
            case _:
                pass

    def _inside(self, node: Mapping, dag: Mapping | None, dag_params: Mapping | None) -> None:
        run = node.get("run")
        holds = isinstance(run, Mapping) and run.get("operations") is not None
        for key, value in node.entries:
            if key.value == "joins":
                continue
            if holds and key.value == "run":
                self.visit(value, node, dag_params)
            elif key.value == "component":
                params = node.get("params")
                self.visit(value, dag, params if isinstance(params, Mapping) else None)
            else:
                self.visit(value, dag, dag_params)

    def _operation(self, node: Mapping, dag: Mapping | None, dag_params: Mapping | None) -> None:
        matrix = read_matrix(node.get("matrix"), self._source)
        if matrix is not None:
            self.matrices.append(matrix)
        joins = node.get("joins")
        own = node.get("component") or _of_dag(node, dag)
        component = own if isinstance(own, Mapping) else None
        sure = self._sure and is_operation(node)
        filled = node.get("params") is not None or matrix is not None or (dag and component) is not None
        if not (self._sure or _speaks_of_queries(joins)) or (joins is None and not (sure and filled)):
            return
        operation = Operation(self._source, node, component, "", dag, dag_params)
        self.units.append(read_unit(operation, joins, self._clock))


def _speaks_of_queries(joins: Node | None) -> bool:
    return isinstance(joins, Sequence) and any(
        isinstance(each, Mapping) and each.get("query") is not None for each in joins.items
    )


def _of_dag(node: Mapping, dag: Mapping | None) -> Node | None:
    """The component of the DAG that `dagRef` names."""
    name = node.get("dagRef")
    run = None if dag is None else dag.get("run")
    components = run.get("components") if isinstance(run, Mapping) else None
    if not isinstance(name, Scalar) or not isinstance(components, Sequence):
        return None
    for each in components.items:
        own = each.get("name") if isinstance(each, Mapping) else None
        if isinstance(own, Scalar) and own.value == name.value:
            return each
    return None
