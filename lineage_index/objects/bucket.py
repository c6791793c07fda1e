"""Objects below an address: listed, read, written, deleted."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

from lineage_index.objects.errors import ObjectError, explained
from lineage_index.objects.url import ENDPOINTS, ObjectUrl

__all__ = ["Bucket", "Entry", "in_parallel", "is_plain_http"]

_PARALLEL = 16
_PIECE = 1 << 24
"""Larger objects are fetched in pieces of so many bytes: a slow line then breaks no time limit."""

_CLIENT: dict[str, Any] = {"connect_timeout": "5s", "timeout": "60s"}
_RETRY: dict[str, Any] = {
    "max_retries": 5,
    "retry_timeout": timedelta(seconds=30),
    "backoff": {
        "init_backoff": timedelta(milliseconds=100),
        "max_backoff": timedelta(seconds=2),
        "base": 2,
    },
}
_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Entry:
    """One object: its name below the address, bytes, time of writing, and a mark that another content under
    the name would not have."""

    name: str
    size: int
    modified: datetime
    mark: str


def is_plain_http() -> bool:
    """Whether the environment names an endpoint without TLS, as servers on one's own machine have."""
    return any(os.environ.get(name, "").startswith("http://") for name in ENDPOINTS)


def in_parallel(
    what: Callable[[_Item], _Result], items: Iterable[_Item], workers: int = _PARALLEL
) -> list[_Result]:
    """`what` of every item, in order; the first error ends it."""
    from concurrent.futures import ThreadPoolExecutor

    waiting = list(items)
    if len(waiting) < 2:
        return [what(each) for each in waiting]
    pool = ThreadPoolExecutor(min(workers, len(waiting)))
    try:
        return list(pool.map(what, waiting))
    finally:
        pool.shutdown(cancel_futures=True)


class Bucket:
    """The objects below one address. Credentials and endpoint are those of the environment.

    Every method raises ObjectError; FileNotFoundError for an object that is not there.
    """

    def __init__(self, url: ObjectUrl) -> None:
        self.url = url

    @cached_property
    def _store(self) -> Any:
        try:
            from obstore import store
        except ImportError:
            scheme = self.url.scheme
            words = f"{scheme}:// needs obstore: pip install 'pql-lineage[{scheme}]'"
            raise ObjectError(words) from None
        makers = {"s3": store.S3Store, "gs": store.GCSStore, "az": store.AzureStore}
        client = {**_CLIENT, "allow_http": True} if is_plain_http() else _CLIENT
        with explained():
            return makers[self.url.scheme](
                self.url.bucket, prefix=self.url.prefix or None, client_options=client, retry_config=_RETRY
            )

    def entries(self, below: str = "", after: str | None = None) -> Iterator[Entry]:
        """Every object below the folder `below` (all if it is empty), in the order of their names; with
        `after`, those that come after this name."""
        store = self._store
        with explained():
            for chunk in store.list(below or None, offset=after, chunk_size=1_000):
                for each in chunk:
                    yield Entry(
                        each["path"],
                        each["size"],
                        each["last_modified"],
                        each["e_tag"] or each["last_modified"].isoformat(),
                    )

    def read(self, name: str) -> bytes:
        """The whole of a small object."""
        store = self._store
        with explained():
            return bytes(store.get(name).bytes())

    def fetch(self, name: str, target: Path, size: int | None = None) -> None:
        """Copies an object to the file `target`, which appears whole or not at all; in pieces if `size` is
        large. OSError of the local disk as usual."""
        store = self._store
        part = target.with_name(f".{uuid4().hex}.part")
        try:
            with explained(), part.open("wb") as file:
                if size is None or size <= _PIECE:
                    file.write(store.get(name).bytes())
                else:
                    for start in range(0, size, _PIECE):
                        file.write(store.get_range(name, start=start, end=min(size, start + _PIECE)))
            os.replace(part, target)
        finally:
            part.unlink(missing_ok=True)

    def send(self, source: Path, name: str) -> None:
        """Copies the file `source` to an object, which appears whole or not at all."""
        store = self._store
        with explained():
            store.put(name, source, max_concurrency=4)

    def create(self, name: str, data: bytes) -> bool:
        """Makes a small object unless there is one of this name; says whether it did."""
        from obstore.exceptions import AlreadyExistsError

        store = self._store
        with explained():
            try:
                store.put(name, data, mode="create")
            except AlreadyExistsError:
                return False
            return True

    def delete(self, names: Iterable[str]) -> None:
        """Takes objects away; those that are not there any more are no error."""
        store = self._store

        def one(name: str) -> None:
            with explained():
                try:
                    store.delete(name)
                except FileNotFoundError:
                    return

        in_parallel(one, names)
