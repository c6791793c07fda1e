"""What is killed, and what must be found afterwards. Everything here runs in a fork, that of the victim or of
the one who looks."""

from __future__ import annotations

import hashlib
import json
import shutil
import tarfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from store_samples import content, files_below
from trust_store import folder_of, write_run

from lineage_index.index.refresh import refresh
from lineage_index.store.compaction import compact
from lineage_index.store.errors import IndexMissing
from lineage_index.store.maintain import vacuum
from lineage_index.store.migrate import migrate
from lineage_index.store.recorded import record_edges
from lineage_index.store.snapshot import open_snapshot
from lineage_index.store.verify import verify

__all__ = [
    "NOTHING",
    "OPERATIONS",
    "Sight",
    "begin",
    "begin_aged",
    "begin_old",
    "change_store",
    "digest_after",
    "digest_of",
    "fresh_digest",
    "look",
]

NOTHING = "no index"
"""The digest of an index that is not there."""

Operation = Callable[[Path, Path], object]
"""(index, store) → done"""


def _vacuum(index: Path, store: Path) -> None:
    """Takes away everything old, and every file that no version names."""
    vacuum(index, older_than=timedelta(0), now=datetime.now(UTC) + timedelta(days=9))


OPERATIONS: dict[str, Operation] = {
    "refresh": lambda index, store: refresh(store, index, compaction=False),
    "compact": lambda index, store: compact(index, "mixed"),
    "vacuum": _vacuum,
    "migrate": lambda index, store: migrate(index),
    "record": lambda index, store: record_edges(index, f"{0:032x}", {f"{3:032x}": {"lr": 0.5}}),
}


def begin(index: Path, store: Path) -> None:
    """An index of two commits with a dead run, behind its store by a changed, a new and a vanished run."""
    for number in range(4):
        write_run(store, number, 1)
    refresh(store, index)
    write_run(store, 1, 2)
    refresh(store, index, compaction=False)
    change_store(store, changed=2, added=9, gone=3, generation=3)


def begin_aged(index: Path, store: Path) -> None:
    """An index whose next commit is its hundredth, behind its store by a change."""
    for generation in range(99):
        write_run(store, 0, generation)
        refresh(store, index, compaction=False)
    write_run(store, 0, 99)


def begin_old(index: Path) -> None:
    """An index of an older format of the tables."""
    with tarfile.open(Path(__file__).parents[1] / "fixtures" / "index_1_0.tar.xz") as archive:
        archive.extractall(index.parent / "unpacked", filter="data")
    (index.parent / "unpacked" / "index_1_0").rename(index)


def digest_after(operation: str, template: Path, index: Path, store: Path) -> str:
    """The digest of a copy of the index at `template`, made at `index`, after an operation."""
    shutil.copytree(template, index)
    try:
        OPERATIONS[operation](index, store)
        return digest_of(index)
    finally:
        shutil.rmtree(index)


def change_store(store: Path, *, changed: int, added: int, gone: int | None, generation: int) -> None:
    """One run is written again, one is new, one goes."""
    write_run(store, changed, generation)
    write_run(store, added, generation)
    if gone is not None:
        shutil.rmtree(folder_of(store, gone), ignore_errors=True)


def digest_of(index: Path) -> str:
    """All that the index says, as a digest; rows without an order, runs without their numbers."""
    try:
        snapshot = open_snapshot(index)
    except IndexMissing:
        return NOTHING
    text = json.dumps({name: repr(told) for name, told in sorted(_plain(content(snapshot)).items())})
    return f"{snapshot.runs} runs {hashlib.sha256(text.encode()).hexdigest()[:16]}"


def _plain(told: dict[str, object]) -> dict[str, object]:
    values = told["of keys"]
    assert isinstance(values, dict)
    return {**told, "of keys": sorted((uuid, sorted(found.items())) for uuid, found in values.items())}


def fresh_digest(index: Path, store: Path) -> str:
    """The digest of an index of the store that is built from nothing at `index`."""
    refresh(store, index, compaction=False)
    try:
        return digest_of(index)
    finally:
        shutil.rmtree(index)


@dataclass(frozen=True)
class Sight:
    """What one who opens the index afterwards must see.

    It must say one of what is `allowed`. With `again`, the operation is run once more, and then the index
    must say `after`, and a vacuum must leave no file that the newest version doesn't name. With `thorough`
    its tables are held against each other before that, too, not only after it.
    """

    allowed: frozenset[str]
    after: str
    again: Callable[[], object] | None
    thorough: bool = True


def look(index: Path, sight: Sight) -> str:
    """Opens an index whose writer was killed, and gives its digest; AssertionError if something was lost."""
    found = digest_of(index)
    assert found in sight.allowed, f"{index} says {found}, not one of {sorted(sight.allowed)}"
    if found != NOTHING and sight.thorough:
        assert verify(open_snapshot(index)) == []
    if sight.again is None:
        return found
    sight.again()
    last = digest_of(index)
    assert last == sight.after, f"{index} says {last} in the end, not {sight.after}"
    _vacuum(index, index)
    snapshot = open_snapshot(index)
    assert verify(snapshot) == []
    named = {Path(file) for files in snapshot.files.values() for file in files}
    left = {
        file for file in files_below(index) if file.suffix == ".parquet" and "_delta_log" not in file.parts
    }
    assert left == named, f"files that no version names: {left - named}; missing: {named - left}"
    assert len(list((index / "manifests").iterdir())) == 1
    return found
