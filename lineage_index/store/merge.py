"""What a batch does to the set of runs: who comes, who goes, who is shadowed. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from lineage_index.store.manifest import Shadow
from lineage_index.store.rows import Member
from lineage_index.store.winners import winner

__all__ = ["Merge", "Place", "merge"]

Place = tuple[str, str]
"""(store, folder)"""


@dataclass(frozen=True, slots=True)
class Merge:
    """`removed` are run_ids that leave the index, `dropped` run_ids of the batch that never enter it,
    `shadows` the folders that are remembered afterwards."""

    removed: frozenset[int]
    dropped: frozenset[int]
    shadows: tuple[Shadow, ...]


def merge(
    existing: Iterable[Member],
    batch: Collection[Member],
    gone: Collection[Place],
    shadows: Iterable[Shadow],
) -> Merge:
    """The outcome for one batch.

    `existing` are the runs of the index that share a uuid or a place with the batch or have gone. A place
    that was read again or has gone loses its row; of the claims on a uuid that remain, the newest wins.
    """
    read = {(each.store, each.folder) for each in batch}
    left = read | set(gone)
    kept = [each for each in existing if (each.store, each.folder) not in left]
    replaced = [each for each in existing if (each.store, each.folder) in left]
    claims: dict[str, list[Member]] = {}
    for each in (*kept, *batch):
        claims.setdefault(each.uuid, []).append(each)
    winners = {winner(members).run_id for members in claims.values()}
    losers = [each for members in claims.values() for each in members if each.run_id not in winners]
    batch_ids = {each.run_id for each in batch}
    # Where a row was replaced or has gone, a shadowed folder may be the newest now: it is forgotten here, and
    # so read again.
    touched = {each.uuid for each in replaced}
    remembered = [
        each for each in shadows if (each.store, each.folder) not in left and each.uuid not in touched
    ]
    remembered += [Shadow(each.store, each.folder, each.fingerprint, each.uuid) for each in losers]
    return Merge(
        removed=frozenset(each.run_id for each in (*replaced, *losers) if each.run_id not in batch_ids),
        dropped=frozenset(each.run_id for each in losers if each.run_id in batch_ids),
        shadows=tuple(sorted(remembered, key=lambda each: (each.store, each.folder))),
    )
