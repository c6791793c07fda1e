"""From a store of run folders to a commit of the index: read what changed, write it, make it visible."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lineage_index.index.locate import check_path
from lineage_index.index.source import Source, StoreMissing, scan_store, store_at
from lineage_index.index.steps import changed_content, read_steps
from lineage_index.ingest.collector import no_collection
from lineage_index.ingest.record import Problem
from lineage_index.store.changes import known_contents, plan_changes
from lineage_index.store.errors import IndexMissing
from lineage_index.store.home import home_of, name_of
from lineage_index.store.places import StorePlace, name_store, place_of
from lineage_index.store.scratch import discarded_on_failure, written
from lineage_index.store.snapshot import Snapshot, open_snapshot
from lineage_index.store.writable import check_writable

if TYPE_CHECKING:
    from lineage_index.index.reading import Done
    from lineage_index.store.prepare import Prepared

__all__ = ["RefreshReport", "StoreMissing", "compare_with_store", "refresh"]

_COMMIT_EVERY = 10_000
"""So many folders are read again at most after a crash."""


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
    (folders read, folders to read). With `compaction` the index is compacted afterwards if it is due. Where
    there is much to read, up to `workers` processes do it; without a number, one a core, and at most four.
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
        known = known_contents(snapshot, place.name)
        unchanged = [folders[name] for name in changes.unchanged]
        changes = changes.with_changed(changed_content(unchanged, known, target, workers))
    wanted = [folders[name] for name in sorted((*changes.added, *changes.changed))]
    if snapshot is None and not wanted:
        from lineage_index.store.writer import create

        create(target)
    done: list[Done] = []
    waiting: list[Prepared] = []
    read = held = 0
    plan = snapshot.plan if snapshot is not None and snapshot.runs else None
    with (
        discarded_on_failure(),
        closing(read_steps(wanted, target, place.name, history, plan, workers)) as steps,
    ):
        for step in steps:
            done.append(step)
            waiting += step.prepared
            written(*step.paths(target))
            read += step.folders
            held += step.folders
            if progress is not None:
                progress(read, len(wanted))
            if held >= _COMMIT_EVERY and read < len(wanted):
                _commit(target, waiting, (), place)
                waiting, held = [], 0
        version = _commit(target, waiting, changes.gone, place)
    if compaction and done:
        version = _compacted(target, version)
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


def _commit(target: Path, waiting: Sequence[Prepared], gone: Sequence[str], place: StorePlace) -> int:
    if not waiting and not gone:
        snapshot = open_snapshot(target)
        moved = any(each.name == place.name and each != place for each in snapshot.stores)
        if not moved:
            return snapshot.version
    from lineage_index.store.commit import commit

    return commit(target, waiting, [(place.name, folder) for folder in gone], [place])


def _compacted(target: Path, version: int) -> int:
    """The version after a compaction; the same where none is due."""
    from lineage_index.store.compaction import compact, needs_compaction

    return compact(target) if needs_compaction(open_snapshot(target)) else version


def _existing(target: Path) -> Snapshot | None:
    try:
        return open_snapshot(target)
    except IndexMissing:
        return None
