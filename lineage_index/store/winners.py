"""Which run a uuid stands for when several folders claim it.

The newest by `updated_at` wins; of equal ones that whose (store, folder) sorts first. The rule does not ask
who came first, so that refreshing in any order ends in the same index.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import cmp_to_key

from lineage_index.store.rows import Member

__all__ = ["winner"]

_NEVER = datetime(1, 1, 1)  # noqa: DTZ001 - all times of the tables are naive UTC


def winner(members: Iterable[Member]) -> Member:
    """The one of the claims on a uuid that the index shows; ValueError if there is none."""
    return max(members, key=cmp_to_key(_compare))


def _compare(one: Member, other: Member) -> int:
    newer = (one.updated_at or _NEVER, other.updated_at or _NEVER)
    if newer[0] != newer[1]:
        return 1 if newer[0] > newer[1] else -1
    places = ((one.store, one.folder, one.run_id), (other.store, other.folder, other.run_id))
    return 1 if places[0] < places[1] else -1
