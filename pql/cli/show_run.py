"""The one run that a command is about."""

from __future__ import annotations

from lineage_index.index.index import Index
from lineage_index.index.why import find_runs
from pql.cli.exits import Exit, fail
from pql.cli.text import printable

__all__ = ["one_run"]

_LISTED = 5


def one_run(index: Index, text: str) -> str:
    """The uuid of the run that a uuid, a beginning of one, or a name stands for; ends the process with 1 if
    there is none, with 2 if there are several."""
    found = find_runs(index, text)
    shown = printable(text)
    if not found:
        brief = len(text) < 4 and all(each in "0123456789abcdef" for each in text.lower())
        begins = "of the beginning of a uuid at least 4 digits are needed" if brief else "no uuid begins so"
        fail(f"error: no run has the uuid or the name `{shown}`, and {begins}", Exit.NOTHING)
    if len(found) > 1:
        listed = ", ".join(each[:12] for each in found[:_LISTED])
        more = ", ..." if len(found) > _LISTED else ""
        fail(f"error: `{shown}` stands for more than one run; give one of these: {listed}{more}", Exit.USAGE)
    return found[0]
