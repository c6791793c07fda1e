"""A section `joins` of an operation file, with its templates rendered: joins."""

from __future__ import annotations

from pql.catalog.numbers import spelt_number
from pql.diagnostics.diagnostic import PqlError
from pql.diagnostics.span import Span
from pql.joins.document import Mapping, Node, Scalar, Sequence
from pql.joins.model import Join, JoinParam, PathEntry, Paths
from pql.joins.querytext import render_query, render_sort
from pql.joins.references import Reference, Root, UnknownReferenceError, parse_reference
from pql.joins.resolver import check_param
from pql.joins.source import Placed, Source
from pql.joins.templates import Names, holes, render_text
from pql.syntax.parser import parse_query, parse_sort

__all__ = ["read_flag", "read_join", "read_joins", "read_params", "read_whole", "shown", "wrong_kind"]

_JOIN_KEYS = {name: name for name in ("query", "sort", "limit", "offset", "params")}
_PARAM_KEYS = {
    "value": "value",
    "contextOnly": "contextOnly",
    "context_only": "contextOnly",
    "toInit": "toInit",
    "to_init": "toInit",
    "connection": "connection",
}
_ROOTS = frozenset(each.value for each in Root)


def read_joins(node: Node | None, source: Source, names: Names) -> tuple[Join, ...]:
    """The joins of a section (None: there are none). Raises PqlError."""
    match node:
        case None:
            return ()
        case Sequence(items):
            return tuple(read_join(each, source, names) for each in items)
        case _:
            raise wrong_kind("joins", "a list of joins", node, source)


def read_join(node: Node, source: Source, names: Names) -> Join:
    """One join: templates rendered, query and sort parsed, references held against the tables.

    Raises PqlError with the place in the file.
    """
    if not isinstance(node, Mapping):
        raise wrong_kind("join", "a mapping with `query` and `params`", node, source)
    node.refuse_others(_JOIN_KEYS, "a join", source)
    query = node.get("query")
    if query is None or (isinstance(query, Scalar) and not query.text.strip()):
        raise source.error("PQL606", _head(node), "write `query: …`; `status:_any_` matches every run")
    join = Join(
        query=_query(_text("query", query, source), names),
        sort=_sort(node.get("sort"), source, names),
        limit=read_whole("limit", node.get("limit"), source, names),
        offset=read_whole("offset", node.get("offset"), source, names) or 0,
        params=read_params(node.get("params"), source, names),
        span=node.span,
        source=source,
    )
    for param in join.params:
        check_param(param, join)
    return join


def _head(node: Mapping) -> Span:
    """The first key of a mapping: a place that a caret can show."""
    return node.entries[0][0].span if node.entries else node.span


def wrong_kind(field: str, takes: str, node: Node, source: Source) -> PqlError:
    """The diagnostic for a value of the wrong shape."""
    return source.error("PQL603", _start(node), field=field, takes=takes, found=shown(node))


def _start(node: Node) -> Span:
    return _head(node) if isinstance(node, Mapping) else node.span


def shown(node: Node) -> str:
    """What a node is, for messages."""
    match node:
        case Scalar():
            return "null" if node.value is None else f"`{node.text[:40]}`"
        case Sequence():
            return "a list"
        case Mapping():
            return "a mapping"


def _text(field: str, node: Node, source: Source) -> Placed:
    if not isinstance(node, Scalar) or node.value is None:
        raise wrong_kind(field, "a text", node, source)
    return node.placed(source)


def _query(template: Placed, names: Names) -> Placed:
    query = render_query(template, names)
    try:
        parse_query(query.text)
    except PqlError as error:
        raise query.blame(error) from None
    return query


def _sort(node: Node | None, source: Source, names: Names) -> Placed:
    if node is None:
        return Placed("", source, Span(0, 0))
    sort = render_sort(_text("sort", node, source), names)
    try:
        parse_sort(sort.text)
    except PqlError as error:
        raise sort.blame(error) from None
    return sort


def read_whole(field: str, node: Node | None, source: Source, names: Names) -> int | None:
    """A `limit` or `offset`: a whole number, or a text that spells one, perhaps through a template.

    Raises PqlError.
    """
    if node is None:
        return None
    template = _text(field, node, source)
    text = render_text(template, names)
    number = spelt_number(text.text.strip())
    least, code = (1, "PQL401") if field == "limit" else (0, "PQL402")
    if not isinstance(number, int) or number < least:
        raise text.error(code, value=f"`{text.text[:40]}`")
    return number


def read_params(node: Node | None, source: Source, names: Names) -> tuple[JoinParam, ...]:
    """The params of a join, not yet held against the tables. Raises PqlError."""
    match node:
        case None:
            return ()
        case Mapping(entries):
            return tuple(_param(key, value, source, names) for key, value in entries)
        case _:
            raise wrong_kind("params", "a mapping of names to params", node, source)


def _param(key: Scalar, node: Node, source: Source, names: Names) -> JoinParam:
    if not isinstance(key.value, str):
        raise wrong_kind("params", "names that are texts", key, source)
    if not isinstance(node, Mapping):
        raise wrong_kind(key.text, "a mapping with `value`", node, source)
    node.refuse_others(_PARAM_KEYS, "a param of a join", source)
    value = node.get("value")
    if value is None:
        raise source.error("PQL603", key.span, field=key.text, takes="a `value`", found="nothing")
    connection = node.get("connection")
    return JoinParam(
        name=key.value,
        value=_value(value, source, names),
        context_only=read_flag(node, source, "contextOnly", "context_only"),
        to_init=read_flag(node, source, "toInit", "to_init"),
        connection=None if connection is None else _text("connection", connection, source).text,
        span=value.span if isinstance(value, Scalar) else key.span,
    )


def read_flag(node: Mapping, source: Source, *names: str) -> bool:
    """Whether the key of one of these names is set to true. Raises PqlError (PQL603)."""
    value = node.get(*names)
    if value is None:
        return False
    if not isinstance(value, Scalar) or not isinstance(value.value, bool):
        raise wrong_kind(names[0], "true or false", value, source)
    return value.value


def _value(node: Node, source: Source, names: Names) -> Reference | Paths:
    match node:
        case Scalar():
            return _reference(node.placed(source), names)
        case Mapping():
            node.refuse_others({"files": "files", "dirs": "dirs"}, "an artifacts value", source)
            files, dirs = node.get("files"), node.get("dirs")
            if files is None and dirs is None:
                raise wrong_kind("value", "a reference, or a mapping with `files` or `dirs`", node, source)
            return Paths(_entries("files", files, source, names), _entries("dirs", dirs, source, names))
        case _:
            raise wrong_kind("value", "a reference, or a mapping with `files` or `dirs`", node, source)


def _entries(field: str, node: Node | None, source: Source, names: Names) -> tuple[PathEntry, ...] | None:
    if node is None:
        return None
    items = node.items if isinstance(node, Sequence) else (node,)
    return tuple(_entry(_text(field, each, source), names) for each in items)


def _entry(template: Placed, names: Names) -> PathEntry:
    """A reference in `{{ }}`, or a sub-path that may hold templates of the operation."""
    own = _of_run(template, names)
    if own is not None:
        return PathEntry(own, template.whole)
    return PathEntry(render_text(template, names).text, template.whole)


def _reference(template: Placed, names: Names) -> Reference:
    own = _of_run(template, names)
    if own is not None:
        return own
    return _parsed(render_text(template, names))


def _of_run(template: Placed, names: Names) -> Reference | None:
    """The reference to the matched run that a template is; None if it names something of the operation."""
    found = holes(template)
    alone = (
        len(found) == 1 and template.text.strip() == template.text[found[0].span.start : found[0].span.end]
    )
    if alone and found[0].path[0] not in names:
        return _parsed(template)
    inner = [hole for hole in found if hole.path[0] in _ROOTS]
    if not inner:
        return None
    hole = inner[0]
    if not alone:
        hint = "a sub-path of each run stands as it is: `{dirs: sub/path}`"
        raise template.error("PQL612", hole.span, hint, reference=hole.name, place="beside other text")
    return _parsed(template)


def _parsed(text: Placed) -> Reference:
    try:
        return parse_reference(text.text)
    except UnknownReferenceError as error:
        close = " or ".join(f"`{each}`" for each in error.close)
        hint = (
            f"did you mean {close}?"
            if close
            else "e.g. `inputs.lr`, `outputs.loss`, `artifacts.model`, `globals.uuid`"
        )
        if "." not in error.text:
            hint += "; a path in each run is given as `{files: …}` or `{dirs: …}`"
        raise text.error("PQL611", None, hint, reference=error.text[:60]) from None
