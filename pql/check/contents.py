"""What a file holds that can be checked: documents with operations, or blocks with saved queries."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pql.binder.binder import Clock
from pql.catalog.numbers import spelt_number
from pql.check.comments import COMMENT
from pql.check.model import Report, report_of
from pql.check.operations import Document, looks_like_operation, read_operations, split_documents
from pql.check.pqlfile import Block, read_blocks
from pql.check.saved import read_all_saved
from pql.check.search import Search, read_search
from pql.check.texts import Text
from pql.diagnostics.diagnostic import Diagnostic
from pql.diagnostics.span import Span
from pql.joins.source import Placed, Source, placed

__all__ = ["Contents", "Kind", "read_contents"]

Kind = str
"""`yaml`, `pql`, `toml` (settings with saved queries), `query` (one query and nothing else), or `guess` (yaml
if it reads as an operation)."""

# What a file must hold to be of interest, and what it holds if a fault in it is of interest.
_SIGNS = ("joins", "matrix", "contextOnly", "context_only", "operations", COMMENT)
_LIKELY = re.compile(r"\bquery[\"']?\s*:|\bkind[\"']?\s*:\s*[\"']?(?:operation|component)\b")


@dataclass(frozen=True, slots=True)
class Contents:
    """One file. Spans in a document count from its `base`, all others from the beginning of the file.

    `searches` are those of blocks. `faults` are those of saved queries that can't be used whole. `stray` is
    text in front of the first block. `texts` are the places where nothing is a comment.
    """

    name: str
    text: str
    documents: tuple[Document, ...] = ()
    blocks: tuple[Block, ...] = ()
    searches: tuple[Search, ...] = ()
    stray: Span | None = None
    texts: tuple[Span, ...] = ()
    faults: tuple[Report, ...] = ()

    def all_searches(self) -> Iterator[tuple[int, Search]]:
        """Those of blocks and those of joins, each with the offset that its spans count from."""
        for search in self.searches:
            yield 0, search
        for document in self.documents:
            for unit in document.units:
                for join in unit.joins:
                    if join.search is not None:
                        yield document.base, join.search


def read_contents(name: str, text: str, kind: Kind, clock: Clock) -> Contents:
    """Read a file; what is wrong in it becomes reports of its parts."""
    if kind == "guess":
        kind = "yaml" if looks_like_operation(text) else "pql"
    match kind:
        case "yaml":
            return _yaml(name, text, clock)
        case "query":
            query = placed(text, name)
            search = read_search(query.source, Text(query, text, (), 0), clock=clock)
            return Contents(name, text, searches=(search,), texts=(Span(0, len(text)),))
        case "toml":
            saved, found = read_all_saved(Source(name, text))
            blocks = tuple(each.block for each in saved)
            searches = tuple(_search(Source(name, text), each, clock) for each in blocks)
            return Contents(name, text, (), blocks, searches, faults=tuple(map(report_of, found)))
        case _:
            return _pql(name, text, clock)


def _yaml(name: str, text: str, clock: Clock) -> Contents:
    if not any(each in text for each in _SIGNS):
        return Contents(name, text)
    documents: list[Document] = []
    for base, part in split_documents(text):
        document = read_operations(part, name, base, clock)
        if document.fault is None or _LIKELY.search(part):
            documents.append(document)
    texts = [Span(span.start + each.base, span.end + each.base) for each in documents for span in each.texts]
    return Contents(name, text, tuple(documents), texts=tuple(texts))


def _pql(name: str, text: str, clock: Clock) -> Contents:
    source = Source(name, text)
    blocks, stray = read_blocks(source)
    searches = tuple(_search(source, block, clock) for block in blocks)
    faults = tuple(
        report_of(source.error("PQL604", span, key=text[slice(*span)]))
        for block in blocks
        for span in block.repeated
    )
    return Contents(name, text, (), blocks, searches, stray, faults=faults)


def _search(source: Source, block: Block, clock: Clock) -> Search:
    def text(part: Placed) -> Text:
        return Text(part, part.text, (), block.anchor)

    limit, faults = None, tuple[Report, ...]()
    if block.limit is not None:
        number = spelt_number(block.limit.text.strip())
        if isinstance(number, int) and number >= 1:
            limit = number
        else:
            payload = {"value": f"`{block.limit.text[:40]}`"}
            whole = Span(0, len(block.limit.text))
            faults = (text(block.limit).fault(Diagnostic("PQL401", whole, payload)),)
    sort = None if block.sort is None else text(block.sort)
    span = None if limit is None or block.limit is None else block.limit.whole
    return read_search(source, text(block.query), sort, limit, span, clock=clock, more=faults)
