"""Run folders in an object store: found by one listing, and copied to this machine to be read."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from lineage_index.ingest.names import printable, uuid_hex
from lineage_index.ingest.problems import make_problem
from lineage_index.ingest.record import Problem
from lineage_index.ingest.scan import EVENT_KINDS, JSON_FILES, RUN_FILE, SUFFIX, TREES, RunFolder
from lineage_index.objects.bucket import Bucket, Entry, in_parallel
from lineage_index.objects.url import ObjectUrl

__all__ = ["ObjectFolder", "copied", "scan_objects"]

_LONGEST_NAME = 255
"""Bytes of a name that a folder of this machine can hold."""


@dataclass(frozen=True, slots=True)
class ObjectFolder:
    """One run folder of a store at a URL; the fields are those of `RunFolder`. `fingerprint` is a digest over
    name, size and mark (ETag, or time of writing) of every object that is read."""

    store: ObjectUrl
    uuid_hint: str | None
    relative: str
    fingerprint: str
    size: int


@dataclass(slots=True)
class _Found:
    """What the listing has told so far of a folder, or (`is_folder` False) of an object beside folders."""

    is_folder: bool = False
    has_run_file: bool = False
    digest: int = 0
    size: int = 0

    def add(self, rest: Sequence[str], entry: Entry) -> None:
        """Take in an object of the folder; `rest` is its name in there."""
        self.is_folder = True
        self.has_run_file |= rest == [RUN_FILE]
        if _is_read(rest):
            line = "\0".join(("/".join(rest), str(entry.size), entry.mark))
            digest = hashlib.blake2b(line.encode("utf-8", "surrogateescape"), digest_size=16).digest()
            # A sum, so that nothing has to be held until the folder is complete.
            self.digest = (self.digest + int.from_bytes(digest)) % (1 << 128)
            self.size += entry.size


@dataclass(slots=True)
class _Listing:
    """The store's own entries, those of its child `runs`, and the store taken for a run folder itself."""

    top: dict[str, _Found] = field(default_factory=dict)
    runs: dict[str, _Found] = field(default_factory=dict)
    itself: _Found = field(default_factory=_Found)


def scan_objects(bucket: Bucket) -> Iterator[ObjectFolder | Problem]:
    """Yield every run folder below a URL in the order of their names, and a problem for all else.

    What a run folder is, and where they lie, is as `scan` has it. Raises ObjectError; FileNotFoundError when
    there is no object at all.
    """
    listing = _Listing()
    for entry in bucket.scattered():
        parts = entry.name.split("/")
        listing.itself.add(parts, entry)
        _add(listing.top, parts, entry)
        if parts[0] == "runs" and len(parts) > 1:
            _add(listing.runs, parts[1:], entry)
    if not listing.itself.is_folder:
        raise FileNotFoundError("there are no objects")
    url = bucket.url
    hint = uuid_hex(url.name)
    if listing.itself.has_run_file:
        yield _folder(url, ".", hint, listing.itself)
        return
    children = listing.runs if _has_runs(listing.runs) else {}
    if hint is not None and not children and not _has_runs(listing.top):
        yield _folder(url, ".", hint, listing.itself)
        return
    if children and not _is_run("runs", listing.top["runs"]):
        del listing.top["runs"]
    yield from _entries(url, listing.top, "")
    yield from _entries(url, children, "runs/")


@contextmanager
def copied(folders: Sequence[ObjectFolder]) -> Iterator[tuple[list[RunFolder], list[Problem]]]:
    """The run folders as folders of this machine, as long as the context lasts, and what can't be among them.

    What is read of them is copied; of all else there is an empty file or folder of the name. Raises
    ObjectError, or OSError of the local disk.
    """
    with tempfile.TemporaryDirectory(prefix="pql-store-") as place:
        root = Path(place)
        buckets = {each.store: Bucket(each.store) for each in folders}
        waiting: list[tuple[Bucket, Entry, Path]] = []
        found: list[RunFolder] = []
        problems: list[Problem] = []
        listed = in_parallel(lambda each: _objects(buckets[each.store], each), folders)
        for each, entries in zip(folders, listed, strict=True):
            path = root / each.relative
            path.mkdir(parents=True, exist_ok=True)
            below = 0 if each.relative == "." else len(each.relative) + 1
            # What lies deepest first: a name that is also a folder is a folder.
            for entry in sorted(entries, key=lambda entry: -entry.name.count("/")):
                parts = entry.name[below:].split("/")
                if not all(map(_fits, parts[:3])):
                    words = "a name that no file can have"
                    problems.append(make_problem("unreadable", entry.name, words, lost="the object"))
                    continue
                target = _lay_out(path, parts)
                if target is not None and not target.exists():
                    waiting.append((buckets[each.store], entry, target))
            found.append(RunFolder(each.uuid_hint, str(path), each.relative, each.fingerprint, each.size))
        in_parallel(_copy, waiting)
        yield found, problems


def _add(entries: dict[str, _Found], parts: Sequence[str], entry: Entry) -> None:
    found = entries.setdefault(parts[0], _Found())
    if len(parts) > 1:
        found.add(parts[1:], entry)


def _has_runs(entries: dict[str, _Found]) -> bool:
    return any(_is_run(name, found) for name, found in entries.items())


def _is_run(name: str, found: _Found) -> bool:
    return found.is_folder and (uuid_hex(name) is not None or found.has_run_file)


def _is_read(parts: Sequence[str]) -> bool:
    """Whether an object of a run folder is read, and so counts for whether the run has changed."""
    match parts:
        case [name]:
            return name in JSON_FILES
        case [tree, kind]:
            return tree in TREES and kind in EVENT_KINDS
        case [tree, _, _]:
            return tree in TREES
        case _:
            return False


def _folder(url: ObjectUrl, relative: str, hint: str | None, found: _Found) -> ObjectFolder:
    return ObjectFolder(url, hint, relative, f"{found.digest:032x}", found.size)


def _entries(url: ObjectUrl, entries: dict[str, _Found], prefix: str) -> Iterator[ObjectFolder | Problem]:
    for name, found in sorted(entries.items()):
        relative = prefix + printable(name)
        if not _is_run(name, found):
            what = "a folder without run.plx.json" if found.is_folder else "not a folder"
            yield make_problem("not-a-run", relative, f"{relative} is no run folder: {what}")
        elif not _fits(name):
            yield make_problem(
                "unreadable", relative, "a name that no folder can have", lost="what this folder holds"
            )
        else:
            yield _folder(url, prefix + name, uuid_hex(name), found)


def _fits(name: str) -> bool:
    encoded = name.encode("utf-8", "surrogateescape")
    return name not in ("", ".", "..") and b"\0" not in encoded and len(encoded) <= _LONGEST_NAME


def _objects(bucket: Bucket, folder: ObjectFolder) -> list[Entry]:
    return list(bucket.entries("" if folder.relative == "." else folder.relative))


def _lay_out(folder: Path, parts: list[str]) -> Path | None:
    """Where an object has to be copied to; None for one that is not read, which gets a stand-in where its
    presence is worth a word."""
    if parts[0] in TREES and len(parts) > 1:
        near = folder.joinpath(*parts[:3])
        (near if len(parts) > 3 else near.parent).mkdir(parents=True, exist_ok=True)
        if len(parts) == 2 and parts[1] in EVENT_KINDS:
            return near
        if len(parts) == 3 and parts[2].endswith(SUFFIX):
            return near
        if len(parts) <= 3 and not near.exists():
            near.touch()
        return None
    return folder / parts[0] if _is_read(parts) else None


def _copy(what: tuple[Bucket, Entry, Path]) -> None:
    bucket, entry, target = what
    try:
        bucket.fetch(entry.name, target, entry.size)
    except FileNotFoundError:  # it went away since it was listed
        return
