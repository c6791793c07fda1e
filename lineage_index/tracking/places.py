"""Where things lie in a run's folder, and what counts as a path at all."""

from __future__ import annotations

import os
import re

__all__ = ["is_uri", "place_within", "plain_uuid", "store_folder"]

_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_UUID = re.compile(r"[0-9a-f]{32}")


def is_uri(path: str) -> bool:
    """Whether `path` names something on another store: `s3://...`, `gs://...`, `https://...`."""
    return _URI.match(path) is not None


def plain_uuid(uuid: str) -> str:
    """`uuid` as 32 lower-case hex digits. Raises ValueError for what is no uuid."""
    text = str(uuid).replace("-", "").lower()
    if not _UUID.fullmatch(text):
        raise ValueError(f"{uuid!r} is no uuid of 32 hex digits")
    return text


def store_folder(store: str | os.PathLike[str] | None) -> str:
    """The folder of all runs: what is given, else `PQL_STORE` of the environment, else `runs` here."""
    return os.path.abspath(os.fspath(store) if store is not None else os.environ.get("PQL_STORE") or "runs")


def place_within(root: str, path: str | os.PathLike[str]) -> str | None:
    """`path` relative to `root`, with forward slashes, or None if it lies elsewhere."""
    relative = os.path.relpath(os.path.join(root, os.fspath(path)), root)
    if relative == os.pardir or relative.startswith(os.pardir + os.sep) or os.path.isabs(relative):
        return None
    return relative.replace(os.sep, "/")
