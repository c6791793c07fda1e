"""Which index is meant: the option, the environment, the nearest `.pql` upwards.

An index at a URL is given as the folder of this machine that is its copy.
"""

from __future__ import annotations

import os
from pathlib import Path

from lineage_index.store.errors import IndexMissing, IndexUnreadable
from lineage_index.store.home import home_of

__all__ = ["FOLDER", "VARIABLE", "check_path", "index_for_writing", "locate_index"]

VARIABLE = "PQL_INDEX"
FOLDER = ".pql"


def locate_index(option: str | Path | None = None, start: Path | None = None) -> Path:
    """The index to read. Raises IndexMissing if none is named and no folder upwards has a `.pql`."""
    found = _named(option) or _nearest(start or Path.cwd())
    if found is None:
        here = str(start or Path.cwd())
        raise IndexMissing(
            here,
            f"no index: none was given by --index or {VARIABLE}, and neither {here} nor a folder above it "
            f"has a {FOLDER}; `pql index refresh STORE` makes one",
        )
    return found


def index_for_writing(option: str | Path | None = None, start: Path | None = None) -> Path:
    """The index to write: as `locate_index`, but `.pql` in the working directory where there is none yet."""
    here = start or Path.cwd()
    return _named(option) or _nearest(here) or here / FOLDER


def check_path(path: str | Path) -> None:
    """Raises IndexUnreadable for a path whose bytes are not UTF-8: the engine can't name such a file."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        message = f"the index at {path} cannot be read: the path is not UTF-8"
        raise IndexUnreadable(str(path), message) from None


def _named(option: str | Path | None) -> Path | None:
    if option == "":  # an unset variable of a script
        raise IndexMissing("", "the index is an empty name")
    named = os.environ.get(VARIABLE) if option is None else option
    if not named:
        return None
    return home_of(named) if "://" in str(named) else Path(named)


def _nearest(start: Path) -> Path | None:
    for folder in (start, *start.absolute().parents):
        candidate = folder / FOLDER
        if candidate.is_dir():
            return candidate
    return None
