"""The past of an index: what versions there are, and taking old ones away."""

from __future__ import annotations

import shutil
from collections.abc import Container, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path, PurePath

from lineage_index.store.commits import Commit, latest_version, oldest_version, read_commit
from lineage_index.store.engine import SPILL
from lineage_index.store.errors import IndexMissing, IndexUnreadable, words_of
from lineage_index.store.home import home_of
from lineage_index.store.locks import turn
from lineage_index.store.manifest import FOLDER, read_manifest
from lineage_index.store.remotelog import remote_log
from lineage_index.store.shelf import Item, present, remove
from pql.catalog.tables import TABLES

__all__ = ["Vacuumed", "Version", "history", "vacuum"]

_ORPHAN_AGE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Version:
    """One version of an index. `kept` says whether it can still be opened."""

    version: int
    created_at: datetime
    operation: str
    runs: int
    kept: bool


@dataclass(frozen=True, slots=True)
class Vacuumed:
    """What a vacuum took away: versions that can no longer be opened, files, their bytes, and entries of the
    logs of the tables."""

    versions: tuple[int, ...]
    files: int
    size: int
    entries: int = 0


def history(path: str | Path) -> list[Version]:
    """The versions of an index, newest first. Raises IndexMissing or IndexUnreadable."""
    index = home_of(path)
    try:
        manifests = present(index, [FOLDER])
        return [
            Version(
                version=commit.version,
                created_at=commit.created_at,
                operation=commit.metadata["operation"],
                runs=commit.metadata["runs"],
                kept=_manifest_of(commit) in manifests,
            )
            for commit in _commits(index)
            if commit.metadata is not None
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise IndexUnreadable(
            str(index), f"the history of the index at {index} cannot be read: {words_of(error)}"
        ) from error


def vacuum(
    path: str | Path,
    *,
    older_than: timedelta = timedelta(days=7),
    now: datetime | None = None,
    orphan_age: timedelta = _ORPHAN_AGE,
) -> Vacuumed:
    """Takes away the versions committed more than `older_than` before `now`, and the files that only they
    had; the logs of the tables begin with the oldest version that is kept.

    The newest version always stays. Files that no version names, which a killed writer left behind, go when
    they are older than `orphan_age`: a running writer's new files are such, too. Raises IndexMissing or
    IndexUnreadable.
    """
    index = home_of(path)
    moment = datetime.now(UTC) if now is None else now
    try:
        with turn(index):
            return _vacuum(index, moment - older_than, moment - orphan_age)
    except (OSError, ValueError, KeyError, TypeError) as error:
        words = words_of(error)
        raise IndexUnreadable(str(index), f"the index at {index} cannot be vacuumed: {words}") from error


def _commits(index: Path) -> Iterator[Commit]:
    newest = latest_version(index / "runs")
    oldest = oldest_version(index / "runs")
    if newest is None or oldest is None:
        raise IndexMissing(str(index), f"there is no index at {index}")
    versions = range(newest, oldest - 1, -1)
    remote = remote_log(index / "runs")
    if remote is not None:
        remote.read_ahead(versions)
    return (read_commit(index / "runs", version) for version in versions)


def _vacuum(index: Path, before: datetime, orphans_before: datetime) -> Vacuumed:
    ours = [commit for commit in _commits(index) if commit.metadata is not None]
    # A version lived until the next one was committed: whoever opened it before then may still be reading.
    # The clock may have gone back between two commits: then the older one's time counts for both.
    times = [*accumulate((each.created_at for each in reversed(ours)), max)][::-1]
    expired = [each for until, each in zip(times, ours[1:], strict=False) if until < before]
    kept = ours[: len(ours) - len(expired)]
    there = present(index, [*(each.name for each in TABLES), FOLDER])
    named = {file for commit in kept for file in _files_of(index, commit, there)}
    former = {file for commit in expired for file in _files_of(index, commit, there)} - named
    manifests = {_manifest_of(commit) for commit in expired}
    versions = tuple(commit.version for commit in expired if _manifest_of(commit) in there)
    # First the manifests: a version without one is known to be gone, one without files would fail in a query.
    names = [each for each in sorted(manifests) if each in there]
    names += [each for each in sorted(former) if each in there]
    known = named | former | {_manifest_of(commit) for commit in ours}
    limit = orphans_before.timestamp()
    names += [name for name, found in there.items() if name not in known and _is_orphan(name, found, limit)]
    remove(index, names)
    for each in index.glob(f"{SPILL}*"):
        if each.stat().st_mtime < limit:
            shutil.rmtree(each, ignore_errors=True)
    from lineage_index.store.logs import shorten_logs

    entries = shorten_logs(index, kept)
    return Vacuumed(versions, len(names), sum(there[name].size for name in names), entries)


def _is_orphan(name: str, found: Item, limit: float) -> bool:
    return (name.startswith(f"{FOLDER}/") or name.endswith(".parquet")) and found.modified < limit


def _manifest_of(commit: Commit) -> str:
    assert commit.metadata is not None
    return f"{FOLDER}/{commit.metadata['manifest']}"


def _files_of(index: Path, commit: Commit, there: Container[str]) -> Iterator[str]:
    """The files that a version names, unless it was taken away already."""
    manifest = _manifest_of(commit)
    if manifest in there:
        for table, files in read_manifest(index, PurePath(manifest).name).files().items():
            yield from (f"{table}/{each.name}" for each in files)
