"""A run store, on this machine or at a URL: what is in it, and its folders to read."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from lineage_index.ingest.objects import ObjectFolder, copied, scan_objects
from lineage_index.ingest.record import Problem
from lineage_index.ingest.scan import RunFolder, find, scan
from lineage_index.objects.bucket import Bucket
from lineage_index.objects.errors import ObjectError
from lineage_index.objects.url import BadUrl, ObjectUrl, parse_url

__all__ = ["AnyFolder", "Source", "StoreMissing", "at_hand", "scan_store", "store_at"]

AnyFolder = RunFolder | ObjectFolder


class StoreMissing(Exception):  # noqa: N818 - named as the store's own errors are
    """The run store can't be listed or read. The text is one sentence for a user."""


@dataclass(frozen=True, slots=True)
class Source:
    """A run store by its absolute path or its URL (`name`)."""

    name: str
    url: ObjectUrl | None


def store_at(place: str | Path) -> Source:
    """The run store that a user names. Raises StoreMissing for what is neither a path nor a URL of ours."""
    try:
        url = parse_url(place)
    except BadUrl as error:
        raise StoreMissing(f"the run store {place} cannot be read: {error}") from error
    return Source(os.path.abspath(place) if url is None else str(url), url)


def scan_store(source: Source, *, fingerprints: bool = True) -> tuple[dict[str, AnyFolder], list[Problem]]:
    """The run folders of a store by name, and a problem for all else. Without `fingerprints` those on this
    machine have none until they are read. Raises StoreMissing."""
    folders: dict[str, AnyFolder] = {}
    problems: list[Problem] = []
    try:
        for found in _scan(source, fingerprints):
            if isinstance(found, Problem):
                problems.append(found)
            else:
                folders[found.relative] = found
    except OSError as error:
        reason = error.strerror or str(error) or type(error).__name__
        raise StoreMissing(f"the run store {source.name} cannot be read: {reason}") from error
    return folders, problems


def _scan(source: Source, fingerprints: bool) -> Iterator[AnyFolder | Problem]:
    if source.url is not None:
        return scan_objects(Bucket(source.url))
    return (scan if fingerprints else find)(Path(source.name))


@contextmanager
def at_hand(folders: Sequence[AnyFolder]) -> Iterator[tuple[Sequence[RunFolder], Sequence[Problem]]]:
    """The folders on this machine, as long as the context lasts, and problems of those that had to be copied.
    Raises StoreMissing if they can't be."""
    near = [each for each in folders if isinstance(each, RunFolder)]
    far = [each for each in folders if isinstance(each, ObjectFolder)]
    if not far:
        yield near, ()
        return
    with ExitStack() as stack:
        try:
            found, problems = stack.enter_context(copied(far))
        except OSError as error:
            raise StoreMissing(_words(far, error)) from error
        yield [*near, *found], problems


def _words(folders: Iterable[ObjectFolder], error: OSError) -> str:
    url = next(iter(folders)).store
    if isinstance(error, ObjectError):
        return f"the run store {url} cannot be read: {error}"
    reason = error.strerror or str(error)
    return f"run folders of {url} cannot be copied to {tempfile.gettempdir()}: {reason}; set TMPDIR"
