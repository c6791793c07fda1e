"""What `pql search` says when nothing matches."""

from __future__ import annotations

import sys

from lineage_index.index.index import Index
from lineage_index.index.nothing import Emptiness, why_nothing
from pql.binder.bound import BoundCondition, BoundQuery
from pql.catalog.fields import Entity
from pql.cli.streams import columns_of, in_colour
from pql.cli.table import render_table
from pql.cli.text import clip, printable
from pql.cli.why_text import clause_text, distance, shown_value

__all__ = ["nothing_lines"]

_LONGEST = 60


def nothing_lines(index: Index, bound: BoundQuery, query: str) -> list[str]:
    """How many runs survive each clause, which one removes the last, what comes closest."""
    if bound.entity is not Entity.RUN:
        return []
    found = why_nothing(index, bound)
    if not found.runs:
        return ["the index has no runs"]
    if not found.clauses:
        return []
    lines = _counts(found, query)
    place = found.emptied_by
    if place is None:
        return lines
    text = clip(clause_text(found.clauses[place].node, query), _LONGEST)
    if len(found.clauses) > 1:
        clause = found.clauses[place]
        if clause.alone:
            lines.append(f"`{text}` removes the last: {_runs(clause.without)} would match without it")
        else:
            without = f"; {_runs(clause.without)} would match without it" if clause.without else ""
            lines.append(f"`{text}` removes the last: no run at all has it{without}")
    return lines + _one_element(found, place) + _near(found, place) + _alike(found)


def _counts(found: Emptiness, query: str) -> list[str]:
    total = f"{found.runs:,}"
    rows = [("(every run)", total, total)]
    for each in found.clauses:
        text = clip(clause_text(each.node, query), _LONGEST)
        rows.append((text, f"{each.alone:,}", f"{each.together:,}"))
        for node, count in each.alternatives:
            rows.append((f"  or {clip(clause_text(node, query), _LONGEST)}", f"{count:,}", ""))
    heads = (("clause", False), ("alone", True), ("with those above", True))
    columns = [(head, [row[place] for row in rows], right) for place, (head, right) in enumerate(heads)]
    if len(found.clauses) == 1:
        columns.pop()
    return render_table(columns, columns_of(sys.stderr), coloured=in_colour(sys.stderr)).splitlines()


def _one_element(found: Emptiness, place: int) -> list[str]:
    """Conditions that hold, but of different elements of one relation."""
    node = found.clauses[place].node
    if not found.clauses[place].alone or not isinstance(node, BoundCondition) or not node.path:
        return []
    step = node.path[0]
    before = [each.node for each in found.clauses[:place]]
    if not any(isinstance(each, BoundCondition) and each.path[:1] == node.path[:1] for each in before):
        return []
    name = step.relation.value
    return [f"all conditions on `{name}` speak of one and the same element; `{name}(...)` may be given twice"]


def _runs(count: int) -> str:
    return f"{count:,} run{'' if count == 1 else 's'}"


def _near(found: Emptiness, place: int) -> list[str]:
    if not found.near:
        return []
    node = found.clauses[place].node
    whose = (
        ""
        if len(found.clauses) == 1
        else " among those that match the rest"
        if found.all_others
        else " of all runs"
    )
    lines = [f"closest{whose}:"]
    for each in found.near:
        far = distance(node.test, each.value) if isinstance(node, BoundCondition) else ""
        name = printable(each.name or "-")
        lines.append(
            f"  {each.uuid[:8]}  {clip(name, 30)}  {shown_value(each.value)}" + (f"  ({far})" if far else "")
        )
    return lines


def _alike(found: Emptiness) -> list[str]:
    if found.alike:
        close = " or ".join(f"{shown_value(text)} ({_runs(count)})" for text, count in found.alike[:3])
        return [f"did you mean {close}?"]
    if found.common:
        listed = ", ".join(f"{shown_value(text)} ({count:,})" for text, count in found.common)
        return [f"values that are there: {listed}"]
    return []
