"""Read the folders of a refresh in steps of bounded size, in processes beside this one where it pays.

What reads them is imported while these processes start.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lineage_index.index.source import AnyFolder
from lineage_index.index.workers import Workers, available
from lineage_index.ingest.stretches import stretches
from lineage_index.store.scratch import written

if TYPE_CHECKING:
    from concurrent.futures import Future

    from lineage_index.index.reading import Done
    from lineage_index.store.promotion import Plan

__all__ = ["changed_content", "read_steps"]

_BATCH = 2_500
"""Run folders that one step reads at most."""

_FIRST = 500
"""Folders of the first step of a new index, which decides which keys get columns for all others."""

_PARALLEL_FROM = 1_500
"""Folders from which a second process pays for its start."""


def read_steps(
    wanted: Sequence[AnyFolder],
    target: Path,
    store: str,
    history: bool,
    plan: Plan | None,
    workers: int | None,
) -> Generator[Done]:
    """Read the folders of the run store named `store` and write their rows to files of the index `target`,
    which no snapshot names yet. Without a `plan` the first of them decide on one.

    Raises StoreMissing or IndexUnreadable; what was written till then is noted (`written`).
    """
    count = _count(workers)
    if len(wanted) < _PARALLEL_FROM or count < 2:
        from lineage_index.index.reading import read_folders

        for batch in _in_steps(wanted, count):
            step = read_folders(batch, target, store, history, plan)
            plan = step.prepared[0].plan
            yield step
        return
    futures: list[Future[Done]] = []
    try:
        with Workers(count, str(target)) as others:
            from lineage_index.index.reading import read_folders

            first = () if plan is not None else wanted[:_FIRST]
            steps = list(_in_steps(wanted[len(first) :], count))

            def submit(plan: Plan) -> None:
                arguments = (target, store, history, plan)
                futures.extend(others.submit(read_folders, batch, *arguments) for batch in steps)

            if plan is None:
                # The others go on with its plan while this process reads the points of these.
                yield read_folders(first, target, store, history, None, submit)
            else:
                submit(plan)
            # What comes next, while the others read.
            import lineage_index.store.commit  # noqa: F401

            for future in futures:
                yield future.result()
    except BaseException:
        for future in futures:
            if future.done() and not future.cancelled() and future.exception() is None:
                written(*future.result().paths(target))
        raise


def changed_content(
    folders: Sequence[AnyFolder], known: Mapping[str, str | None], target: Path, workers: int | None
) -> set[str]:
    """The folders, by their relative paths, whose content is not the `known` one. Raises StoreMissing."""
    from lineage_index.index.reading import with_other_content

    count = _count(workers)
    parts = list(_in_steps(folders, count))
    if len(folders) < _PARALLEL_FROM or count < 2:
        return {name for part in parts for name in with_other_content(part, known)}
    with Workers(count, str(target)) as others:
        contents = [{each.relative: known.get(each.relative) for each in part} for part in parts]
        futures = [
            others.submit(with_other_content, part, content)
            for part, content in zip(parts, contents, strict=True)
        ]
        return {name for each in futures for name in each.result()}


def _count(asked: int | None) -> int:
    """How many processes read; 1 where none can be started."""
    if not available():
        return 1
    return asked if asked is not None else min(os.cpu_count() or 1, 4)


def _in_steps(folders: Sequence[AnyFolder], workers: int) -> Iterator[list[AnyFolder]]:
    """The folders in steps of bounded number and, as far as it is known, size; where there are many, equally
    many for each worker."""
    from lineage_index.index.reading import BATCH_BYTES

    turns = workers * -(-len(folders) // (workers * _BATCH))
    most = max(_FIRST, -(-len(folders) // max(1, turns)))
    return stretches(folders, lambda folder: folder.size, BATCH_BYTES, most)
