"""Texts as the language compares them: case folding, and RE2 patterns in terms of Python's `re`."""

from __future__ import annotations

import re
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
    """Whether the text holds a match of the RE2 pattern.

    NotImplementedError for Unicode classes (`\\pL`), which the standard library has no tables for.
    """
    return _compiled(pattern, ignore_case).search(text.translate(_SHIELD)) is not None


# `re` folds these two into i; RE2 lets them stand alone. Private characters take their place.
_SHIELD = {ord(_DOTTED_I): "\uf8f0", ord("\N{LATIN SMALL LETTER DOTLESS I}"): "\uf8f1"}
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
_TOKEN = re.compile(r"\[:(?P<not>\^?)(?P<posix>[a-z]+):\]|\\(?P<escape>.)|(?P<plain>.)", re.DOTALL)


@cache
def _compiled(pattern: str, ignore_case: bool) -> re.Pattern[str]:
    return re.compile(_translate(pattern).translate(_SHIELD), re.IGNORECASE if ignore_case else 0)


def _translate(pattern: str) -> str:
    """The same pattern for `re`: RE2's classes are ASCII, and its `$` is the very end of the text."""
    parts: list[str] = []
    in_class = False
    for token in _TOKEN.finditer(pattern):
        if token["escape"]:
            parts.append(_escape(token["escape"], in_class))
        elif token["posix"] and in_class:
            if token["not"]:
                raise NotImplementedError("a negated class inside a class")
            parts.append(_POSIX[token["posix"]])
        else:
            text = token[0]
            if text == "[" and not in_class:
                in_class = True
            elif text == "]" and in_class and parts[-1] not in ("[", "^"):
                in_class = False
            elif text == "$" and not in_class:
                text = r"(?:\Z)"
            elif in_class and text in "[&~|":
                text = "\\" + text
            elif text == "{" and pattern.startswith(",", token.end()):  # a repeat has a lower bound in RE2
                text = r"\{"
            parts.append(text)
    return "".join(parts)


def _escape(letter: str, in_class: bool) -> str:
    if letter in "pP":
        raise NotImplementedError("Unicode classes")
    if letter.lower() in _CLASS_ITEMS:
        items = _CLASS_ITEMS[letter.lower()]
        if letter.islower():
            return items if in_class else f"[{items}]"
        if in_class:
            raise NotImplementedError("a negated class inside a class")
        return f"[^{items}]"
    match letter:
        case "b" if not in_class:
            return _BOUNDARY
        case "B" if not in_class:
            return f"(?!{_BOUNDARY})"
        case "z":
            return r"(?:\Z)"
        case _:
            return "\\" + letter
