"""Objects below an address: listed, read, written, deleted."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from itertools import chain, pairwise
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

from lineage_index.objects.errors import ObjectError, explained
from lineage_index.objects.url import ENDPOINTS, ObjectUrl

__all__ = ["Bucket", "Entry", "in_parallel", "is_plain_http"]

_PARALLEL = 16
_PAGE = 1_000
"""Objects that a server lists at once."""

_DIGITS = "123456789abcdef"
"""The names of runs begin with `0` and these."""

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


def _as_they_come(several: Iterable[Iterator[_Item]]) -> Iterator[_Item]:
    """What all of these give; each is asked in a thread for its next item, and not before that was taken."""
    from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait

    with ThreadPoolExecutor(_PARALLEL) as pool:
        asked = {pool.submit(next, each, None): each for each in several}
        while asked:
            for answer in wait(asked, return_when=FIRST_COMPLETED).done:
                source = asked.pop(answer)
                item = answer.result()
                if item is not None:
                    asked[pool.submit(next, source, None)] = source
                    yield item


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
        return chain.from_iterable(self._pages(below, after))

    def scattered(self) -> Iterator[Entry]:
        """Every object, in no order. A page can only be asked for when the one before it has come, so where
        there are many, the names of runs are listed from several places at once."""
        pages = self._pages()
        first = next(pages, [])
        yield from first
        if len(first) < _PAGE or self.url.scheme == "az":  # which lists from the beginning every time
            yield from chain.from_iterable(pages)
            return
        last = first[-1].name
        folder = "runs/" if last.startswith("runs/") else ""
        bounds = [bound for digit in _DIGITS if (bound := folder + digit) > last]
        stretches = [self._pages(after=low, upto=high) for low, high in pairwise([last, *bounds, None])]
        yield from chain.from_iterable(_as_they_come(stretches))

    def _pages(
        self, below: str = "", after: str | None = None, upto: str | None = None
    ) -> Iterator[list[Entry]]:
        """The objects whose names come after `after`, and not after `upto`, in pieces as they arrive."""
        store = self._store
        with explained():
            for chunk in store.list(below or None, offset=after, chunk_size=_PAGE):
                page = [
                    Entry(
                        each["path"],
                        each["size"],
                        each["last_modified"],
                        each["e_tag"] or each["last_modified"].isoformat(),
                    )
                    for each in chunk
                    if upto is None or each["path"] <= upto
                ]
                yield page
                if len(page) < len(chunk):
                    return

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
