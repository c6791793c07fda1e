"""Texts of others on a terminal: nothing in them may steer it."""

from __future__ import annotations

import json
import re
import unicodedata

__all__ = ["FORMULA", "clip", "fold", "inert_json", "printable", "width"]

FORMULA = tuple("=+-@\t\r\n＝＋－＠")
"""What a spreadsheet takes for the beginning of a formula, or passes over in front of one."""

_ESCAPE = re.compile(r"\x1b\[[\d;]*m")


def printable(text: str) -> str:
    """The text on one line, with control and other invisible characters made visible."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else _visible(each) for each in text)


def _visible(character: str) -> str:
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else "\N{REPLACEMENT CHARACTER}"


def inert_json(text: str) -> str:
    """JSON with the characters that are not printable as escapes; the line ends between its parts stay."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() or each == "\n" else _escaped(each) for each in text)


def _escaped(character: str) -> str:
    return json.dumps(character)[1:-1] if character != "\x7f" else "\\u007f"


def width(text: str) -> int:
    """The columns of a terminal that a printable text takes."""
    if text.isascii():
        return len(text)
    total = 0
    for each in text:
        if not unicodedata.combining(each):
            total += 2 if unicodedata.east_asian_width(each) in "WF" else 1
    return total


def clip(text: str, columns: int) -> str:
    """The text cut to so many columns, with an ellipsis where something was cut."""
    if width(text) <= columns:
        return text
    kept = ""
    for each in text:
        if width(kept + each) > columns - 1:
            break
        kept += each
    return kept + "…"


def fold(text: str, columns: int | None, hang: str = "  ") -> str:
    """The text in lines of at most so many columns, broken at blanks only; `hang` leads all lines but the
    first. A word that is longer than a line stays whole. None is any width; escapes of colours take none.
    """
    if columns is None or width(_ESCAPE.sub("", text)) <= columns:
        return text
    start = len(text) - len(text.lstrip(" "))
    lead, lines = text[:start], list[str]()
    line, room = "", columns - start
    for word in re.split(r"(?<=\S)(?= )", text[start:]):
        if line and width(_ESCAPE.sub("", line + word)) > room:
            lines.append(lead + line)
            lead, line, room = hang, word.lstrip(" "), columns - width(_ESCAPE.sub("", hang))
        else:
            line += word
    return "\n".join([*lines, lead + line])
