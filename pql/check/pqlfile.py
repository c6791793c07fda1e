"""`.pql` files: saved queries, each in a block under its name.

    # What the team looks at every morning.
    [best-of-the-week]
    metrics.loss:<0.01,
    created_at:>-7d
    sort: metrics.loss
    limit: 10

A comment runs from a `#` at the beginning of a line or after a blank to the end of the line. A line that
begins with `sort:` or `limit:` ends the query; what it says belongs to the search. A file without a header is
one query, named like the file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pql.diagnostics.span import Span
from pql.joins.source import Piece, Placed, Source

__all__ = ["Block", "comment_spans", "quoted_spans", "read_blocks"]

_HEADER = re.compile(r"^[ \t]*\[(?P<name>[^\[\]\r\n]*)\][ \t]*(?=\r?$)", re.MULTILINE)
_SETTING = re.compile(r"^[ \t]*(?P<name>sort|limit)[ \t]*:", re.MULTILINE)
# What may stand before a quote that opens a text, and not one inside a word.
_BEFORE_QUOTE = frozenset(":|<>=~.([,")


@dataclass(frozen=True, slots=True)
class Block:
    """One saved query. `anchor` is the offset of its header; `name_span` the place of the name. `repeated`
    are the places of settings that were given before."""

    name: str
    name_span: Span
    anchor: int
    query: Placed
    sort: Placed | None
    limit: Placed | None
    repeated: tuple[Span, ...] = ()


def read_blocks(source: Source) -> tuple[tuple[Block, ...], Span | None]:
    """The blocks of a file in order, and the place of text before the first header (None: there is none)."""
    text = _blanked(source.text)
    headers = list(_HEADER.finditer(text))
    if not headers:
        if not text.strip():
            return (), None
        return (_block(source, text, "", Span(0, 0), 0, 0, len(text)),), None
    stray = text[: headers[0].start()]
    blocks: list[Block] = []
    for number, header in enumerate(headers):
        end = headers[number + 1].start() if number + 1 < len(headers) else len(text)
        name = Span(*header.span("name"))
        at = header.start() + len(header[0]) - len(header[0].lstrip())
        blocks.append(_block(source, text, header["name"].strip(), name, at, header.end(), end))
    return tuple(blocks), _trimmed(stray, 0) if stray.strip() else None


def _block(source: Source, text: str, name: str, where: Span, anchor: int, start: int, end: int) -> Block:
    settings = list(_SETTING.finditer(text, start, end))
    stop = settings[0].start() if settings else end
    found: dict[str, Placed] = {}
    repeated: list[Span] = []
    for number, setting in enumerate(settings):
        until = settings[number + 1].start() if number + 1 < len(settings) else end
        if setting["name"] in found:
            repeated.append(Span(*setting.span("name")))
        found[setting["name"]] = _placed(source, text, setting.end(), until)
    query = _placed(source, text, start, stop)
    return Block(name, where, anchor, query, found.get("sort"), found.get("limit"), tuple(repeated))


def _placed(source: Source, text: str, start: int, end: int) -> Placed:
    span = _trimmed(text[start:end], start)
    content = text[span.start : span.end]
    pieces = (Piece(0, len(content), span, True),) if content else ()
    return Placed(content, source, span, pieces)


def _trimmed(text: str, start: int) -> Span:
    begin = start + len(text) - len(text.lstrip())
    return Span(begin, begin + len(text.strip())) if text.strip() else Span(start, start)


def _blanked(text: str) -> str:
    """The text with blanks in the place of its comments."""
    parts: list[str] = []
    at = 0
    for span in comment_spans(text):
        parts += [text[at : span.start], " " * (span.end - span.start)]
        at = span.end
    return "".join([*parts, text[at:]])


def comment_spans(text: str) -> list[Span]:
    """The comments of a text; a `#` in quotes or in a regular expression begins none."""
    return [span for span in _special_spans(text, comments=True) if text[span.start] == "#"]


def quoted_spans(text: str) -> list[Span]:
    """The quoted texts and regular expressions of a query without comments."""
    return _special_spans(text, comments=False)


def _special_spans(text: str, *, comments: bool) -> list[Span]:
    spans: list[Span] = []
    at, before = 0, "("
    while at < len(text):
        character = text[at]
        if comments and character == "#" and (at == 0 or text[at - 1].isspace()):
            end = text.find("\n", at)
            end = len(text) if end < 0 else end
            if text[end - 1] == "\r":
                end -= 1
            spans.append(Span(at, end))
            at = end
            continue
        opens = character in "\"'" and before in _BEFORE_QUOTE
        if opens or (character == "/" and before in ":~"):
            end = _closing(text, at)
            if end > at + 1:
                spans.append(Span(at, end))
            at = end
            before = character
            continue
        if not character.isspace():
            before = character
        at += 1
    return spans


def _closing(text: str, start: int) -> int:
    """The offset behind the quote or regular expression; just behind its first character if it isn't closed
    on its line."""
    at = start + 1
    while at < len(text) and text[at] != "\n":
        if text[at] == text[start]:
            return at + 1
        at += 2 if text[at] == "\\" else 1
    return start + 1
