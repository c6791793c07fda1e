"""Texts as the language compares them: case folding, and RE2 patterns in terms of Python's `re`."""

from __future__ import annotations

import re
import sys
import unicodedata
from dataclasses import dataclass, field
from functools import cache

__all__ = ["fold", "matches"]

_DOTTED_I = "\N{LATIN CAPITAL LETTER I WITH DOT ABOVE}"


def fold(text: str) -> str:
    """Each character's simple lower case, whatever stands around it.

    That is `str.lower` of one character at a time, but for the one letter that has two there. So a final
    sigma is like any other, and `STRASSE` does not find `straße`. It is what DuckDB's `lower` does.
    """
    return "".join(["i" if each == _DOTTED_I else each.lower() for each in text])


def matches(pattern: str, text: str, *, ignore_case: bool) -> bool:
    """Whether the text holds a match of the RE2 pattern, which the binder has taken."""
    return _compiled(pattern, ignore_case).search(text.translate(_SHIELD)) is not None


# `re` folds these two into i; RE2 lets them stand alone. Private characters take their place.
_SHIELD = {ord(_DOTTED_I): "\uf8f0", ord("\N{LATIN SMALL LETTER DOTLESS I}"): "\uf8f1"}
_UNSHIELD = {ord(stand_in): letter for letter, stand_in in _SHIELD.items()}
_CLASS_ITEMS = {
    "d": "0-9",
    "w": "0-9A-Za-z_",
    "s": r"\t\n\f\r ",
}
_POSIX = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "ascii": r"\x00-\x7f",
    "blank": r"\t ",
    "cntrl": r"\x00-\x1f\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": r"!-/:-@\[-`{-~",
    "space": r"\t\n\v\f\r ",
    "upper": "A-Z",
    "word": "0-9A-Za-z_",
    "xdigit": "0-9A-Fa-f",
}
_WORD = "(?-i:[0-9A-Za-z_])"  # RE2 folds no case here
_BOUNDARY = f"(?:(?<={_WORD})(?!{_WORD})|(?<!{_WORD})(?={_WORD}))"
_TOKEN = re.compile(
    rf"\[:(?P<not>\^?)(?P<posix>{'|'.join(_POSIX)}):\]"
    r"|\\[pP](?:\{\^?\w+\}|\w)|\\(?P<escape>.)|(?P<plain>.)",
    re.DOTALL,
)


@cache
def _compiled(pattern: str, ignore_case: bool) -> re.Pattern[str]:
    return re.compile(_translate(pattern).translate(_SHIELD), re.IGNORECASE if ignore_case else 0)


@dataclass
class _Class:
    """A class of characters while it is read: what it lists, and complements of classes among it."""

    negated: bool = False
    items: list[str] = field(default_factory=list)
    complements: list[str] = field(default_factory=list)

    def text(self) -> str:
        """The class for `re`, which knows no complement inside a class."""
        sign = "^" if self.negated else ""
        if not self.complements:
            return f"[{sign}{''.join(self.items)}]"
        parts = [f"[{''.join(self.items)}]"] if self.items else []
        either = "|".join([*parts, *(f"[^{each}]" for each in self.complements)])
        return f"(?:(?!{either})(?s:.))" if self.negated else f"(?:{either})"


def _translate(pattern: str) -> str:
    """The same pattern for `re`: RE2's classes are ASCII, and its `$` is the very end of the text."""
    parts: list[str] = []
    inside: _Class | None = None
    for token in _TOKEN.finditer(pattern):
        text = token[0]
        named = _named(token)
        if named is not None and (inside is not None or not token["posix"]):
            members, complement = named
            if inside is None:
                parts.append(f"[{'^' if complement else ''}{members}]")
            else:
                (inside.complements if complement else inside.items).append(members)
        elif inside is not None:
            if text == "]" and inside.items + inside.complements:
                parts.append(inside.text())
                inside = None
            elif text == "^" and pattern[token.start() - 1] == "[" and not inside.items:
                inside.negated = True
            else:
                inside.items.append("\\" + text if text in "[]&~|^" else text)
        elif text == "[":
            inside = _Class()
        elif token["escape"]:
            parts.append(_escape(token["escape"]))
        elif text == "$":
            parts.append(r"(?:\Z)")
        elif text == "{" and pattern.startswith(",", token.end()):  # a repeat has a lower bound in RE2
            parts.append(r"\{")
        else:
            parts.append(text)
    return "".join(parts)


def _named(token: re.Match[str]) -> tuple[str, bool] | None:
    """The members of a class that has a name, and whether their complement is meant."""
    text = token[0]
    if token["posix"]:
        return _POSIX[token["posix"]], bool(token["not"])
    if text[:2] in (r"\p", r"\P"):
        name = text[2:].strip("{}")
        return _category(name.removeprefix("^")), (text[1] == "P") != name.startswith("^")
    letter = token["escape"]
    if letter and letter.lower() in _CLASS_ITEMS:
        return _CLASS_ITEMS[letter.lower()], letter.isupper()
    return None


def _escape(letter: str) -> str:
    match letter:
        case "b":
            return _BOUNDARY
        case "B":
            return f"(?!{_BOUNDARY})"
        case "z":
            return r"(?:\Z)"
        case _:
            return "\\" + letter


@cache
def _category(name: str) -> str:
    """The characters of a general category (`Lu`), or of all that begin with a letter (`L`), as ranges.

    RE2 counts what is not assigned to no category.
    """
    ranges: list[list[int]] = []
    for code in range(sys.maxunicode + 1):
        own = unicodedata.category(chr(_UNSHIELD.get(code, code)))
        if name == "Any" or (own.startswith(name) and own != "Cn"):
            if ranges and ranges[-1][1] == code - 1:
                ranges[-1][1] = code
            else:
                ranges.append([code, code])
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in ranges)
