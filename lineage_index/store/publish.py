"""From the files of a snapshot to the commit that makes it visible.

The order makes it safe to be killed anywhere. New files first, which nobody reads; then the tables other
than `runs`, whose new versions nobody names; then the manifest; last the commit of `runs`, which names all
of them. Every commit sets the whole list of a table's files, so whatever a writer that died or lost a race
left behind in a table is gone from it with the next commit.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import duckdb
import pyarrow as pa
from deltalake.exceptions import DeltaError

from lineage_index.objects.bucket import in_parallel
from lineage_index.objects.errors import ObjectError
from lineage_index.store.commits import is_latest, read_commit
from lineage_index.store.delta import Conflict, commit_runs, set_files
from lineage_index.store.errors import IndexConflict, IndexUnreadable, words_of
from lineage_index.store.keys import Counts, keys_table, layout_code
from lineage_index.store.locks import turn
from lineage_index.store.manifest import (
    DataFile,
    Manifest,
    ManifestText,
    Shadow,
    read_manifest,
    write_manifest,
)
from lineage_index.store.parquet import table_folder, write_table_file
from lineage_index.store.places import StorePlace
from lineage_index.store.promotion import Plan
from lineage_index.store.remote import remote_of
from lineage_index.store.schema import arrow_schema, runs_schema
from lineage_index.store.scratch import discarded_on_failure, named
from pql.catalog.tables import SCHEMA_VERSION, TABLES

__all__ = ["Next", "TableFiles", "publish", "retried", "settled"]

_ATTEMPTS = 30
_LONGEST_WAIT = 1.0  # seconds


TableFiles = Mapping[str, Sequence[DataFile]]
"""table → its files"""


@dataclass(frozen=True, slots=True)
class Next:
    """The snapshot to be committed. `files` lists the files of every table but `keys`, at least one each
    (`settled`); `operation` says in a word how it came about."""

    files: TableFiles
    counts: Counts
    plan: Plan
    dead_runs: int
    shadows: tuple[Shadow, ...]
    operation: str
    stores: tuple[StorePlace, ...] = ()


def publish(index: Path, based_on: int | None, what: Next) -> int:
    """Commits the snapshot `what` on top of version `based_on` of `runs` (None: there is none), and gives the
    new version. Raises Conflict if someone else was first."""
    schemas = {each.name: arrow_schema(each.name) for each in TABLES}
    schemas["runs"] = runs_schema(what.plan)
    rows = keys_table(what.counts, what.plan)
    files = {**what.files, "keys": [write_table_file(table_folder(index, "keys"), "keys", rows)]}
    before = None if based_on is None else _manifest(index, based_on)
    _send(index, before, files)
    versions = _standing(index, before, files)
    # One after the other: of two writers that meet on the way, one gets to the end.
    for name, known in files.items():
        if name != "runs" and name not in versions:
            named(index / name, (each.name for each in known))
            versions[name] = set_files(index, name, schemas[name], known)
    manifest = Manifest(
        schema=SCHEMA_VERSION,
        versions=versions,
        files={table: tuple(known) for table, known in files.items()},
        dead_runs=what.dead_runs,
        layout=layout_code(what.counts, what.plan),
        plan=what.plan,
        shadows=what.shadows,
        stores=what.stores,
    )
    name = f"{0 if based_on is None else based_on + 1:08}-{uuid4().hex}.json"
    write_manifest(index, name, manifest)
    metadata = {
        "schema": list(SCHEMA_VERSION),
        "operation": what.operation,
        "runs": sum(each.rows for each in files["runs"]),
        "manifest": name,
        "tables": versions,
        "at": _moment(index, based_on),
    }
    named(index / "runs", (each.name for each in files["runs"]))
    try:
        return commit_runs(index, schemas["runs"], files["runs"], based_on, metadata)
    except (Conflict, OSError, DeltaError):
        if _landed(index, 0 if based_on is None else based_on + 1, name):
            return 0 if based_on is None else based_on + 1
        raise


def _moment(index: Path, based_on: int | None) -> int:
    """Milliseconds since 1970, never before those of the last commit: a clock may go back, and times are
    looked up by halves."""
    before = datetime.min.replace(tzinfo=UTC)
    if based_on is not None:
        before = read_commit(index / "runs", based_on).created_at
    return round(max(_now(), before).timestamp() * 1000)


def _now() -> datetime:
    return datetime.now(UTC)


def _manifest(index: Path, version: int) -> ManifestText | None:
    """That of a version; None of a commit that is not ours."""
    metadata = read_commit(index / "runs", version).metadata or {}
    return read_manifest(index, metadata["manifest"]) if "manifest" in metadata else None


def _standing(index: Path, before: ManifestText | None, files: TableFiles) -> dict[str, int]:
    """The versions of the tables that need no commit: they have the files they had, and nobody, dead or
    alive, has committed to them since. At a URL, opening one would take a dozen requests."""
    if before is None:
        return {}
    had = before.files()
    same = {
        name: version
        for name, version in before.head["versions"].items()
        if had.get(name) == tuple(files.get(name, ()))
    }
    latest = in_parallel(lambda name: is_latest(index / name, same[name]), same)
    return {name: same[name] for name, is_it in zip(same, latest, strict=True) if is_it}


def _send(index: Path, before: ManifestText | None, files: TableFiles) -> None:
    """Copies the new files of an index at a URL there; no commit names them yet."""
    remote = remote_of(index)
    if remote is None:
        return
    remote.check_conditional_put()
    there = {} if before is None else before.files()
    known = {f"{table}/{name}" for table, each in there.items() for name, _, _ in each}
    names = {f"{table}/{each.name}" for table, known_files in files.items() for each in known_files}
    remote.push(sorted(names - known))


def _landed(index: Path, version: int, manifest: str) -> bool:
    """Is the commit there although its writer was told that it failed? Of one at a URL, the answer may have
    got lost, or a second try have met the first; on a full disk, only the checkpoint after it fails."""
    try:
        metadata = read_commit(index / "runs", version).metadata
    except FileNotFoundError:
        return False
    except OSError as error:
        raise ObjectError(
            "the connection broke at the commit; whether it is in the index, the next refresh will find out "
            f"({error})"
        ) from error
    return metadata is not None and metadata.get("manifest") == manifest


def settled(index: Path, files: TableFiles, plan: Plan) -> dict[str, list[DataFile]]:
    """`files` with at least one for each table, so that readers always find a schema: an empty one where
    there are no rows, and only there."""
    return {name: _settled(index, name, known, plan) for name, known in files.items()}


def _settled(index: Path, name: str, files: Sequence[DataFile], plan: Plan) -> list[DataFile]:
    full = [each for each in files if each.rows]
    if full:
        return full
    if files and name != "runs":
        return [files[0]]
    schema = runs_schema(plan) if name == "runs" else arrow_schema(name)
    return [write_table_file(table_folder(index, name), name, schema.empty_table())]


def retried(index: Path, attempt: Callable[[], int]) -> int:
    """Calls `attempt` until it meets no Conflict. What the disk and the engines raise becomes
    IndexUnreadable."""
    try:
        with turn(index):
            for count in range(_ATTEMPTS):
                try:
                    with discarded_on_failure():
                        return attempt()
                except Conflict:
                    time.sleep(random.uniform(0, min(0.005 * 2**count, _LONGEST_WAIT)))
    except (OSError, DeltaError, duckdb.Error, pa.ArrowException) as error:
        words = words_of(error)
        message = f"the index at {index} cannot be written: {words} (what it held before is untouched)"
        raise IndexUnreadable(str(index), message) from error
    raise IndexConflict(
        str(index), f"other writers of the index at {index} were first {_ATTEMPTS} times; run this again"
    )
