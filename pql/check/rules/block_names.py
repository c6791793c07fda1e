"""Saved queries without a name, or with the name of another."""

from __future__ import annotations

from collections.abc import Iterator

from pql.check.contents import Contents
from pql.check.model import Report
from pql.check.rule import Rule

__all__ = ["RULE"]


def _check(contents: Contents) -> Iterator[Report]:
    if contents.stray is not None:
        hint = "write `[name]` on a line of its own above it"
        yield Report(contents.stray, {"what": "this query has no name"}, hint)
    seen: set[str] = set()
    for block in contents.blocks:
        if len(contents.blocks) > 1 and not block.name:
            yield Report(block.name_span, {"what": "this query has no name"})
        elif block.name in seen:
            yield Report(block.name_span, {"what": f"another query of this file is called `{block.name}`"})
        seen.add(block.name)


RULE = Rule(
    name="block-names",
    codes=("PQL792",),
    title="saved query without a name of its own",
    message="{what}",
    doc="""\
In a `.pql` file with several queries each has a name in brackets above it, and no other query of the file has
the same.
""",
    wrong="""\
[failed]
status:failed
[failed]
status:stopped
""",
    right="""\
[failed]
status:failed
[stopped]
status:stopped
""",
    on_contents=_check,
)
