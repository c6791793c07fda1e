"""The two JSON files of a run, as changes that can be applied to whatever is on disk.

A process never writes its own copy over the file: under the folder's lock it reads the file, applies the
changes it made since it last wrote, and replaces the file. So processes that share a run do not undo each
other.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from lineage_index.tracking.jsonfile import BrokenFileError, read_json, write_json
from lineage_index.tracking.sections import folder_lock

__all__ = ["LINEAGE_FILE", "RUN_FILE", "Documents", "LineageKey", "RunData"]

RUN_FILE = "run.plx.json"
LINEAGE_FILE = "lineages.plx.json"

RunData = dict[str, Any]
LineageKey = tuple[str, str, bool]
"""(kind, name, is_input): a second entry with the same key replaces the first."""


class Documents:
    """The run and its lineage. Not safe between threads; `save` is safe between processes."""

    __slots__ = ("_entries", "_folder", "_queue", "run")

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self.run: RunData = {}
        """What the file will hold after the next save, but for what other processes do meanwhile."""
        self._queue: list[Callable[[RunData], None]] = []
        self._entries: dict[LineageKey, dict[str, Any]] = {}

    def load(self) -> None:
        """Read what is there. Raises BrokenFileError if a file is no JSON of the right shape, OSError."""
        self.run = self._read_run()
        self._read_lineage()

    @property
    def changed(self) -> bool:
        return bool(self._queue or self._entries)

    def change(self, apply: Callable[[RunData], None]) -> None:
        """Apply a change now and, at the next save, to what is then on disk. It must be repeatable."""
        apply(self.run)
        self._queue.append(apply)

    def set(self, **fields: Any) -> None:
        """Set top-level keys; None takes a key out."""

        def apply(run: RunData) -> None:
            run.update(fields)
            for key in [key for key, value in fields.items() if value is None]:
                del run[key]

        self.change(apply)

    def merge(self, section: str, values: dict[str, Any], *, reset: bool = False) -> None:
        """Add keys to a mapping such as `inputs`, or with `reset` put them in its place."""

        def apply(run: RunData) -> None:
            old = run.get(section)
            run[section] = {**({} if reset or not isinstance(old, dict) else old), **values}

        self.change(apply)

    def extend(self, section: str, items: list[Any], *, unique: bool = False, reset: bool = False) -> None:
        """Add items to a list such as `status_conditions`; `unique` leaves out those it has."""

        def apply(run: RunData) -> None:
            old = run.get(section)
            known = [] if reset or not isinstance(old, list) else list(old)
            run[section] = known + [item for item in items if not (unique and item in known)]

        self.change(apply)

    def add_lineage(self, entry: dict[str, Any]) -> None:
        """Add an entry of `lineages.plx.json`, or replace the one of the same kind, name and direction."""
        self._entries[_key(entry)] = entry

    def save(self) -> None:
        """Write what changed. Raises OSError, and then keeps the changes for the next time. A file that
        somebody broke meanwhile is not written over."""
        if not self.changed:
            return
        os.makedirs(self._folder, exist_ok=True)
        queue, entries = list(self._queue), dict(self._entries)
        with folder_lock(self._folder):
            if entries:
                self._save_lineage(entries)
            if queue:
                run = self._read_run()
                for apply in queue:
                    apply(run)
                write_json(os.path.join(self._folder, RUN_FILE), run)
                self.run = run
                for apply in self._queue[len(queue) :]:
                    apply(run)
        del self._queue[: len(queue)]
        for key, entry in entries.items():
            if self._entries.get(key) is entry:
                del self._entries[key]

    def forget_changes(self) -> None:
        """In a forked child: what is not saved yet is the parent's to save."""
        self._queue.clear()
        self._entries.clear()

    def _read_run(self) -> RunData:
        run = read_json(os.path.join(self._folder, RUN_FILE))
        if not isinstance(run, dict | None):
            raise BrokenFileError(f"{self._folder}/{RUN_FILE} holds no JSON object")
        return run or {}

    def _read_lineage(self) -> list[dict[str, Any]]:
        entries = read_json(os.path.join(self._folder, LINEAGE_FILE))
        if not isinstance(entries, list | None) or not all(isinstance(e, dict) for e in entries or []):
            raise BrokenFileError(f"{self._folder}/{LINEAGE_FILE} holds no list of JSON objects")
        return entries or []

    def _save_lineage(self, changed: dict[LineageKey, dict[str, Any]]) -> None:
        merged = {_key(entry): entry for entry in self._read_lineage()}
        merged.update(changed)
        write_json(os.path.join(self._folder, LINEAGE_FILE), list(merged.values()))


def _key(entry: dict[str, Any]) -> LineageKey:
    return str(entry.get("kind")), str(entry.get("name")), bool(entry.get("is_input"))
