"""Cut a sequence into stretches of bounded size."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

__all__ = ["stretches"]

_Item = TypeVar("_Item")


def stretches(
    items: Iterable[_Item], size_of: Callable[[_Item], int], largest: int, most: int | None = None
) -> Iterator[list[_Item]]:
    """Yield the items in lists of at most `most`, whose sizes sum up to at most `largest`. What is larger by
    itself stands alone."""
    some: list[_Item] = []
    size = 0
    for item in items:
        own = size_of(item)
        if some and (size + own > largest or len(some) == most):
            yield some
            some, size = [], 0
        some.append(item)
        size += own
    if some:
        yield some
