"""Kills writers, and looks at what they leave: `kill_driver.py FOLDER SEED CASE=COUNT...`.

COUNT is `every` (each writing call of the operation) or how many of them. Prints one line of JSON for each
kill, and ends with 1 at the first loss, which it explains; what was left stays in FOLDER.

This process imports everything and never starts a thread, so that its forks begin at once.
"""

from __future__ import annotations

import errno
import json
import mmap
import random
import shutil
import struct
import sys
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas  # noqa: F401 - Arrow would import these two in every fork
import pyarrow.dataset  # noqa: F401
from gate import Call, Ended, run_child
from kill_cases import (
    NOTHING,
    OPERATIONS,
    Sight,
    begin,
    begin_aged,
    begin_old,
    change_store,
    digest_after,
    digest_of,
    fresh_digest,
    look,
)
from kill_tracking import look_at_run, train

TAKING_AWAY = ("unlink", "unlinkat", "rmdir")
"""Calls that a full disk doesn't refuse."""

AT_RANDOM = ("refresh", "refresh", "refresh", "compact", "vacuum")


class Loss(Exception):  # noqa: N818
    """Something was lost."""


def value_of(ended: Ended) -> Any:
    """What the function of a child gave."""
    if ended.error is not None or ended.signal is not None:
        raise Loss(ended.error or f"killed by signal {ended.signal}")
    return ended.value


@dataclass(frozen=True)
class Case:
    """An operation on an index, with what the index says before and after. `template` is the index as it is
    before, None for none."""

    name: str
    operation: str
    template: Path | None
    store: Path
    before: str
    after: str


def cases(folder: Path, wanted: Collection[str]) -> list[Case]:
    """Those of the operations that are wanted, on one index and its store; a commit that makes a checkpoint
    and a vacuum behind it take an index of a hundred commits."""
    store, base = folder / "store", folder / "base"
    value_of(run_child(begin, base, store))
    before = value_of(run_child(digest_of, base))
    after = value_of(run_child(fresh_digest, folder / "fresh", store))
    assert before != after
    found = [
        Case("create", "refresh", None, store, NOTHING, after),
        Case("refresh", "refresh", base, store, before, after),
        Case("compact", "compact", base, store, before, before),
        Case("vacuum", "vacuum", base, store, before, before),
    ]
    if "record" in wanted:
        recorded = value_of(run_child(digest_after, "record", base, folder / "fresh", store))
        found.append(Case("record", "record", base, store, before, recorded))
    if "migrate" in wanted:
        old = folder / "old"
        value_of(run_child(begin_old, old))
        was = value_of(run_child(digest_of, old))
        migrated = value_of(run_child(digest_after, "migrate", old, folder / "fresh", store))
        found.append(Case("migrate", "migrate", old, store, was, migrated))
    if not {"checkpoint", "shorten"}.isdisjoint(wanted):
        aged, its_store = folder / "aged", folder / "aged store"
        value_of(run_child(begin_aged, aged, its_store))
        was = value_of(run_child(digest_of, aged))
        current = value_of(run_child(fresh_digest, folder / "fresh", its_store))
        found.append(Case("checkpoint", "refresh", aged, its_store, was, current))
        found.append(Case("shorten", "vacuum", aged, its_store, was, was))
    return [case for case in found if case.name in wanted]


def placed(case: Case, index: Path) -> None:
    """Puts the index there as it is before the operation."""
    shutil.rmtree(index, ignore_errors=True)
    if case.template is not None:
        shutil.copytree(case.template, index)


def killed_at(case: Case, index: Path, number: int, thorough: bool) -> Call | None:
    """Kills the operation before its writing call `number`, and looks; None if it ended before that."""
    placed(case, index)
    operate = OPERATIONS[case.operation]
    ended = run_child(
        operate, index, case.store, gate=lambda count, call: -1 if count == number else None, below=index
    )
    if ended.error is not None:
        raise Loss(ended.error)
    sight = Sight(
        frozenset({case.before, case.after}), case.after, lambda: operate(index, case.store), thorough
    )
    value_of(run_child(look, index, sight))
    return ended.calls[-1] if ended.signal is not None else None


def killed_when_full(case: Case, index: Path, number: int, thorough: bool) -> Call | None:
    """The disk is full from the writing call `number` on, and the operation is killed before the second file
    that it takes away again; None if it came to no second."""
    placed(case, index)
    taken: list[int] = []

    def full(count: int, call: Call) -> int | None:
        if count < number:
            return None
        if call.name not in TAKING_AWAY:
            return errno.ENOSPC
        taken.append(count)
        return -1 if len(taken) == 2 else None

    operate = OPERATIONS[case.operation]
    ended = run_child(operate, index, case.store, gate=full, below=index)
    sight = Sight(frozenset({case.before}), case.after, lambda: operate(index, case.store), thorough)
    value_of(run_child(look, index, sight))
    return ended.calls[-1] if ended.signal is not None else None


def calls_of(case: Case, index: Path) -> list[Call]:
    """The writing calls that the operation makes when nobody kills it."""
    placed(case, index)
    ended = run_child(
        OPERATIONS[case.operation], index, case.store, gate=lambda count, call: None, below=index
    )
    value_of(ended)
    return ended.calls


def chosen(calls: Sequence[Call], count: int | None, generator: random.Random) -> list[int]:
    """The numbers of the calls at which to kill. Of a few, most are those that make something visible or take
    it away, the last ones always among them, and not the many that fill a new file."""
    if count is None:
        return list(range(1, len(calls) + 1))
    turning = [number for number, call in enumerate(calls, 1) if call.name not in ("write", "mkdir")]
    filling = [number for number, call in enumerate(calls, 1) if call.name in ("write", "mkdir")]
    last, earlier = turning[-(count // 2) :], turning[: -(count // 2)]
    some = last + generator.sample(earlier, min(len(earlier), count - count // 4 - len(last)))
    return sorted(some + generator.sample(filling, min(len(filling), count - len(some))))


def kill_tracking(folder: Path, count: int | None, generator: random.Random) -> Iterator[dict[str, Any]]:
    """Kills a training script at its writing calls."""

    def trained(number: int) -> tuple[Ended, int]:
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "store").mkdir(parents=True)
        (folder / "note.txt").write_text("a note")
        with mmap.mmap(-1, 8) as safe:
            ended = run_child(
                train,
                folder / "store",
                safe,
                gate=lambda count, call: -1 if count == number else None,
                below=folder / "store",
            )
            rounds: int = struct.unpack_from("q", safe)[0]
            return ended, rounds

    every, _ = trained(0)
    value_of(every)
    numbers = range(1, len(every.calls) + 1)
    for number in numbers if count is None else sorted(generator.sample(numbers, count)):
        ended, rounds = trained(number)
        if ended.error is not None:
            raise Loss(ended.error)
        value_of(run_child(look_at_run, folder / "store", rounds))
        if ended.signal is not None:
            yield {"case": "tracking", "at": number, "call": ended.calls[-1].name, "rounds": rounds}


def kill_at_random(folder: Path, count: int, generator: random.Random) -> Iterator[dict[str, Any]]:
    """Kills one operation after the other on one index, after a random time each, while its store goes on
    changing. What a kill left is often there still when the next one comes."""
    store, index = folder / "store", folder / "index"
    value_of(run_child(begin, index, store))
    before = value_of(run_child(digest_of, index))
    typical = dict.fromkeys(AT_RANDOM, 0.3)
    kills = generation = 0
    while kills < count:
        generation += 1
        numbers = range(12)
        if generation % 25 == 0:
            shutil.rmtree(index)
            before = NOTHING
        if generator.random() < 0.7:
            changed, added, gone = generator.sample(numbers, 3)
            change_store(store, changed=changed, added=added, gone=gone, generation=3 + generation)
        operation = "refresh" if before == NOTHING else generator.choice(AT_RANDOM)
        after = before
        if operation == "refresh":
            after = value_of(run_child(fresh_digest, folder / "fresh", store))
        operate = OPERATIONS[operation]
        begun = time.monotonic()
        seconds = generator.uniform(0, 1.2 * typical[operation])
        ended = run_child(operate, index, store, seconds=seconds)
        if ended.error is not None:
            raise Loss(ended.error)
        allowed = frozenset({before, after} if ended.signal is not None else {after})
        if ended.signal is None:
            typical[operation] = time.monotonic() - begun
        again = (lambda: operate(index, store)) if generator.random() < 0.3 else None  # noqa: B023
        before = value_of(run_child(look, index, Sight(allowed, after, again)))
        if again is not None:
            before = after
        if ended.signal is not None:
            kills += 1
            yield {"case": f"random {operation}", "at": round(seconds, 4), "call": None}


def kill_when_full(
    case: Case, index: Path, count: int | None, generator: random.Random
) -> Iterator[dict[str, Any]]:
    """Kills an operation while it takes away what it wrote to a disk that is full now."""
    filling = [number for number, call in enumerate(calls_of(case, index), 1) if call.name == "write"]
    generator.shuffle(filling)
    done = 0
    for number in filling:
        if done == count:
            return
        call = killed_when_full(case, index, number, count is None)
        if call is not None:
            done += 1
            yield {"case": "full", "at": number, "call": call.name, "file": Path(call.path).name}


def kill(folder: Path, seed: int, counts: Mapping[str, int | None]) -> Iterator[dict[str, Any]]:
    """All kills, one after the other; `counts` tells how many of each case, None for every call."""
    generator = random.Random(seed)
    operations = cases(folder, {*counts, "refresh", "compact"})
    for case in operations:
        if case.name not in counts:
            continue
        count = counts[case.name]
        for number in chosen(calls_of(case, folder / "index"), count, generator):
            call = killed_at(case, folder / "index", number, count is None)
            if call is not None:
                yield {"case": case.name, "at": number, "call": call.name, "file": Path(call.path).name}
    if "full" in counts:
        for case in operations:
            if case.name in ("refresh", "compact"):
                yield from kill_when_full(case, folder / "index", counts["full"], generator)
    if "tracking" in counts:
        yield from kill_tracking(folder / "tracking", counts["tracking"], generator)
    if "random" in counts:
        yield from kill_at_random(folder / "random", counts["random"] or 0, generator)


def tell(search: Callable[[Path, int, Mapping[str, int | None]], Iterator[dict[str, Any]]]) -> int:
    """Prints a line for each thing that was survived; 1 at a loss. The arguments of the process are a folder,
    a seed, and CASE=COUNT as above."""
    folder, seed = Path(sys.argv[1]).resolve(), int(sys.argv[2])
    named = dict(each.split("=") for each in sys.argv[3:])
    counts = {case: None if count == "every" else int(count) for case, count in named.items()}
    try:
        for each in search(folder, seed, counts):
            print(json.dumps(each), flush=True)
    except Loss as loss:
        print(f"seed {seed}: {loss}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(tell(kill))
