"""Find the run folders of a store, and tell cheaply whether one has changed."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lineage_index.ingest.files import is_inside
from lineage_index.ingest.names import printable, uuid_hex
from lineage_index.ingest.problems import make_problem
from lineage_index.ingest.record import Problem

__all__ = [
    "EVENT_KINDS",
    "JSON_FILES",
    "LINEAGE_FILE",
    "OLD_NAMES",
    "RUN_FILE",
    "SUFFIX",
    "TREES",
    "Entries",
    "RunFolder",
    "find",
    "fingerprinted",
    "scan",
]

RUN_FILE = "run.plx.json"
LINEAGE_FILE = "lineages.plx.json"
OLD_NAMES = {RUN_FILE: "run_data.json", LINEAGE_FILE: "lineages.json"}
"""What Polyaxon's older clients call the two: read where the file of the new name is missing."""

JSON_FILES = frozenset((*OLD_NAMES, *OLD_NAMES.values()))
TREES = ("events", "resources")
SUFFIX = ".plx"
EVENT_KINDS = frozenset(
    (
        *("metric", "image", "histogram", "audio", "video", "html", "text", "chart", "curve", "confusion"),
        *("model", "dataframe", "span", "artifact", "file", "csv", "tsv", "psv", "ssv"),
    )
)
"""Kinds of the Polyaxon client's events. Of a name it keeps the ASCII; where there is none, the events are in
a file where the folder of their kind should be."""


@dataclass(frozen=True, slots=True)
class RunFolder:
    """One run folder of a store.

    `uuid_hint` is the uuid its name spells, as 32 lower-case hex digits. `relative` is the path below the
    store as text that encodes as UTF-8, with `/` between its parts; `.` when the store is itself the folder.
    `fingerprint` is a digest over name, size and modification time (ns) of every file that is read, `size`
    the sum of their bytes; of a folder that was only found, there is neither.
    """

    uuid_hint: str | None
    path: str
    relative: str
    fingerprint: str = ""
    size: int = 0

    @property
    def store(self) -> str:
        """The store the folder was found in."""
        if self.relative == ".":
            return self.path
        return self.path.rsplit(os.sep, self.relative.count("/") + 1)[0] or os.sep

    def file(self, name: str) -> str:
        """The path of one of its files, relative to the store, for problems."""
        return name if self.relative == "." else f"{self.relative}/{name}"


class Entries(dict[str, list[os.DirEntry[str]]]):
    """What lies in folders, by their paths; each is listed when it is first asked for. Raises OSError."""

    def __missing__(self, path: str) -> list[os.DirEntry[str]]:
        with os.scandir(path) as found:
            self[path] = entries = list(found)
        return entries


def scan(store: Path) -> Iterator[RunFolder | Problem]:
    """Yield what `find` does, each run folder with its fingerprint. Raises OSError as it does."""
    real_root = os.path.realpath(store)
    for found in find(store):
        yield found if isinstance(found, Problem) else fingerprinted(found, real_root, Entries())


def find(store: Path) -> Iterator[RunFolder | Problem]:
    """Yield every run folder of the store in the order of their names, and a problem for all else; none is
    looked into.

    A run folder is a folder whose name is a uuid or that holds a `run.plx.json`. They lie directly in the
    store, where Polyaxon's older clients put them, and in its child `runs`; or the store is itself one. A
    symbolic link is followed when it stays in the store. Raises OSError when the store can't be listed.
    """
    root = os.path.abspath(store)
    real_root = os.path.realpath(root)
    entries = _entries(root)
    if os.path.isfile(os.path.join(root, RUN_FILE)):
        yield RunFolder(uuid_hex(os.path.basename(root)), root, ".")
        return
    children = _child_runs(root, real_root)
    hint = uuid_hex(os.path.basename(root))
    if hint is not None and not children and not any(_is_run(entry) for entry in entries):
        yield RunFolder(hint, root, ".")
        return
    if children:
        entries = [each for each in entries if each.name != "runs" or _is_run(each)]
    yield from _find_entries(entries, "", real_root)
    yield from _find_entries(children, "runs/", real_root)


def fingerprinted(folder: RunFolder, real_root: str, entries: Entries) -> RunFolder:
    """The folder with its fingerprint and size, told from its `entries`; `real_root` is the store, all links
    followed."""
    stats = sorted(_stats(folder.path, real_root, entries))
    lines = "\n".join([f"{name}\0{size}\0{time}" for name, size, time in stats])
    digest = hashlib.blake2b(lines.encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()
    size = sum([size for _, size, _ in stats if size > 0])
    return RunFolder(folder.uuid_hint, folder.path, folder.relative, digest, size)


def _entries(folder: str) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as found:
        return sorted(found, key=lambda entry: entry.name)


def _child_runs(root: str, real_root: str) -> list[os.DirEntry[str]]:
    """What lies in the store's child `runs`; nothing if none of it is a run, or it is a link to the store."""
    runs = os.path.join(root, "runs")
    if not os.path.isdir(runs) or not is_inside(real_root, runs) or os.path.realpath(runs) == real_root:
        return []
    entries = _entries(runs)
    return entries if any(_is_run(entry) for entry in entries) else []


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that points to itself
        return False


def _is_run(entry: os.DirEntry[str]) -> bool:
    return _is_folder(entry) and (
        uuid_hex(entry.name) is not None or os.path.isfile(os.path.join(entry.path, RUN_FILE))
    )


def _find_entries(
    entries: list[os.DirEntry[str]], prefix: str, real_root: str
) -> Iterator[RunFolder | Problem]:
    for entry in entries:
        relative = prefix + printable(entry.name)
        if entry.is_symlink():
            problem = _link_problem(entry, relative, real_root)
            if problem is not None:
                yield problem
                continue
        if _is_run(entry):
            yield RunFolder(uuid_hex(entry.name), entry.path, relative)
        else:
            what = "a folder without run.plx.json" if _is_folder(entry) else "not a folder"
            yield make_problem("not-a-run", relative, f"{relative} is no run folder: {what}")


def _link_problem(entry: os.DirEntry[str], relative: str, real_root: str) -> Problem | None:
    if not is_inside(real_root, entry.path):
        return make_problem(
            "link-outside", relative, f"{relative} is a link out of the store", lost="what lies behind it"
        )
    beside = os.path.dirname(os.path.realpath(entry.path)) == os.path.realpath(os.path.dirname(entry.path))
    if beside and _is_run(entry):
        return make_problem("not-a-run", relative, f"{relative} is a link to a run that is read by its name")
    return None


def _stats(path: str, real_root: str, entries: Entries) -> Iterator[tuple[str, int, int]]:
    """Name, size and time of every file of a run folder that matters; what can't be listed has size -1,
    so that it shows when that changes."""
    try:
        for entry in entries[path]:
            if entry.name in JSON_FILES:
                yield _stat(entry, "", real_root)
            elif entry.name in TREES:
                yield from _tree_stats(entry, real_root, entries)
    except OSError:
        yield ".", -1, 0


def _tree_stats(tree: os.DirEntry[str], real_root: str, entries: Entries) -> Iterator[tuple[str, int, int]]:
    try:
        if tree.is_symlink() and not is_inside(real_root, tree.path):
            return
        for kind in entries[tree.path]:
            if kind.is_symlink() and not is_inside(real_root, kind.path):
                continue
            if not _is_folder(kind):
                if kind.name in EVENT_KINDS:
                    yield _stat(kind, f"{tree.name}/", real_root)
                continue
            prefix = f"{tree.name}/{kind.name}/"
            for file in entries[kind.path]:
                yield _stat(file, prefix, real_root)
    except OSError:
        yield tree.name, -1, 0


def _stat(entry: os.DirEntry[str], prefix: str, real_root: str) -> tuple[str, int, int]:
    follow = not entry.is_symlink() or is_inside(real_root, entry.path)
    try:
        found = entry.stat(follow_symlinks=follow)
    except OSError:
        return prefix + entry.name, -1, 0
    name = prefix + entry.name
    if not found.st_mode & stat.S_IROTH:  # to let others read it later changes what is read, and no time
        name += f"\0{found.st_mode:o}\0{found.st_uid}\0{found.st_gid}"
    return name, found.st_size, found.st_mtime_ns
