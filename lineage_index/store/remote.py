"""The objects of an index at a URL, seen from the folder that is its copy."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from uuid import uuid4

from lineage_index.objects.bucket import Bucket, Entry, in_parallel, is_plain_http
from lineage_index.objects.errors import ObjectError
from lineage_index.store.origin import url_of

__all__ = ["Remote", "location", "pull", "pull_all", "push", "remote_of"]

_OPTIONS = {"connect_timeout": "5s", "timeout": "60s", "max_retries": "5", "retry_timeout": "30s"}
_PROBE = "conditional-put"

_remotes: dict[Path, Remote] = {}


class Remote:
    """One index at a URL. `there` names the files of its tables (`table/file`) that are known to be at the
    URL. Methods raise ObjectError, or FileNotFoundError for what is not there."""

    def __init__(self, index: Path, bucket: Bucket) -> None:
        self.index = index
        self.bucket = bucket
        self.there: set[str] = set()
        self._lock = threading.Lock()

    def pull(self, name: str, size: int | None = None) -> None:
        """Copies one file of the index into the folder."""
        target = self.index / name
        target.parent.mkdir(parents=True, exist_ok=True)
        self.bucket.fetch(name, target, size)

    def pull_all(self, files: Mapping[str, int]) -> bool:
        """Copies files, given with their sizes, into the folder: those that are not in it whole. Says whether
        there were any."""
        missing = [(name, size) for name, size in files.items() if not self._has(name, size)]
        in_parallel(lambda each: self.pull(*each), missing)
        return bool(missing)

    def push(self, names: Iterable[str]) -> None:
        """Copies files of the folder to the URL, but for those that are `there`."""
        waiting = [name for name in names if name not in self.there]

        def one(name: str) -> None:
            self.bucket.send(self.index / name, name)
            with self._lock:
                self.there.add(name)

        in_parallel(one, waiting, workers=8)

    def present(self, folders: Sequence[str]) -> list[Entry]:
        """What there is in some folders of the index."""
        listed = in_parallel(lambda folder: list(self.bucket.entries(folder)), folders)
        return [entry for entries in listed for entry in entries if entry.name.count("/") == 1]

    def check_conditional_put(self) -> None:
        """Sees to it, once for every copy, that the server refuses to make an object twice: commits rest on
        that. Raises ObjectError."""
        seen = self.index / f".{_PROBE}"
        if seen.exists():
            return
        name = f"{_PROBE}-{uuid4().hex}"
        try:
            first, second = self.bucket.create(name, b""), self.bucket.create(name, b"")
        finally:
            self.bucket.delete([name])
        if not first or second:
            raise ObjectError(
                "the server ignores conditional writes, without which two writers would overwrite each "
                "other's commits; use a server that knows `If-None-Match`"
            )
        seen.touch()

    def _has(self, name: str, size: int) -> bool:
        try:
            return (self.index / name).stat().st_size == size
        except OSError:
            return False


def remote_of(index: Path) -> Remote | None:
    """What the folder `index` is a copy of; None if it is an index of its own."""
    known = _remotes.get(index)
    if known is None:
        url = url_of(index)
        if url is None:
            return None
        known = _remotes.setdefault(index, Remote(index, Bucket(url)))
    return known


def pull_all(index: Path, files: Mapping[str, int]) -> bool:
    """`Remote.pull_all` of the index in a folder; False for one of its own."""
    remote = remote_of(index)
    return remote is not None and remote.pull_all(files)


def pull(index: Path, name: str) -> None:
    """Copies one file of an index at a URL into its folder."""
    remote = remote_of(index)
    if remote is not None:
        remote.pull(name)


def push(index: Path, name: str) -> None:
    """Copies one file to the URL of an index from its folder."""
    remote = remote_of(index)
    if remote is not None:
        remote.push([name])


def location(index: Path, table: str) -> tuple[str, dict[str, str] | None]:
    """Where a table is, and the options with which deltalake gets there."""
    remote = remote_of(index)
    if remote is None:
        return str(index / table), None
    options = dict(_OPTIONS)
    if remote.bucket.url.scheme == "s3":
        options["aws_conditional_put"] = "etag"
    if is_plain_http():
        options["allow_http"] = "true"
    return f"{remote.bucket.url}/{table}", options
