"""One step of a refresh: a batch of run folders, read and written to files. This is what worker processes do,
so nothing is imported here that they don't need."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from lineage_index.index.source import AnyFolder, at_hand
from lineage_index.ingest.batch import Batch
from lineage_index.ingest.content import content_fingerprint
from lineage_index.ingest.draft import Draft, read_document
from lineage_index.ingest.record import Problem, RunRecord, Severity
from lineage_index.ingest.scan import RunFolder
from lineage_index.store.errors import IndexUnreadable
from lineage_index.store.prepare import Prepared, prepare
from lineage_index.store.promotion import Plan
from lineage_index.store.rows import plan_of

__all__ = ["BATCH_BYTES", "Done", "Folders", "read_folders", "with_other_content"]

BATCH_BYTES = 1 << 28
"""About how many bytes folders have that are written together, which bounds the memory: points pass by, all
else is held."""


@dataclass(frozen=True, slots=True)
class Done:
    """What one step of reading gave."""

    prepared: tuple[Prepared, ...]
    problems: tuple[Problem, ...]
    damaged: int
    folders: int = field(default=0)

    def paths(self, index: Path) -> list[Path]:
        """The files that were written."""
        return [path for each in self.prepared for path in each.paths(index)]


class Folders:
    """The first of some run folders, as many as are written together, as `prepare` takes them; keeps the
    records for the report."""

    def __init__(self, folders: Sequence[RunFolder], history: bool) -> None:
        self._batch = Batch(folders, BATCH_BYTES)
        self.taken = self._batch.taken
        self._history = history
        self._records: list[RunRecord] | None = None

    def outline(self) -> list[Draft]:
        return self._batch.outline()

    def points(self, places: Sequence[int]) -> Iterator[pa.Table]:
        for table in self._batch.points(places):
            if self._history:
                yield table

    def records(self) -> list[RunRecord]:
        if self._records is None:
            self._records = self._batch.records()
        return self._records


def read_folders(
    batch: Sequence[AnyFolder],
    target: Path,
    store: str,
    history: bool,
    plan: Plan | None,
    planned: Callable[[Plan], None] | None = None,
) -> Done:
    """Reads the folders and writes their rows to files that no snapshot names yet. Raises StoreMissing or
    IndexUnreadable.

    Without a `plan` the files of the runs decide on one. Others may wait for it: then `planned` gets it
    before anything else is read.
    """
    prepared: list[Prepared] = []
    problems: list[Problem] = []
    damaged = 0
    with at_hand(batch) as (folders, more):
        problems += more
        if plan is None and planned is not None:
            plan = plan_of([read_document(each) for each in folders])
            planned(plan)
        read = 0
        while read < len(folders):
            source = Folders(folders[read:], history)
            read += source.taken
            if plan is None:
                plan = plan_of([draft.file for draft in source.outline()])
            written, records = _write(source, target, store, plan)
            prepared.append(written)
            problems += [problem for record in records for problem in record.problems]
            damaged += sum(map(_is_damaged, records))
            del source, records  # before the next are read
    return Done(tuple(prepared), tuple(problems), damaged, len(batch))


def _write(source: Folders, target: Path, store: str, plan: Plan) -> tuple[Prepared, list[RunRecord]]:
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
