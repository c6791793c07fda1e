"""Names as folders and files spell them."""

from __future__ import annotations

import re
from urllib.parse import unquote

__all__ = ["decode_name", "printable", "uuid_hex"]

_UUID = re.compile(r"[0-9a-f]{8}(-?)[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{12}\Z", re.IGNORECASE)


def uuid_hex(text: str) -> str | None:
    """The 32 lower-case hex digits of a uuid given plain or dashed; None if it is none."""
    if len(text) not in (32, 36) or not _UUID.match(text):
        return None
    return text.replace("-", "").lower()


def decode_name(stem: str) -> str:
    """The logged name behind the stem of an event file.

    Our tracking writes what a file name can't hold as `%XX`, the bytes of its UTF-8; the slugs of the
    Polyaxon client never hold a `%`. A stem that is not such an encoding stands for itself.
    """
    if "%" not in stem:
        return stem
    try:
        return unquote(stem, encoding="utf-8", errors="strict")
    except UnicodeDecodeError:
        return stem


def printable(name: str) -> str:
    r"""A file name as text that encodes as UTF-8: bytes that were not UTF-8 appear as `\xNN`."""
    if name.isascii():
        return name
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
