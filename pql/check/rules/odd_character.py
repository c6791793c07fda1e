"""Character that isn't what it looks like."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from pql.check.model import Report
from pql.check.pqlfile import quoted_spans
from pql.check.rule import Rule
from pql.check.search import Search
from pql.check.texts import Text
from pql.diagnostics.span import Span

__all__ = ["RULE"]

# Control characters but for blanks and line ends; blanks of other widths; characters without a width; quotes
# and signs of other alphabets. Joiners (200C, 200D) are a part of words.
_ODD = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xa0\xad\u061c\u1680\u180e\u2000-\u200b\u200e\u200f\u2018-\u201f"
    "\u2028-\u202f\u205f-\u2064\u2066-\u206f\u3000\ufeff\uff02\uff05\uff07-\uff09\uff0c\uff0f\uff1a\uff1c-\uff1e\uff5c\uff5e]"
)


def _check(search: Search) -> Iterator[Report]:
    for text in search.texts:
        if not text.masked.isascii() or not text.masked.isprintable():
            yield from _odd(text)


def _odd(text: Text) -> Iterator[Report]:
    quoted: list[Span] | None = None
    for found in _ODD.finditer(text.masked):
        quoted = quoted_spans(text.masked) if quoted is None else quoted
        if any(span.start <= found.start() < span.end for span in quoted):
            continue
        code = f"U+{ord(found[0]):04X}"
        name = unicodedata.name(found[0], "control character").lower()
        yield text.report(Span(*found.span()), _hint(found[0]), name=name, code=code)


def _hint(character: str) -> str:
    plain = unicodedata.normalize("NFKC", character)
    if unicodedata.category(character) in ("Pi", "Pf", "Ps"):
        plain = '"'
    if plain.isascii() and plain.strip() and plain.isprintable():
        return f"write `{plain}`, or put the value in quotes if it is meant"
    return "take it away, or put the value in quotes if it is meant"


RULE = Rule(
    name="odd-character",
    codes=("PQL733",),
    title="character that isn't what it looks like",
    message="here stands {name} ({code}), which is a part of the text like any letter",
    doc="""\
Texts that are copied from a page or a chat may bring blanks of other widths, characters that can't be seen,
curly quotes and wide signs. The language knows none of them: they become a part of the value, which then
equals nothing. In quotes they are taken as meant.
""",
    wrong="name:\u201cbest run\u201d",
    right='name:"best run"',
    on_search=_check,
)
