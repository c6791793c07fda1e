"""How the name of a metric or artifact becomes a file name, and back.

ASCII letters, digits, `.`, `_` and `-` stay as they are; every other character becomes the `%XX` escapes of
its UTF-8 bytes, so that `urllib.parse.unquote` gives the name back and no file system has to agree on case
folding of letters it does not know, on Unicode normal forms or on reserved characters. A name too long for a
file system keeps its beginning and gets `~` and a digest of the whole name; the whole name then stands in
`lineages.plx.json` only, in the entry whose path is that file.
"""

from __future__ import annotations

__all__ = ["LONGEST_FILE_STEM", "checked_name", "file_stem", "is_shortened", "name_of_stem"]

LONGEST_FILE_STEM = 200
"""Bytes of an encoded name; file systems take 255, and a step and an extension follow."""

_DIGEST_DIGITS = 16

_SPELT = {
    byte: chr(byte) if chr(byte).isascii() and (chr(byte).isalnum() or chr(byte) in "._-") else f"%{byte:02X}"
    for byte in range(256)
}


def checked_name(name: str) -> str:
    """`name` itself, if it can name a metric or an artifact.

    Raises TypeError for what is no text, ValueError for an empty one or one that is no valid Unicode.
    """
    if not isinstance(name, str):
        raise TypeError(f"a name must be a text, not {type(name).__name__}")
    if not name:
        raise ValueError("a name must not be empty")
    try:
        name.encode()
    except UnicodeEncodeError:
        raise ValueError(f"the name {name!r} holds half a surrogate pair, which no file can keep") from None
    return name


def file_stem(name: str) -> str:
    """The file name, without an extension, for `name`: ASCII, at most `LONGEST_FILE_STEM` long."""
    characters = ["".join(map(_SPELT.__getitem__, character.encode())) for character in checked_name(name)]
    if characters[0] == ".":  # such a file would be hidden
        characters[0] = "%2E"
    stem = "".join(characters)
    if len(stem) <= LONGEST_FILE_STEM:
        return stem
    from hashlib import sha256

    room = LONGEST_FILE_STEM - _DIGEST_DIGITS - 1
    kept = ""
    for character in characters:
        if len(kept) + len(character) > room:
            break
        kept += character
    return f"{kept}~{sha256(name.encode()).hexdigest()[:_DIGEST_DIGITS]}"


def is_shortened(stem: str) -> bool:
    """Whether `file_stem` left something out; a path to the file will do as well."""
    return "~" in stem


def name_of_stem(stem: str) -> str | None:
    """The name that `file_stem` made `stem` of, or None when it was shortened."""
    from urllib.parse import unquote

    return None if is_shortened(stem) else unquote(stem)
