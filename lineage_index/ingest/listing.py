"""The event files of a run folder."""

from __future__ import annotations

import os
from collections.abc import Iterator

from lineage_index.ingest.files import is_inside
from lineage_index.ingest.names import printable
from lineage_index.ingest.problems import make_problem, refusal
from lineage_index.ingest.record import Problem
from lineage_index.ingest.scan import EVENT_KINDS, SUFFIX, Entries, RunFolder

__all__ = ["Listing"]


class Listing:
    """The entries of a run folder; what can't be listed, or leads out of the store, is a problem."""

    def __init__(self, folder: RunFolder, problems: list[Problem], entries: Entries) -> None:
        self._folder = folder
        self._problems = problems
        self._listed = entries
        self._top = {entry.name: entry for entry in self._entries(folder.path, "")}

    def kinds(self, tree: str) -> Iterator[os.DirEntry[str]]:
        """The folders of kinds in `events` or `resources`, and the files that are there instead of one."""
        top = self._top.get(tree)
        if top is None or self._leaves(top, tree):
            return
        for entry in self._entries(top.path, tree):
            relative = f"{tree}/{printable(entry.name)}"
            if self._leaves(entry, relative):
                continue
            if entry.is_dir() or (entry.name in EVENT_KINDS and entry.is_file()):
                yield entry
            else:
                self._skip(relative)

    def event_files(
        self, kind: os.DirEntry[str], relative: str
    ) -> Iterator[tuple[str, str, os.DirEntry[str]]]:
        """The event files of a kind, which is at `relative`: of each its path, the stem of its name, itself.
        A file instead of the folder is one without a name."""
        if not kind.is_dir():
            yield relative, "", kind
            return
        for entry in self._entries(kind.path, relative):
            name = printable(entry.name)
            path = f"{relative}/{name}"
            if self._leaves(entry, path):
                continue
            if name.endswith(SUFFIX) and entry.is_file():
                yield path, name.removesuffix(SUFFIX), entry
            else:
                self._skip(path)

    def _entries(self, path: str, relative: str) -> list[os.DirEntry[str]]:
        shown = self._folder.file(relative) if relative else self._folder.relative
        try:
            return self._listed[path]
        except FileNotFoundError:
            self._add("vanished", shown, "the folder went away", "what it held")
        except NotADirectoryError:
            self._add("not-an-event-file", shown, "a file where a folder of events should be", "")
        except OSError as error:
            self._add(refusal(error), shown, f"cannot be listed: {error.strerror}", "what it holds")
        return []

    def _leaves(self, entry: os.DirEntry[str], relative: str) -> bool:
        if not entry.is_symlink():
            return False
        if is_inside(os.path.realpath(self._folder.store), entry.path) and os.path.exists(entry.path):
            return False
        message = "a link out of the store, or to nothing"
        self._add("link-outside", self._folder.file(relative), message, "its events")
        return True

    def _skip(self, relative: str) -> None:
        self._add("not-an-event-file", self._folder.file(relative), "no event file; skipped", "")

    def _add(self, code: str, path: str, message: str, lost: str) -> None:
        self._problems.append(make_problem(code, path, message, lost=lost))
