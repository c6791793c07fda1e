"""`pql index refresh`: the index follows a store."""

from __future__ import annotations

import json
import os
from pathlib import Path

from lineage_index.index.locate import FOLDER, VARIABLE, index_for_writing
from lineage_index.index.refresh import RefreshReport, StoreMissing, refresh
from lineage_index.ingest.record import Severity
from pql.cli.exits import Exit, fail, guarded, say, warn
from pql.cli.output import folded
from pql.cli.progress import progress
from pql.cli.streams import speak_utf8
from pql.cli.text import inert_json, printable

__all__ = ["run_refresh", "target_index"]

_MOST_SHOWN = 20


def run_refresh(store: str, index: str | None, history: bool, verify: bool, report: str) -> None:
    """Refresh, and say what was read, what was skipped, what was lost."""
    if report not in ("text", "json"):
        fail(f"error: --report is text or json, not {report!r}", Exit.USAGE)
    if not store:  # an unset variable of a script, not the working directory
        fail("error: the store is an empty name", Exit.USAGE)
    with guarded():
        target = target_index(index)
        try:
            done = refresh(store, target, history=history, verify=verify, progress=progress("runs"))
        except StoreMissing as error:
            fail(f"error: {printable(str(error))}", Exit.USAGE)
    if report == "json":
        speak_utf8()
        print(inert_json(json.dumps(done.to_dict(), ensure_ascii=False, indent=2)))
    else:
        _say(done)


def target_index(index: str | None) -> Path:
    """The index to write. Says so where it was found in a folder above. Raises IndexMissing."""
    target = index_for_writing(index)
    if index is None and not os.environ.get(VARIABLE) and target != Path.cwd() / FOLDER:
        say(f"note: this goes to the index {printable(str(target))}; --index {FOLDER} makes one here")
    return target


def _say(done: RefreshReport) -> None:
    warnings = [each for each in done.problems if each.severity is Severity.WARNING]
    for each in warnings[:_MOST_SHOWN]:
        line = "" if each.line is None else f":{each.line}"
        lost = f" (lost: {each.lost})" if each.lost else ""
        text = f"warning[{each.code}]: {each.path}{line}: {each.message}{lost}"
        warn(printable(text))
    if len(warnings) > _MOST_SHOWN:
        more = len(warnings) - _MOST_SHOWN
        say(f"… and {more:,} more warnings; --report json has them all")
    told = (
        f"{done.read:,} runs read ({done.added:,} new, {done.changed:,} changed), "
        f"{done.unchanged:,} unchanged, {done.gone:,} gone, {done.damaged:,} damaged, "
        f"{done.skipped:,} entries skipped; snapshot {done.version}"
    )
    print(folded(told))
