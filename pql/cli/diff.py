"""`pql diff`: what a search finds in two versions of the index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from lineage_index.index.diff import (
    Cause,
    Change,
    Difference,
    Flip,
    Reordering,
    compare_versions,
    flips,
    sort_values,
)
from lineage_index.index.index import Index
from pql.binder.bound import BoundQuery
from pql.cli.defaults import asked_query
from pql.cli.exits import Exit, fail, guarded
from pql.cli.output import strong, terminal_width, toned, write_text
from pql.cli.output_cells import json_text
from pql.cli.output_index import open_index
from pql.cli.search import whole
from pql.cli.text import clip, printable
from pql.cli.why_text import clause_text, shown_values
from pql.plan.forms import field_name

__all__ = ["DiffOptions", "run_diff"]

_TONES = {"+": "GOOD", "-": "BAD", "~": "DOUBTFUL"}
_MOST = 50
"""More runs of one kind are counted, not shown."""


@dataclass(frozen=True, slots=True)
class DiffOptions:
    """What the command line said, as text."""

    query: str | None
    since: str
    until: str | None
    sort: str | None
    limit: str | None
    format: str
    index: str | None
    defaults: str | None = None


def run_diff(options: DiffOptions) -> None:
    """Print the difference; ends the process with 1 if there is none."""
    if options.format not in ("text", "json"):
        fail(f"error: --format is one of text, json, not {options.format!r}", Exit.USAGE)
    options = replace(options, query=asked_query(options.query, options.defaults))
    limit = None if options.limit is None else whole(options.limit, "--limit", 1)
    with (
        guarded(),
        open_index(options.index, options.since, "--from") as before,
        open_index(options.index, options.until, "--to") as after,
    ):
        bound = after.bind(options.query, sort=options.sort, limit=limit)
        found = compare_versions(before, after, bound)
        told = _Told(before, after, bound, options.query or "", found)
        if options.format == "json":
            write_text(json_text(told.json()) + "\n", None, utf8=True)
        else:
            write_text("".join(f"{line}\n" for line in told.lines()), None)
        if not (found.entered or found.left or found.moved):
            raise SystemExit(int(Exit.NOTHING))


@dataclass(frozen=True, slots=True)
class _Told:
    """A difference, and what it takes to tell it."""

    before: Index
    after: Index
    bound: BoundQuery
    query: str
    found: Difference

    def lines(self) -> list[str]:
        """For the eye."""
        found = self.found
        counts = f"{len(found.entered):,} entered, {len(found.left):,} left, {len(found.moved):,} moved"
        lines = [
            f"from {_version(self.before, found.matched_before)}",
            f"to   {_version(self.after, found.matched_after)}",
            f"{counts}, {found.stayed:,} as they were",
        ]
        for title, sign, changes in (("entered", "+", found.entered), ("left", "-", found.left)):
            if changes:
                reasons = self._reasons(changes[:_MOST])
                rows = [
                    (f"{sign} {each.place}", _run(each), "; ".join(_texts(each, reasons, self.query, title)))
                    for each in changes[:_MOST]
                ]
                lines += [strong(title), *_aligned(rows, len(changes))]
        if found.moved:
            rows = [
                (f"~ {each.before} → {each.after}", _run(each), self._moved(each))
                for each in found.moved[:_MOST]
            ]
            lines += [strong("moved"), *_aligned(rows, len(found.moved))]
        return lines

    def json(self) -> dict[str, Any]:
        """As plain data, every run of it."""
        found = self.found
        told: dict[str, Any] = {
            "from": _facts(self.before, found.matched_before),
            "to": _facts(self.after, found.matched_after),
            "stayed": found.stayed,
        }
        for title, changes in (("entered", found.entered), ("left", found.left)):
            reasons = self._reasons(changes)
            told[title] = [
                {
                    "uuid": each.uuid,
                    "name": each.name,
                    "place": each.place,
                    "cause": each.cause.value,
                    "flipped": [self._flip(flip) for flip in reasons.get(each.uuid, ())],
                }
                for each in changes
            ]
        told["moved"] = [
            {"uuid": each.uuid, "name": each.name, "before": each.before, "after": each.after}
            for each in found.moved
        ]
        return told

    def _reasons(self, changes: Sequence[Change]) -> dict[str, list[Flip]]:
        uuids = [each.uuid for each in changes if each.cause is Cause.CLAUSE]
        return flips(self.before, self.after, self.bound, uuids)

    def _flip(self, flip: Flip) -> dict[str, Any]:
        told: dict[str, Any] = {"clause": clause_text(flip.node, self.query), "held": flip.held}
        if flip.before is not None and flip.after is not None:
            told |= {"before": list(flip.before), "after": list(flip.after)}
        return told

    def _moved(self, run: Reordering) -> str:
        """The first sort key that says something else now; where none does, others have changed."""
        for key in self.bound.sort:
            was, now = (
                shown_values(sort_values(index, key, run.uuid)) for index in (self.before, self.after)
            )
            if was != now:
                return f"{printable(field_name(key.path, key.value))}: {was} → {now}"
        return ""


def _version(index: Index, matched: int) -> str:
    snapshot = index.snapshot
    matches = "run matches" if matched == 1 else "runs match"
    return (
        f"version {snapshot.version} of {snapshot.created_at:%Y-%m-%d %H:%M:%S} UTC: "
        f"{matched:,} of {snapshot.runs:,} {matches}"
    )


def _facts(index: Index, matched: int) -> dict[str, Any]:
    snapshot = index.snapshot
    return {
        "version": snapshot.version,
        "created_at": snapshot.created_at.isoformat(),
        "runs": snapshot.runs,
        "matched": matched,
    }


def _run(run: Change | Reordering) -> str:
    return f"{printable(run.name or '(no name)')} {run.uuid[:8]}"


def _texts(change: Change, reasons: dict[str, list[Flip]], query: str, title: str) -> list[str]:
    entered = title == "entered"
    match change.cause:
        case Cause.PRESENCE:
            return ["new in the index" if entered else "no longer in the index"]
        case Cause.LIMIT:
            return [
                "matched before, too: within the limit now"
                if entered
                else "still matches: beyond the limit now"
            ]
        case Cause.CLAUSE:
            return [_flipped(flip, query) for flip in reasons.get(change.uuid, ())]


def _flipped(flip: Flip, query: str) -> str:
    text = clause_text(flip.node, query)
    if flip.before is None or flip.after is None:
        return f"{text} {'holds no longer' if flip.held else 'holds now'}"
    return f"{text}: {shown_values(flip.before)} → {shown_values(flip.after)}"


def _aligned(rows: Sequence[tuple[str, str, str]], total: int) -> list[str]:
    from pql.cli.text import width

    places, runs = (max(width(row[column]) for row in rows) for column in (0, 1))
    columns = terminal_width()
    lines = []
    for place, run, reason in rows:
        line = (
            f"  {place}{' ' * (places - width(place))}  {run}{' ' * (runs - width(run))}  {reason}".rstrip()
        )
        shown = clip(line, columns) if columns else line
        wide = 2 + len(place)  # painted after the cut, so that no escape is cut
        lines.append(toned(shown[:wide], _TONES[place[0]]) + shown[wide:])
    if total > len(rows):
        lines.append(f"  ... and {total - len(rows):,} more (--format json)")
    return lines
