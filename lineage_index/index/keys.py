"""The keys of an index, with the values that most runs have."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from lineage_index.index.index import Index
from lineage_index.store.snapshot import KeyRow
from pql.binder.bound import KeyValue
from pql.catalog.fields import Section
from pql.plan.forms import key_name
from pql.sql.emitter import Emitter
from pql.sql.keys import candidates
from pql.sql.order import key_rows

__all__ = ["KeyFacts", "example_values", "find_keys"]


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """One key: the name that a query has for it (`metrics.k` where its values are numbers), and its row of
    the catalog."""

    name: str
    row: KeyRow

    @property
    def types(self) -> tuple[str, ...]:
        """What its values are: number, text, boolean, nested; texts that spell numbers count as both."""
        counts = {
            "number": self.row.nums or self.row.history_only,
            "text": self.row.texts,
            "boolean": self.row.bools,
            "nested": self.row.nested,
        }
        return tuple(name for name, count in counts.items() if count)


def find_keys(index: Index, pattern: str | None = None) -> list[KeyFacts]:
    """The keys whose name a pattern with `*` matches, or holds a text without one (in any case); by name."""
    found = []
    for row in index.snapshot.keys:
        numbers = not (row.texts or row.bools or row.nested)
        counted = row.nums or row.history_only
        sections = [row.section, *(["metrics"] if row.section == "outputs" and counted else [])]
        if pattern is None or any(_fits(f"{section}.{row.key}", pattern) for section in sections):
            found.append(KeyFacts(key_name(sections[-1] if numbers else sections[0], row.key), row))
    return sorted(found, key=lambda each: each.name)


def _fits(name: str, pattern: str) -> bool:
    folded = pattern.casefold()
    plain = re.sub(r"[\[?]", r"[\g<0>]", folded)  # only `*` is a sign
    return fnmatchcase(name.casefold(), plain) if "*" in pattern else folded in name.casefold()


def example_values(index: Index, row: KeyRow, most: int = 3) -> list[Any]:
    """The values of a key that are no numbers and that most runs have, the commonest first."""
    if not (row.texts or row.bools or row.nested):
        return []
    emitter = Emitter(index.snapshot.layout)
    value = KeyValue(Section(row.section), (row.key,), (True,))
    source = key_rows(emitter, value, candidates(emitter, value))
    if source is None:
        return []
    sql = (
        f"SELECT k.str, k.bool, k.json FROM ({source}) AS k JOIN runs AS own ON own.run_id = k.run_id "
        "WHERE k.str IS NOT NULL OR k.bool IS NOT NULL OR k.json IS NOT NULL "
        f"GROUP BY ALL ORDER BY count(*) DESC, k.str, k.bool, k.json LIMIT {int(most)}"
    )
    return [
        text if text is not None else flag if flag is not None else json.loads(nested)
        for text, flag, nested in index._engine.rows(emitter.statement(sql))
    ]
