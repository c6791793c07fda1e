"""`pql index watch`: follow a store until stopped."""

from __future__ import annotations

import time
from pathlib import Path

from lineage_index.index.refresh import RefreshReport, StoreMissing, refresh
from pql.cli.exits import Exit, fail, guarded
from pql.cli.progress import progress
from pql.cli.refresh import target_index

__all__ = ["run_watch"]


def run_watch(store: str, index: str | None, history: bool, every: float, once_idle: bool) -> None:
    """Refresh at once, and then after every burst of changes; ends at an interrupt.

    Changes are taken in at most once in `every` seconds. `once_idle` ends at the first quiet moment.
    """
    try:
        from watchfiles import watch
    except ImportError:
        fail("error: `watch` needs watchfiles: pip install 'pql-lineage[watch]'", Exit.USAGE)
    if "://" in store:
        fail("error: `watch` follows folders; run `pql index refresh` from time to time", Exit.USAGE)
    with guarded():
        target = target_index(index).absolute()
        try:
            _say(refresh(store, target, history=history, progress=progress("runs")))
            milliseconds = max(50, int(every * 1000))
            for changes in watch(
                store,
                debounce=milliseconds,
                step=min(50, milliseconds),
                rust_timeout=milliseconds,
                yield_on_timeout=True,
                raise_interrupt=True,
                watch_filter=lambda _, path: not Path(path).is_relative_to(target),
            ):
                if changes:
                    _say(refresh(store, target, history=history))
                elif once_idle:
                    return
        except StoreMissing as error:
            fail(f"error: {error}", Exit.USAGE)
        except FileNotFoundError as error:
            fail(f"error: the run store {store} has gone: {error}", Exit.USAGE)


def _say(done: RefreshReport) -> None:
    if done.read or done.gone or done.version == 0:
        stamp = time.strftime("%H:%M:%S")
        print(
            f"{stamp} {done.added:,} new, {done.changed:,} changed, {done.gone:,} gone, "
            f"{done.damaged:,} damaged; snapshot {done.version}",
            flush=True,
        )
