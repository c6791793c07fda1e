"""From what a user names to the folder that the store works in."""

from __future__ import annotations

from pathlib import Path

from lineage_index.store.errors import IndexUnreadable
from lineage_index.store.origin import cache_folder, copy_of, url_of

__all__ = ["home_of", "name_of"]


def home_of(path: str | Path) -> Path:
    """The absolute path of an index; of one at a URL, that of the folder that holds what was copied of it.

    Raises IndexUnreadable for a URL that names no index, or when there is no place for the copy.
    """
    if ":/" not in str(path):
        return Path(path).absolute()
    from lineage_index.objects.url import parse_url

    try:
        url = parse_url(path)
        return Path(path).absolute() if url is None else copy_of(url)
    except ValueError as error:
        raise IndexUnreadable(str(path), f"the index at {path} cannot be opened: {error}") from error
    except OSError as error:
        words = f"{error.strerror or error}: no copy can be kept in {cache_folder()}; set PQL_CACHE"
        raise IndexUnreadable(str(path), f"the index at {path} cannot be opened: {words}") from error


def name_of(index: Path) -> str:
    """What a user calls the index in this folder: its path, or the URL that it is a copy of."""
    url = url_of(index)
    return str(index) if url is None else str(url)
