"""Paths of artifacts: always below the uuid of the run they come from."""

from __future__ import annotations

import re
from functools import lru_cache

__all__ = ["below", "is_uri", "sub_path"]

_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_DRIVE = re.compile(r"[A-Za-z]:")


@lru_cache(maxsize=4096)  # runs of one kind hold their artifacts at the same paths
def is_uri(path: str) -> bool:
    """Whether the path is an address of its own, such as `s3://bucket/key`."""
    return _URI.match(path) is not None


@lru_cache(maxsize=4096)
def sub_path(text: str) -> str | None:
    """A relative path without empty parts and without `.`; None if it is absolute, leaves its folder, or is
    no path at all. A `/` at the end stays off."""
    if not text or text.startswith("/") or "\\" in text or "\0" in text:
        return None
    if _URI.match(text) or _DRIVE.match(text):
        return None
    parts = [part for part in text.split("/") if part not in ("", ".")]
    if not parts or ".." in parts or any(part.strip() == "" for part in parts):
        return None
    return "/".join(parts)


def below(uuid: str, path: str) -> str | None:
    """A run's path as the store of artifacts has it: under the uuid. URIs stay as they are. None where the
    path leaves the run."""
    if is_uri(path):
        return path
    relative = sub_path(path)
    if relative is None:
        return None
    # Some trackers write the uuid in front themselves.
    return relative if relative.startswith(f"{uuid}/") or relative == uuid else f"{uuid}/{relative}"
