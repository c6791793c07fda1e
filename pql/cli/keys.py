"""`pql keys`: what can be asked for."""

from __future__ import annotations

from collections.abc import Sequence

from lineage_index.index.keys import KeyFacts, example_values, find_keys
from pql.cli.exits import Exit, fail, guarded
from pql.cli.output import folded, paints, terminal_width, write_text
from pql.cli.output_cells import json_text, plain
from pql.cli.output_index import open_index
from pql.cli.table import stack_table
from pql.cli.text import clip
from pql.diagnostics.suggest import did_you_mean, nearest

__all__ = ["run_keys"]

_SHOWN = 50
_LONGEST = 24


def run_keys(pattern: str | None, every: bool, output: str, as_of: str | None, index: str | None) -> None:
    """Print the keys; ends the process with 1 if no key fits."""
    if output not in ("text", "json"):
        fail(f"error: --format is one of text, json, not {output!r}", Exit.USAGE)
    with guarded(), open_index(index, as_of) as opened:
        found = find_keys(opened, pattern)
        if not found:
            hint = _similar(pattern or "", find_keys(opened))
            fail(f"no key fits{'; ' if hint else ''}{hint}", Exit.NOTHING)
        shown = found if every or output == "json" else found[:_SHOWN]
        examples = [example_values(opened, each.row) for each in shown]
    if output == "json":
        lines = "".join(
            json_text(_record(each, own)) + "\n" for each, own in zip(shown, examples, strict=True)
        )
        write_text(lines, None, utf8=True)
        return
    columns = [
        ("key", [each.name for each in shown], False),
        ("type", [", ".join(each.types) for each in shown], False),
        ("runs", [f"{each.row.runs:,}" for each in shown], True),
        ("range", [_range(each) for each in shown], False),
        ("examples", [", ".join(clip(plain(value), _LONGEST) for value in own) for own in examples], False),
    ]
    text, hidden = stack_table(columns, terminal_width(), frozenset({"key", "range"}), coloured=paints())
    write_text(text + "\n", None)
    if hidden:
        write_text(folded(f"no room for: {', '.join(hidden)} (--format json)") + "\n", None)
    if len(shown) < len(found):
        write_text(f"{len(found):,} keys, {len(shown)} shown (--all for more)\n", None)


def _similar(pattern: str, keys: Sequence[KeyFacts]) -> str:
    """A hint at keys whose name looks like it, with their section or without."""
    names: dict[str, str] = {}
    for each in keys:
        names.setdefault(each.row.key, each.name)
        names[each.name] = each.name
    return did_you_mean(dict.fromkeys(names[each] for each in nearest(pattern.strip("*"), names)))


def _range(key: KeyFacts) -> str:
    low, high = key.row.min, key.row.max
    if low is None or high is None:
        return "NaN" if key.row.nums else ""
    return plain(low) if low == high else f"{plain(low)} .. {plain(high)}"


def _record(key: KeyFacts, examples: list[object]) -> dict[str, object]:
    return {
        "key": key.name,
        "types": list(key.types),
        "runs": key.row.runs,
        "min": key.row.min,
        "max": key.row.max,
        "examples": examples,
    }
