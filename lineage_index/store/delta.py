"""Commits to the Delta tables of an index."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, Schema
from deltalake.exceptions import CommitFailedError, DeltaError, TableNotFoundError
from deltalake.transaction import AddAction, RemoveAction, Transaction, create_table_with_add_actions

from lineage_index.objects.errors import ObjectError, sentence
from lineage_index.store.commits import METADATA, latest_version
from lineage_index.store.manifest import DataFile
from lineage_index.store.remote import location, remote_of

__all__ = ["Conflict", "commit_runs", "open_table", "set_files"]

_APPLICATION = "pql-lineage"
_CONFIGURATION = {"delta.enableExpiredLogCleanup": "false"}
_REMOTE = {"delta.checkpointInterval": "10"}
"""At a URL every commit since the last checkpoint is two requests of their own when a table is opened."""


class Conflict(Exception):  # noqa: N818
    """Someone else committed to the table first."""


def set_files(index: Path, name: str, schema: pa.Schema, files: Iterable[DataFile]) -> int:
    """Makes the table `name` consist of exactly `files`, in one commit at most, and gives its version.

    Raises Conflict if someone else commits to the table meanwhile.
    """
    return _commit(index, name, schema, files, _open(index, name), None)


def commit_runs(
    index: Path, schema: pa.Schema, files: Iterable[DataFile], based_on: int | None, metadata: dict[str, Any]
) -> int:
    """The commit that makes a batch visible: `runs` consists of exactly `files`, and `metadata` names the
    rest.

    `based_on` is the version of `runs` that the batch builds on (None: there is no table yet). Raises
    Conflict if that is not the newest.
    """
    table = None if based_on is None else _open(index, "runs")
    if table is not None and table.version() != based_on:
        raise Conflict("runs")
    return _commit(index, "runs", schema, files, table, metadata)


def open_table(index: Path, name: str, version: int | None = None) -> DeltaTable:
    """A table, at a version. What deltalake raises; ObjectError for a URL that can't be reached."""
    place, options = location(index, name)
    with _reached(index):
        return DeltaTable(place, version=version, storage_options=options)


@contextmanager
def _reached(index: Path) -> Iterator[None]:
    try:
        yield
    except (TableNotFoundError, CommitFailedError):
        raise
    except (OSError, DeltaError) as error:
        if remote_of(index) is None:
            raise
        raise ObjectError(sentence(error)) from error


def _open(index: Path, name: str) -> DeltaTable | None:
    if remote_of(index) is None and not (index / name / "_delta_log").exists():
        return None
    try:
        return open_table(index, name)
    except TableNotFoundError:  # a log without a commit: its writer died
        return None


def _commit(
    index: Path,
    name: str,
    schema: pa.Schema,
    files: Iterable[DataFile],
    table: DeltaTable | None,
    metadata: dict[str, Any] | None,
) -> int:
    target = {file.name: file for file in files}
    now = int(time.time() * 1000)
    version = 0 if table is None else table.version() + 1
    properties = CommitProperties(
        custom_metadata=None if metadata is None else {METADATA: metadata},
        # Who lost may not be put on top of the winner: what it lists is no longer all that there is.
        max_commit_retries=0,
        # Two commits of one application on top of the same version conflict, even if both only add files.
        app_transactions=[Transaction(_APPLICATION, version)],
    )
    if table is None:
        _create(index, name, schema, [_add(file, now) for file in target.values()], properties)
        return version
    actions = pa.table(table.get_add_actions())
    present = dict(
        zip(actions.column("path").to_pylist(), actions.column("size_bytes").to_pylist(), strict=True)
    )
    added = [_add(file, now) for file in target.values() if file.name not in present]
    removed = [
        RemoveAction(path, True, now, size, {}) for path, size in present.items() if path not in target
    ]
    if not added and not removed and metadata is None:
        return version - 1
    delta = Schema.from_arrow(schema)
    # Only an overwrite can change the schema. It removes every file by itself, and all of them must be new.
    overwrite = delta != table.schema() and len(removed) == len(present)
    try:
        with _reached(index):
            table.create_write_transaction(
                [*added, *([] if overwrite else removed)],
                "overwrite" if overwrite else "append",
                delta,
                commit_properties=properties,
            )
    except CommitFailedError as error:
        raise Conflict(name) from error
    return version


def _create(
    index: Path, name: str, schema: pa.Schema, adds: list[AddAction], properties: CommitProperties
) -> None:
    place, options = location(index, name)
    if options is None:
        (index / name).mkdir(parents=True, exist_ok=True)
    try:
        create_table_with_add_actions(
            place,
            Schema.from_arrow(schema),
            adds,
            configuration=_CONFIGURATION if options is None else {**_CONFIGURATION, **_REMOTE},
            commit_properties=properties,
            storage_options=options,
        )
    except (OSError, DeltaError) as error:
        if latest_version(index / name) is not None:
            raise Conflict(name) from error
        if options is not None:
            raise ObjectError(sentence(error)) from error
        raise


def _add(file: DataFile, now: int) -> AddAction:
    return AddAction(file.name, file.size, {}, now, True, json.dumps({"numRecords": file.rows}))
