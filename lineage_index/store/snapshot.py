"""What a reader sees: one version of the whole index.

Opening one costs two small files; neither pyarrow nor deltalake is imported.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from lineage_index.store.commits import Commit, commit_at, latest_version, read_commit
from lineage_index.store.errors import IndexMissing, IndexTooNew, IndexUnreadable, StoreError
from lineage_index.store.fetched import files_of
from lineage_index.store.home import home_of, name_of
from lineage_index.store.layouts import CodedKeys
from lineage_index.store.manifest import FOLDER, DataFile, Files, ManifestText, Shadow, read_manifest
from lineage_index.store.places import StorePlace, store_folder
from lineage_index.store.promotion import Plan
from pql.catalog.layout import Layout
from pql.catalog.tables import SCHEMA_VERSION, TABLES

__all__ = ["KeyRow", "Snapshot", "open_snapshot"]


@dataclass(frozen=True, slots=True)
class KeyRow:
    """One row of the table `keys`: a key that some live run has. Counts are of runs
    (`pql.catalog.tables`)."""

    section: str
    key: str
    runs: int
    nums: int
    texts: int
    bools: int
    nested: int
    min: float | None
    max: float | None
    long_rows: int
    history_only: int


@dataclass(frozen=True)
class Snapshot:
    """One version of the index. It stays readable, and the same, until a vacuum takes its files away.

    `version` is that of the Delta table `runs`; `created_at` is in UTC. `files` has, for every table of the
    catalog, the absolute paths of its Parquet files, at least one. `rows` counts what is in them; of tables
    other than `runs` and `keys`, rows of `dead_runs` runs that have left the index are among them.

    `path` is the folder of the index. For an index at a URL (`place`) it is that of its copy, and the files
    of a table are copied when `files` is first asked for it; IndexUnreadable if that fails.
    """

    path: Path
    version: int
    created_at: datetime
    schema: tuple[int, int]
    files: Mapping[str, tuple[str, ...]] = field(repr=False, compare=False)
    rows: Mapping[str, int]
    dead_runs: int
    versions: Mapping[str, int]
    data_files: Files = field(repr=False)
    _text: ManifestText = field(repr=False, compare=False)

    @property
    def place(self) -> str:
        """Where the index is: its path or its URL."""
        return name_of(self.path)

    @property
    def runs(self) -> int:
        """How many runs there are."""
        return self.rows["runs"]

    def carried(self) -> dict[str, list[DataFile]]:
        """The files that the next commit starts from: of every table but `keys`, which it writes anew."""
        return {name: list(files) for name, files in self.data_files.items() if name != "keys"}

    @cached_property
    def layout(self) -> Layout:
        """Where each key lives."""
        try:
            return Layout(CodedKeys(self._text.layout()), settled=not self.dead_runs)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            path = str(self.path)
            words = f"the index at {path} cannot be read: a file of its folder `{FOLDER}` is damaged"
            raise IndexUnreadable(path, words) from error

    @cached_property
    def plan(self) -> Plan:
        """The promoted columns that every file of `runs` has."""
        return self._text.plan()

    @cached_property
    def shadows(self) -> tuple[Shadow, ...]:
        """The folders that lost their uuid to another one."""
        return self._text.shadows()

    @cached_property
    def stores(self) -> tuple[StorePlace, ...]:
        """The run stores that were read, and where they were."""
        return self._text.stores()

    def store_folder(self, name: str) -> str:
        """Where the run store lies that rows of `runs` name so: a path, or a URL."""
        return store_folder(self.stores, str(self.path), name)

    @cached_property
    def keys(self) -> Sequence[KeyRow]:
        """The catalog of keys, by section and key. Reads the table `keys`."""
        return self.key_rows()

    def key_rows(self, section: str | None = None, names: Iterable[str] | None = None) -> list[KeyRow]:
        """Rows of `keys`, all of them or those of a section, or of a section and some names."""
        from lineage_index.store.locked import parquet, reader

        wanted = None if names is None else list(names)
        with reader(self.files["keys"]) as connection:
            rows = connection.execute(
                "SELECT section, key, runs, nums, texts, bools, nested, min, max, long_rows, history_only "
                f"FROM {parquet('files')} WHERE ($section IS NULL OR section = $section) "
                "AND ($names IS NULL OR list_contains($names::VARCHAR[], key)) ORDER BY section, key",
                {"files": list(self.files["keys"]), "section": section, "names": wanted},
            ).fetchall()
        return [KeyRow(*row) for row in rows]


def open_snapshot(path: str | Path, as_of: int | datetime | None = None) -> Snapshot:
    """The newest snapshot of the index at `path`, or that of a version, or of a time (naive ones are UTC).

    Raises IndexMissing, IndexTooNew, or IndexUnreadable.
    """
    index = home_of(path)
    try:
        return _snapshot(index, _commit(index, as_of))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise IndexUnreadable(str(index), f"the index at {index} cannot be read: {_words(error)}") from error


def _words(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename}" if error.filename else error.strerror
    return str(error) or type(error).__name__


def _commit(index: Path, as_of: int | datetime | None) -> Commit:
    runs = index / "runs"
    newest = latest_version(runs)
    if newest is None:
        raise IndexMissing(str(index), f"there is no index at {index}; `pql index refresh` makes one")
    match as_of:
        case None:
            version: int | None = newest
        case int():
            version = as_of
        case datetime():
            when = as_of if as_of.tzinfo else as_of.replace(tzinfo=UTC)
            version = commit_at(runs, newest, when)
    if version is None or not 0 <= version <= newest:
        raise IndexMissing(str(index), f"the index at {index} has no version {as_of}; the newest is {newest}")
    while True:
        try:
            commit = read_commit(runs, version)
        except FileNotFoundError:
            raise IndexMissing(
                str(index), f"version {version} of the index at {index} is no longer kept"
            ) from None
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"the log of {runs} is damaged at version {version}") from error
        # A commit of another program names no snapshot: the one before it still stands.
        if commit.metadata is not None or version == 0:
            return commit
        version -= 1


def _lost(index: Path, commit: Commit) -> StoreError:
    if latest_version(index / "runs") != commit.version:
        return IndexMissing(str(index), f"version {commit.version} of the index at {index} is no longer kept")
    words = f"the index at {index} has lost a file of its folder `{FOLDER}`; build it again at another path"
    return IndexUnreadable(str(index), words)


def _snapshot(index: Path, commit: Commit) -> Snapshot:
    if commit.metadata is None:
        raise ValueError("its table `runs` was not written by this program")
    major, minor = commit.metadata["schema"]
    if major > SCHEMA_VERSION[0]:
        raise IndexTooNew(
            str(index),
            f"the index at {index} has format {major}.{minor}, and this program reads up to "
            f"{SCHEMA_VERSION[0]}; install a newer pql-lineage",
        )
    try:
        text = read_manifest(index, commit.metadata["manifest"])
    except FileNotFoundError as error:
        raise _lost(index, commit) from error
    # An index of an older minor version lacks tables.
    data_files = {**{each.name: () for each in TABLES}, **text.files()}
    return Snapshot(
        path=index,
        version=commit.version,
        created_at=commit.created_at,
        schema=(major, minor),
        files=files_of(index, commit.version, data_files),
        rows={table: sum(each.rows for each in files) for table, files in data_files.items()},
        dead_runs=text.head["dead_runs"],
        versions=text.head["versions"],
        data_files=data_files,
        _text=text,
    )
