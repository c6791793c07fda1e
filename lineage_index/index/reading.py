"""One step of a refresh: a batch of run folders, read and written to files. This is what worker processes do,
so nothing is imported here that they don't need."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import pyarrow as pa

from lineage_index.index.source import AnyFolder, at_hand
from lineage_index.ingest.batch import Batch
from lineage_index.ingest.content import content_fingerprint
from lineage_index.ingest.record import Problem, RunRecord, Severity
from lineage_index.ingest.scan import RunFolder
from lineage_index.store.errors import IndexUnreadable
from lineage_index.store.prepare import Prepared, prepare
from lineage_index.store.promotion import Plan

__all__ = ["Done", "Folders", "batches", "read_folders", "with_other_content"]

_BATCH_BYTES = 1 << 28
"""Bytes of the folders that are written together at most, which bounds the memory: points pass by, all else
is held."""

_Folder = TypeVar("_Folder", bound=AnyFolder)


@dataclass(frozen=True, slots=True)
class Done:
    """What one step of reading gave."""

    prepared: tuple[Prepared, ...]
    problems: tuple[Problem, ...]
    damaged: int
    folders: int = field(default=0)


class Folders:
    """A batch of run folders as `prepare` takes them; keeps the records for the report."""

    def __init__(self, folders: Sequence[RunFolder], history: bool) -> None:
        self._batch = Batch(folders)
        self._history = history
        self._records: list[RunRecord] | None = None

    def outline(self) -> list[RunRecord]:
        return self._batch.outline()

    def points(self, places: Sequence[int]) -> Iterator[pa.Table]:
        for table in self._batch.points(places):
            if self._history:
                yield table

    def records(self) -> list[RunRecord]:
        if self._records is None:
            self._records = self._batch.records()
        return self._records


def batches(folders: Sequence[_Folder], most: int) -> Iterator[list[_Folder]]:
    """The folders in batches of at most `most` and bounded size, as far as that is known."""
    batch: list[_Folder] = []
    size = 0
    for folder in folders:
        if batch and (len(batch) >= most or size + folder.size > _BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(folder)
        size += folder.size
    if batch:
        yield batch


def read_folders(
    batch: Sequence[AnyFolder], target: Path, store: str, history: bool, plan: Plan | None
) -> Done:
    """Reads the folders and writes their rows to files that no snapshot names yet. Raises StoreMissing or
    IndexUnreadable."""
    prepared: list[Prepared] = []
    problems: list[Problem] = []
    damaged = 0
    with at_hand(batch) as (folders, more):
        problems += more
        for part in batches(folders, len(folders)):
            written, records = _write(Folders(part, history), target, store, plan)
            plan = written.plan
            prepared.append(written)
            problems += [problem for record in records for problem in record.problems]
            damaged += sum(map(_is_damaged, records))
            del records  # before the next are read
    return Done(tuple(prepared), tuple(problems), damaged, len(batch))


def _write(source: Folders, target: Path, store: str, plan: Plan | None) -> tuple[Prepared, list[RunRecord]]:
    try:
        return prepare(target, source, store=store, plan=plan), source.records()
    except (OSError, pa.ArrowException) as error:
        words = error.strerror if isinstance(error, OSError) and error.strerror else error
        message = f"the index at {target} cannot be written: {words}"
        raise IndexUnreadable(str(target), message) from error


def _is_damaged(record: RunRecord) -> bool:
    return any(each.severity is Severity.WARNING for each in record.problems)


def with_other_content(batch: Sequence[AnyFolder], known: Mapping[str, str | None]) -> list[str]:
    """The folders, by their relative paths, whose content is not the known one. Raises StoreMissing."""
    with at_hand(batch) as (folders, _):
        return [
            each.relative
            for each in folders
            if (content := known.get(each.relative)) is None or content_fingerprint(each) != content
        ]
