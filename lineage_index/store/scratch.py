"""New files of a writer that fails are taken away again, lest a full disk stay full."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path

__all__ = ["discarded_on_failure", "named", "written"]

_open: ContextVar[tuple[set[Path], ...]] = ContextVar("_open", default=())
"""Of each writer at work, the outermost first: the files that it wrote and that no commit can name."""


@contextmanager
def discarded_on_failure(files: Iterable[Path] = ()) -> Iterator[None]:
    """If this ends with an error, `files` and those that were written meanwhile are taken away, but for those
    that a commit may name by then."""
    outer = _open.get()
    mine = set(files)
    token = _open.set((*outer, mine))
    try:
        yield
    except BaseException:
        for path in sorted(mine):
            with suppress(OSError):
                path.unlink(missing_ok=True)
        raise
    finally:
        _open.reset(token)
    if outer:
        outer[-1].update(mine)


def written(*paths: Path) -> None:
    """Files that were written, or are about to be."""
    known = _open.get()
    if known:
        known[-1].update(paths)


def named(folder: Path, names: Iterable[str]) -> None:
    """A commit that names these files of a folder begins; whether it was made, its writer may never learn."""
    paths = {folder / name for name in names}
    for files in _open.get():
        files -= paths
