"""Copies of an index at a URL, and how they know what they are a copy of.

An index at a URL is worked on through a folder of this machine that has the same shape. Most files of an
index never change under their name, so the folder is a cache that is never wrong, only incomplete; a small
file in it names the URL.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lineage_index.objects.url import ObjectUrl

# Nothing of object stores is imported for an index in a folder: a search would pay for it.
__all__ = ["ORIGIN", "cache_folder", "copy_of", "is_copy", "url_of"]

ORIGIN = ".origin"

_VARIABLE = "PQL_CACHE"
_PLAIN = re.compile(r"[A-Za-z0-9._=@+~/-]*\Z")
_ACCOUNTS = ("AZURE_STORAGE_ACCOUNT_NAME", "AZURE_STORAGE_ACCOUNT")


def cache_folder() -> Path:
    """Where copies are kept: $PQL_CACHE, else `pql` in the user's folder of caches."""
    named = os.environ.get(_VARIABLE)
    if named:
        return Path(named).absolute()
    caches = os.environ.get("XDG_CACHE_HOME")
    return (Path(caches) if caches else Path.home() / ".cache") / "pql"


def copy_of(url: ObjectUrl) -> Path:
    """The folder of this machine for the index at `url`, made if need be. OSError if it can't be, ValueError
    for a prefix that not every reader of tables would spell the same way."""
    import hashlib
    from uuid import uuid4

    from lineage_index.objects.url import ENDPOINTS

    if not _PLAIN.match(url.prefix):
        raise ValueError("the path of an index at a URL has letters, digits and ._=@+~- only")
    # One address means different things at different servers.
    said = [str(url), *(os.environ.get(name, "") for name in (*ENDPOINTS, *_ACCOUNTS))]
    digest = hashlib.blake2b("\0".join(said).encode("utf-8", "surrogateescape"), digest_size=8).hexdigest()
    folder = cache_folder() / f"{url.name}-{digest}"
    if not (folder / ORIGIN).exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = folder / f"{ORIGIN}.{uuid4().hex}"
        part.write_text(str(url), encoding="utf-8")
        os.replace(part, folder / ORIGIN)
    return folder


def is_copy(folder: str | Path) -> bool:
    """Whether the folder is a copy of an index at a URL."""
    return os.path.exists(os.path.join(folder, ORIGIN))


def url_of(folder: str | Path) -> ObjectUrl | None:
    """What the folder is a copy of; None if it is an index of its own."""
    if not is_copy(folder):
        return None
    from lineage_index.objects.url import parse_url

    try:
        return parse_url(Path(folder, ORIGIN).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
