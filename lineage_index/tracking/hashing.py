"""Content hashes, for telling whether two runs used or made the same thing."""

from __future__ import annotations

import os
from typing import Any

__all__ = ["hash_of_path", "hash_of_value"]

_DIGITS = 12
_CHUNK = 1 << 20


def _md5(data: bytes = b"") -> Any:
    from hashlib import md5

    return md5(data, usedforsecurity=False)


def hash_of_value(value: Any) -> str:
    """12 hex digits for the text of `value`: the beginning of its MD5, as the real client gives it."""
    return str(_md5(str(value).encode(errors="backslashreplace")).hexdigest()[:_DIGITS])


def hash_of_path(path: str) -> str:
    """12 hex digits for what the file holds: the beginning of its MD5, as the real client gives it, so
    that one file logged by both is one artifact. Of a folder, over the sorted relative names and the
    contents of its files; what is no file there, such as a link to nothing, counts by its name alone. Raises
    OSError."""
    digest = _md5()
    if not os.path.isdir(path):
        _add_file(digest, path)
    else:
        for name in _files_in(path):
            digest.update(name.encode("utf-8", "surrogateescape") + b"\0")
            if os.path.isfile(os.path.join(path, name)):
                _add_file(digest, os.path.join(path, name))
    return str(digest.hexdigest()[:_DIGITS])


def _add_file(digest: Any, path: str) -> None:
    with open(path, "rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)


def _files_in(folder: str) -> list[str]:
    names = [
        os.path.relpath(os.path.join(parent, name), folder).replace(os.sep, "/")
        for parent, _, files in os.walk(folder)
        for name in files
    ]
    return sorted(names)
