"""From a store of run folders to a commit of the index: read what changed, write it, make it visible."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lineage_index.index.locate import check_path
from lineage_index.index.reading import BATCH_BYTES, Done, read_folders, with_other_content
from lineage_index.index.source import AnyFolder, Source, StoreMissing, scan_store, store_at
from lineage_index.index.workers import Workers, available
from lineage_index.ingest.collector import no_collection
from lineage_index.ingest.record import Problem
from lineage_index.store.commit import commit
from lineage_index.store.compaction import compact, needs_compaction
from lineage_index.store.errors import IndexMissing
from lineage_index.store.home import home_of, name_of
from lineage_index.store.places import StorePlace, name_store, place_of
from lineage_index.store.prepare import Prepared
from lineage_index.store.promotion import Plan
from lineage_index.store.scratch import discarded_on_failure, written
from lineage_index.store.snapshot import Snapshot, open_snapshot
from lineage_index.store.writable import check_writable
from lineage_index.store.writer import Changes, create, known_contents, plan_changes

if TYPE_CHECKING:
    from concurrent.futures import Future

__all__ = ["RefreshReport", "StoreMissing", "compare_with_store", "refresh"]

_BATCH = 2_500
"""Run folders that one step reads at most."""

_FIRST = 500
"""Folders of the first step of a new index, which decides which keys get columns for all others."""

_COMMIT_EVERY = 10_000
"""So many folders are read again at most after a crash."""

_PARALLEL_FROM = 1_500
"""Changed folders from which a second process pays for its start."""


@dataclass(frozen=True, slots=True)
class RefreshReport:
    """What a refresh did. The counts are of run folders; `skipped` are entries of the store that are no run.

    `damaged` counts the read folders of which something was lost; `problems` says what. `version` is the
    snapshot that shows the outcome.
    """

    store: str
    index: str
    version: int
    added: int
    changed: int
    unchanged: int
    gone: int
    skipped: int
    damaged: int
    problems: tuple[Problem, ...] = ()

    @property
    def read(self) -> int:
        """How many folders were read."""
        return self.added + self.changed

    def to_dict(self) -> dict[str, Any]:
        """As plain data, for `--report json`."""
        names = ("store", "index", "version", "added", "changed", "unchanged", "gone", "skipped", "damaged")
        report: dict[str, Any] = {name: getattr(self, name) for name in names}
        report["problems"] = [
            {
                "code": each.code,
                "severity": each.severity.value,
                "path": each.path,
                "line": each.line,
                "message": each.message,
                "lost": each.lost,
            }
            for each in self.problems
        ]
        return report


@no_collection()
def refresh(
    store: str | Path,
    index: str | Path,
    *,
    history: bool = True,
    verify: bool = False,
    compaction: bool = True,
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> RefreshReport:
    """Bring the index up to date with the store; the index is made if there is none. Either may be a URL:
    `s3://`, `gs://`, `az://`.

    Only folders whose files changed are read, by names, sizes and times. With `verify` the content of the
    others is held against what it was, too, for stores whose times can't be trusted.
    `history` False leaves the points of metrics out (their summaries stay). `progress` is called with
    (folders read, folders to read). With `compaction` the index is compacted afterwards if it is due.
    Nothing is written to the store.

    Raises StoreMissing, or what the store of tables raises (StoreError).
    """
    root = store_at(store)
    target = home_of(index if "://" in str(index) else os.path.abspath(index))
    check_path(target)
    snapshot = _existing(target)
    if snapshot is not None:
        check_writable(snapshot)
    # Where there is nothing to compare with, those who read a folder look into it.
    folders, problems = scan_store(root, fingerprints=snapshot is not None)
    fingerprints = {each.relative: each.fingerprint for each in folders.values()}
    place = _place(snapshot, target, root)
    changes = plan_changes(snapshot, place.name, fingerprints)
    if verify and snapshot is not None:
        changes = _verified(changes, folders, known_contents(snapshot, place.name), target, workers)
    wanted = [folders[name] for name in sorted((*changes.added, *changes.changed))]
    if snapshot is None and not wanted:
        create(target)
    done: list[Done] = []
    waiting: list[Prepared] = []
    read = held = 0
    with (
        discarded_on_failure(),
        closing(_steps(wanted, target, place.name, history, snapshot, workers)) as steps,
    ):
        for step in steps:
            done.append(step)
            waiting += step.prepared
            _note_files(target, step)
            read += step.folders
            held += step.folders
            if progress is not None:
                progress(read, len(wanted))
            if held >= _COMMIT_EVERY and read < len(wanted):
                commit(target, waiting, stores=[place])
                waiting, held = [], 0
        version = _commit(target, waiting, changes, place)
    if compaction and done and needs_compaction(open_snapshot(target)):
        version = compact(target)
    found = [*problems, *(each for step in done for each in step.problems)]
    return RefreshReport(
        store=root.name,
        index=name_of(target),
        version=version,
        added=len(changes.added),
        changed=len(changes.changed),
        unchanged=len(changes.unchanged),
        gone=len(changes.gone),
        skipped=sum(each.code in ("not-a-run", "link-outside") for each in problems),
        damaged=sum(step.damaged for step in done),
        problems=tuple(sorted(found, key=lambda each: (each.path, each.line or 0, each.code))),
    )


def compare_with_store(snapshot: Snapshot, store: str | Path) -> list[tuple[str, str]]:
    """What of a store the snapshot does not show as it is now, as (code, sentence). Raises StoreMissing."""
    root = store_at(store)
    folders, _ = scan_store(root)
    name = _place(snapshot, snapshot.path, root).name
    changes = plan_changes(snapshot, name, {each.relative: each.fingerprint for each in folders.values()})
    found = [("not-indexed", f"{name} is not in the index") for name in changes.added]
    found += [("changed", f"{name} has changed since it was read") for name in changes.changed]
    found += [("gone", f"{name} is in the index and no longer in the store") for name in changes.gone]
    return found


def _place(snapshot: Snapshot | None, target: Path, root: Source) -> StorePlace:
    known = () if snapshot is None else snapshot.stores
    index = name_of(target)
    return place_of(name_store(known, index, root.name), index, root.name)


def _commit(target: Path, waiting: Sequence[Prepared], changes: Changes, place: StorePlace) -> int:
    gone = [(place.name, folder) for folder in changes.gone]
    if not waiting and not gone:
        snapshot = open_snapshot(target)
        moved = any(each.name == place.name and each != place for each in snapshot.stores)
        if not moved:
            return snapshot.version
    return commit(target, waiting, gone, [place])


def _existing(target: Path) -> Snapshot | None:
    try:
        return open_snapshot(target)
    except IndexMissing:
        return None


def _verified(
    changes: Changes,
    folders: Mapping[str, AnyFolder],
    known: Mapping[str, str | None],
    path: Path,
    workers: int | None,
) -> Changes:
    """The same with folders among the changed whose files have the old sizes and times and other content."""
    doubted = [folders[name] for name in changes.unchanged]
    count = _workers(workers)
    parts = list(_in_steps(doubted, count))
    if len(doubted) < _PARALLEL_FROM or count < 2:
        other = {name for part in parts for name in with_other_content(part, known)}
    else:
        with Workers(count, str(path)) as others:
            futures = [
                others.submit(
                    with_other_content, part, {each.relative: known.get(each.relative) for each in part}
                )
                for part in parts
            ]
            other = {name for each in futures for name in each.result()}
    return replace(
        changes,
        changed=tuple(sorted((*changes.changed, *other))),
        unchanged=tuple(name for name in changes.unchanged if name not in other),
    )


def _workers(asked: int | None) -> int:
    if not available():
        return 1
    return asked if asked is not None else min(os.cpu_count() or 1, 4)


def _steps(
    wanted: Sequence[AnyFolder],
    target: Path,
    store: str,
    history: bool,
    snapshot: Snapshot | None,
    workers: int | None,
) -> Generator[Done]:
    """Read and write the wanted folders, a batch a step; in two processes where it pays."""
    plan = snapshot.plan if snapshot is not None and snapshot.runs else None
    count = _workers(workers)
    parallel = len(wanted) >= _PARALLEL_FROM and count > 1
    first = _FIRST if parallel and plan is None else 0
    steps = [*_batches(wanted[:first], first), *_in_steps(wanted[first:], count)]
    if not parallel:
        for batch in steps:
            step = read_folders(batch, target, store, history, plan)
            plan = step.prepared[0].plan
            yield step
        return
    futures: list[Future[Done]] = []

    def submit(plan: Plan) -> None:
        futures.extend(others.submit(read_folders, batch, target, store, history, plan) for batch in steps)

    try:
        with Workers(count, str(target)) as others:
            if plan is None:
                # The files of the first runs of a new index decide which keys get columns. The processes
                # start while these are read, and take the others while this one reads on.
                yield read_folders(steps.pop(0), target, store, history, None, submit)
            else:
                submit(plan)
            for future in futures:
                yield future.result()
    except BaseException:
        for future in futures:
            if future.done() and not future.cancelled() and future.exception() is None:
                _note_files(target, future.result())
        raise


def _note_files(target: Path, step: Done) -> None:
    """What a step wrote, should the refresh fail."""
    written(*(path for each in step.prepared for path in each.paths(target)))


def _in_steps(folders: Sequence[AnyFolder], workers: int) -> Iterator[list[AnyFolder]]:
    """The folders in steps of bounded number and size; where there are many, equally many for each worker."""
    turns = workers * -(-len(folders) // (workers * _BATCH))
    return _batches(folders, max(_FIRST, -(-len(folders) // max(1, turns))))


def _batches(folders: Sequence[AnyFolder], most: int) -> Iterator[list[AnyFolder]]:
    """The folders in batches of at most `most` and bounded size, as far as that is known."""
    batch: list[AnyFolder] = []
    size = 0
    for folder in folders:
        if batch and (len(batch) >= most or size + folder.size > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(folder)
        size += folder.size
    if batch:
        yield batch
