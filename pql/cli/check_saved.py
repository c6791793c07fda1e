"""`pql check -q @name`: one saved query of pql.toml, checked at its place in the file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pql.check.files import kind_of
from pql.check.many import Item
from pql.check.report import CheckReport
from pql.cli.saved import find_named
from pql.diagnostics.span import Span

__all__ = ["Narrowed", "narrowed", "saved_items"]


@dataclass(frozen=True, slots=True)
class Narrowed:
    """A file of which only some places are asked about."""

    item: Item
    places: tuple[Span, ...]


def saved_items(names: Sequence[str]) -> tuple[Narrowed, ...]:
    """The file of the saved queries with the places that they take. Ends the process for an unknown name."""
    found: dict[str, Narrowed] = {}
    for name in names:
        saved, path = find_named(name)
        file = saved.block.query.source.name
        parts = (saved.block.query, saved.block.sort, saved.block.limit)
        own = tuple(part.whole for part in parts if part is not None)
        before = found.get(file)
        item = Item(file, kind_of(file), path)
        found[file] = Narrowed(item, (*(before.places if before else ()), *own))
    return tuple(found.values())


def narrowed(report: CheckReport, files: Sequence[Narrowed]) -> CheckReport:
    """The report without what these files hold elsewhere."""
    places = {each.item.name: each.places for each in files}
    kept = tuple(
        each
        for each in report.findings
        if each.file not in places
        or any(one.start <= each.span.start and each.span.end <= one.end for one in places[each.file])
    )
    told = {each.file for each in kept}
    texts = {name: text for name, text in report.texts.items() if name in told}
    return replace(report, findings=kept, texts=texts)
