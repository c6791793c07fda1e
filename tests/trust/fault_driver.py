"""Disks that refuse, and looks at what becomes of the index: `fault_driver.py FOLDER SEED CASE=COUNT...`.

Prints one line of JSON for each fault, and ends with 1 when anything was lost, anything but the project's own
error came out, or its words are not one plain line.
"""

from __future__ import annotations

import errno
import itertools
import random
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from gate import Call, run_child
from kill_cases import OPERATIONS, Sight, look
from kill_driver import TAKING_AWAY, Case, Loss, calls_of, cases, placed, tell, value_of
from store_samples import data_files_below

from lineage_index.store.errors import StoreError

ERRORS = {
    errno.ENOSPC: "No space left on device",
    errno.EACCES: "Permission denied",
    errno.EIO: "Input/output error",
    errno.EROFS: "Read-only file system",
}


def attempt(operation: str, index: Path, store: Path) -> str | None:
    """Why the operation failed; None if it did not."""
    try:
        OPERATIONS[operation](index, store)
    except StoreError as error:
        return error.message
    return None


def refused_at(case: Case, index: Path, number: int, error: int, lasting: bool) -> dict[str, Any]:
    """Runs the operation on a disk that refuses its call `number`, and with `lasting` all after it."""
    placed(case, index)
    there = data_files_below(index)

    def refuse(count: int, call: Call) -> int | None:
        # A full disk takes no more, but gives up what it has.
        later = lasting and count > number and not (error == errno.ENOSPC and call.name in TAKING_AWAY)
        return error if count == number or later else None

    ended = run_child(attempt, case.operation, index, case.store, gate=refuse, below=index)
    said = value_of(ended)
    if said is not None and error == errno.ENOSPC and not any("_delta_log" in c.path for c in ended.calls):
        left = data_files_below(index) - there
        if left:
            raise Loss(f"{case.name}, call {number}: on a full disk these stay: {left}")
    operate = OPERATIONS[case.operation]
    expected = case.after if said is None else case.before
    sight = Sight(frozenset({expected}), case.after, lambda: operate(index, case.store))
    value_of(run_child(look, index, sight))
    call = ended.calls[number - 1] if len(ended.calls) >= number else None
    if said is not None and not (said.isprintable() and ERRORS[error] in said and str(index) in said):
        raise Loss(
            f"{case.name}, call {number} ({call}): {said!r} does not say {ERRORS[error]!r} on one line"
        )
    return {"case": case.name, "at": number, "call": call and call.name, "error": ERRORS[error], "said": said}


def faults(folder: Path, seed: int, counts: Mapping[str, int | None]) -> Iterator[dict[str, Any]]:
    """So many of each case, one after the other, of all calls with each error, for once and for good; of the
    many calls that fill a file, a tenth."""
    generator = random.Random(seed)
    for case in cases(folder, counts):
        calls = calls_of(case, folder / "index")
        numbers = [number for number, call in enumerate(calls, 1) if call.name != "write"]
        filling = [number for number, call in enumerate(calls, 1) if call.name == "write"]
        numbers += generator.sample(filling, len(filling) // 10)
        every = list(itertools.product(numbers, ERRORS, (True, False)))
        count = counts[case.name]
        for number, error, lasting in every if count is None else generator.sample(every, count):
            yield refused_at(case, folder / "index", number, error, lasting)


if __name__ == "__main__":
    sys.exit(tell(faults))
