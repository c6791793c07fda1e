"""YAML to a tree that knows where each of its values stands, within bounds.

The tree is built from the parser's events without recursion. What aliases stand for is counted as often as
they stand for it, so a small file can't grow into a large one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NoReturn

import yaml
from yaml.constructor import SafeConstructor
from yaml.resolver import Resolver

from pql.diagnostics.span import Span
from pql.diagnostics.suggest import suggestion
from pql.joins.source import Piece, Placed, Source

__all__ = [
    "DEEPEST",
    "LARGEST",
    "MOST_NODES",
    "Mapping",
    "Node",
    "Scalar",
    "Sequence",
    "plain",
    "read_document",
]

LARGEST = 1 << 20
"""Bytes of a file that are taken."""

DEEPEST = 64
"""Levels of nesting that are taken, through aliases too."""

MOST_NODES = 100_000
"""Values that are taken, those behind aliases counted each time."""

_SHORT = 64
"""Characters of a text that is kept for the next file."""

_STANDARD = "tag:yaml.org,2002:"
_CORE = frozenset(_STANDARD + name for name in ("null", "bool", "int", "float", "str", "timestamp"))
_MERGE = _STANDARD + "merge"
_RESOLVER: Any = Resolver()


@dataclass(frozen=True, slots=True)
class Scalar:
    """One plain value. `text` is its text without quotes; `verbatim` says that the characters of the file
    from there on are just these. `merges`: as a key it stands for the keys of the mappings under it."""

    value: Any
    text: str
    span: Span = field(compare=False, repr=False)
    verbatim: int | None = field(compare=False, repr=False)
    merges: bool = field(default=False, compare=False, repr=False)

    def placed(self, source: Source) -> Placed:
        """The text with its place in the file."""
        pieces: tuple[Piece, ...] = ()
        if self.verbatim is not None:
            where = Span(self.verbatim, self.verbatim + len(self.text))
            pieces = (Piece(0, len(self.text), where, True),)
        return Placed(self.text, source, self.span, pieces)


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list. `size` counts the values in it and below, `depth` the levels."""

    items: tuple[Node, ...]
    span: Span = field(compare=False, repr=False)
    size: int = field(default=1, compare=False, repr=False)
    depth: int = field(default=1, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Mapping:
    """A mapping in the order of the file."""

    entries: tuple[tuple[Scalar, Node], ...]
    span: Span = field(compare=False, repr=False)
    size: int = field(default=1, compare=False, repr=False)
    depth: int = field(default=1, compare=False, repr=False)

    def get(self, *names: str) -> Node | None:
        """The value of the first of these keys that is there; a null counts as absent."""
        for key, value in self.entries:
            if key.value in names:
                return None if isinstance(value, Scalar) and value.value is None else value
        return None

    def key(self, name: str) -> Scalar | None:
        """The key itself, for its place."""
        return next((key for key, _ in self.entries if key.value == name), None)

    def refuse_others(self, known: dict[str, str], where: str, source: Source) -> None:
        """Raise PQL605 for a key that is not among the known ones (name → how to spell it)."""
        for key, _ in self.entries:
            if key.value not in known:
                hint = suggestion(key.text, known) or "there are: " + ", ".join(dict.fromkeys(known.values()))
                raise source.error("PQL605", key.span, hint, where=where, key=key.text)


Node = Scalar | Sequence | Mapping


@dataclass(slots=True)
class _Open:
    """A list or mapping that is not closed yet."""

    start: int
    anchor: str | None
    mapping: bool
    children: list[Node] = field(default_factory=list)


def read_document(data: bytes | str, name: str) -> tuple[Source, Node]:
    """The file's text with its name, and its tree.

    Raises PqlError: PQL601 (not YAML), PQL602 (too large or too deep), PQL604 (a key twice).
    """
    size = len(data) if isinstance(data, bytes) else len(data.encode("utf-8", "surrogatepass"))
    if size > LARGEST:
        start = data[:200].decode("utf-8", "replace") if isinstance(data, bytes) else data[:200]
        raise Source(name, start).error("PQL602", Span(0, 1), size=f"more than {LARGEST:,} bytes")
    source = Source(name, _decoded(data, name))
    return source, _Reader(source).read()


def _decoded(data: bytes | str, name: str) -> str:
    if isinstance(data, str):
        return data
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        text = error.object[: error.start].decode("utf-8")  # without the mark that may stand before it
        at = len(data) - len(error.object) + error.start
        reason = f"byte {at + 1} is not UTF-8"
        raise Source(name, text).error("PQL601", Span(len(text), len(text)), reason=reason) from None


@lru_cache(maxsize=4096)
def _known(text: str) -> Any:
    """The value of a plain scalar; the same keys and words are in many files."""
    return _plain(text)


def _plain(text: str) -> Any:
    tag = _RESOLVER.resolve(yaml.ScalarNode, text, (True, False))
    # `=` alone resolves to a tag of its own, which nobody means; `<<` means something as a key alone.
    return _typed(tag, text) if tag in _CORE else text


def _typed(tag: str, text: str) -> Any:
    if tag == _STANDARD + "str":
        return text
    constructor: Any = SafeConstructor()
    return constructor.construct_object(yaml.ScalarNode(tag, text))


class _Reader:
    def __init__(self, source: Source) -> None:
        self._source = source
        self._anchors: dict[str, Node] = {}
        self._count = 0

    def read(self) -> Node:
        root: Node | None = None
        stack: list[_Open] = []
        for event in self._events():
            start, end = event.start_mark.index, event.end_mark.index
            node: Node
            match event:
                case yaml.ScalarEvent():  # the most of them
                    node = self._scalar(event, start, end)
                    self._bound(1, len(stack), node.span)
                    if event.anchor:
                        self._anchors[event.anchor] = node
                case yaml.DocumentStartEvent() if root is not None:
                    self._refuse("the file holds more than one document", start, end)
                case yaml.SequenceStartEvent() | yaml.MappingStartEvent():
                    self._refuse_tag(
                        event.tag, "seq" if isinstance(event, yaml.SequenceStartEvent) else "map", start, end
                    )
                    if event.anchor:
                        self._anchors.pop(event.anchor, None)
                    stack.append(_Open(start, event.anchor, isinstance(event, yaml.MappingStartEvent)))
                    self._bound(1, len(stack), Span(start, end))
                    continue
                case yaml.AliasEvent():
                    node = self._alias(event.anchor or "", start, end, len(stack))
                case yaml.SequenceEndEvent() | yaml.MappingEndEvent():
                    opened = stack.pop()
                    node = self._closed(opened, end)
                    if opened.anchor:
                        self._anchors[opened.anchor] = node
                case _:
                    continue
            if stack:
                stack[-1].children.append(node)
            else:
                root = node
        if root is None:
            self._refuse("the file is empty", 0, 0)
        return root

    def _events(self) -> Iterator[Any]:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        try:
            yield from yaml.parse(self._source.text, Loader=loader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            at = len(self._source.text) if mark is None else min(mark.index, len(self._source.text))
            self._refuse(str(error.problem or error.context or "not YAML"), at, at + 1)
        except yaml.reader.ReaderError as error:
            found = yaml.reader.Reader.NON_PRINTABLE.search(self._source.text)
            at = found.start() if found else 0  # libyaml counts bytes
            self._refuse(f"a character can't stand in YAML: {error.reason}", at, at + 1)
        except UnicodeEncodeError as error:
            self._refuse("a character can't stand in YAML: half of a surrogate pair", error.start, error.end)

    def _refuse(self, reason: str, start: int, end: int) -> NoReturn:
        raise self._source.error("PQL601", Span(start, end), reason=reason)

    def _refuse_tag(self, tag: str | None, own: str, start: int, end: int) -> None:
        if tag not in (None, "!", _STANDARD + own):
            self._refuse(f"the tag `{tag}` is not taken", start, end)

    def _bound(self, more: int, depth: int, span: Span) -> None:
        self._count += more
        if self._count > MOST_NODES:
            size, hint = f"more than {MOST_NODES:,} values", "aliases count as what they stand for"
            raise self._source.error("PQL602", span, hint, size=size)
        if depth > DEEPEST:
            raise self._source.error("PQL602", span, size=f"more than {DEEPEST} levels")

    def _scalar(self, event: Any, start: int, end: int) -> Scalar:
        text: str = event.value
        span = Span(start, end)
        value = self._value(event, text, start, end)
        raw = self._source.text
        begin = next((at for at in (start, start + 1) if raw.startswith(text, at)), None)
        verbatim = begin if text and event.style not in ("|", ">") else None
        merges = event.tag == _MERGE or (text == "<<" and event.tag is None and event.implicit[0])
        return Scalar(value, text, span, verbatim, merges)

    def _value(self, event: Any, text: str, start: int, end: int) -> Any:
        tag = event.tag
        try:
            if tag is None and event.implicit[0]:
                return _known(text) if len(text) < _SHORT else _plain(text)
            if tag is not None and tag in _CORE:
                return _typed(tag, text)
        except (ValueError, OverflowError, yaml.YAMLError) as error:
            self._refuse(f"`{text[:40]}` is not valid: {str(error).splitlines()[0]}", start, end)
        except (LookupError, AttributeError):  # what a text under a tag that it does not fit leads to
            self._refuse(f"`{text[:40]}` is no {tag.removeprefix(_STANDARD)}", start, end)
        if tag not in (None, "!", _MERGE, _STANDARD + "value"):
            self._refuse(f"the tag `{tag}` is not taken", start, end)
        return text

    def _alias(self, anchor: str, start: int, end: int, depth: int) -> Node:
        node = self._anchors.get(anchor)
        if node is None:
            self._refuse(f"the alias `*{anchor}` stands for nothing, or for what it stands in", start, end)
        match node:
            case Scalar():
                self._bound(1, depth, Span(start, end))
            case Sequence() | Mapping():
                self._bound(node.size, depth + node.depth, Span(start, end))
        return node

    def _closed(self, opened: _Open, end: int) -> Node:
        children = opened.children
        span = Span(opened.start, end)
        size = 1 + sum(1 if isinstance(each, Scalar) else each.size for each in children)
        depth = 1 + max((0 if isinstance(each, Scalar) else each.depth for each in children), default=0)
        if not opened.mapping:
            return Sequence(tuple(children), span, size, depth)
        return Mapping(self._entries(children), span, size, depth)

    def _entries(self, children: list[Node]) -> tuple[tuple[Scalar, Node], ...]:
        own: dict[tuple[type, Any], tuple[Scalar, Node]] = {}
        merged: list[tuple[Scalar, Node]] = []
        for key, value in zip(children[::2], children[1::2], strict=True):
            if not isinstance(key, Scalar):
                self._refuse("a key must be a plain value", key.span.start, key.span.end)
            if key.merges:
                merged += self._merged(value)
                continue
            identity = (type(key.value), key.value)
            if identity in own:
                raise self._source.error("PQL604", key.span, key=key.text)
            own[identity] = (key, value)
        for key, value in merged:
            own.setdefault((type(key.value), key.value), (key, value))
        return tuple(own.values())

    def _merged(self, value: Node) -> list[tuple[Scalar, Node]]:
        parts = value.items if isinstance(value, Sequence) else (value,)
        found: list[tuple[Scalar, Node]] = []
        for part in parts:
            if not isinstance(part, Mapping):
                self._refuse("`<<` takes mappings", part.span.start, part.span.end)
            found += part.entries
        return found


def plain(node: Node) -> Any:
    """The tree as plain data: mappings, lists and values."""
    match node:
        case Scalar():
            return node.value
        case Sequence():
            return [plain(each) for each in node.items]
        case Mapping():
            return {key.value: plain(value) for key, value in node.entries}
