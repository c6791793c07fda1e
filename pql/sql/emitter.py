"""What a statement is made of: text, parameters, and small helpers that fold constants."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from pql.catalog.layout import Layout
from pql.diagnostics.diagnostic import Diagnostic, PqlError
from pql.diagnostics.span import Span

__all__ = ["FALSE", "TRUE", "Emitter", "Parameter", "Statement", "both", "either", "negate", "quote"]

Parameter = (
    str | int | float | bool | datetime | tuple[int | float, ...] | tuple[str, ...] | tuple[datetime, ...]
)

_PLACEHOLDER = re.compile(r"\$(\d+)")

_NULL_TEST = re.compile(r'([\w".]+) IS (NOT )?NULL')

_LOOKUP = re.compile(r'([\w".]+) IN \((SELECT .*)\)', re.DOTALL)

_MOST_LOOKUPS = 300
_MOST_PLACES = 800

_FEW = 16

_BLOCK = 64
"""More conditions, and more alternatives that are conjunctions, are kept apart in blocks: the engine looks
for what they have in common in time that grows with the square of their number."""

TRUE = "TRUE"
FALSE = "FALSE"


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL text with `$1 … $n`, and the values of the parameters in that order."""

    sql: str
    parameters: tuple[Parameter, ...]


@dataclass(slots=True)
class Emitter:
    """Collects parameters and hands out aliases while one statement is built."""

    layout: Layout
    parameters: list[Parameter] = field(default_factory=list)
    joins: list[str] = field(default_factory=list)
    _known: dict[tuple[type, Parameter], str] = field(default_factory=dict)
    _aliases: int = 0

    def parameter(self, value: Parameter) -> str:
        """The placeholder of a value; equal values of one type share one."""
        key = (type(value), value)
        place = self._known.get(key)
        if place is None:
            self.parameters.append(value)
            place = f"${len(self.parameters)}"
            if value == value:  # NaN never equals itself and must not be shared by accident
                self._known[key] = place
        return place

    def statement(self, sql: str) -> Statement:
        """The statement of this text. Parameters that only stood in parts folded away are left out."""
        _check_size(sql)
        used = dict.fromkeys(_PLACEHOLDER.findall(sql))
        if len(used) == len(self.parameters):
            return Statement(sql, tuple(self.parameters))
        place = {number: f"${position}" for position, number in enumerate(used, start=1)}
        renumbered = _PLACEHOLDER.sub(lambda match: place[match[1]], sql)
        return Statement(renumbered, tuple(self.parameters[int(number) - 1] for number in used))

    def alias(self, letter: str) -> str:
        """A table alias that no other part of the statement has."""
        self._aliases += 1
        return f"{letter}{self._aliases}"


def _check_size(sql: str) -> None:
    """PqlError (PQL404) for a statement whose planning would take minutes: each lookup is a join."""
    count = sql.count(" IN (SELECT ")
    if count > _MOST_LOOKUPS or sql.count(" UNION ALL SELECT ") > _MOST_PLACES:
        hint = "ask for fewer keys or related runs at once"
        raise PqlError(Diagnostic("PQL404", Span(0, 0), {"limit": str(_MOST_LOOKUPS)}, hint), "")


@lru_cache(maxsize=4096)
def quote(identifier: str) -> str:
    """A quoted identifier. Identifiers come from the catalog only, never from a query."""
    if not identifier.replace("_", "").isalnum():
        raise ValueError(f"not an identifier of the catalog: {identifier!r}")
    return f'"{identifier}"'


def both(parts: Iterable[str]) -> str:
    """The conjunction of SQL conditions."""
    kept = [part for part in parts if part != TRUE]
    if FALSE in kept:
        return FALSE
    if not kept:
        return TRUE
    if len(kept) > _BLOCK:
        kept = _blocks(kept, " AND ")
    return kept[0] if len(kept) == 1 else "(" + " AND ".join(kept) + ")"


def either(parts: Iterable[str]) -> str:
    """The disjunction of SQL conditions."""
    kept = [part for part in parts if part != FALSE]
    if TRUE in kept:
        return TRUE
    if len(kept) > _FEW:
        kept = _united(kept)
    if not kept:
        return FALSE
    if len(kept) > _BLOCK and any(" AND " in part for part in kept):
        kept = _blocks(kept, " OR ")
    return kept[0] if len(kept) == 1 else "(" + " OR ".join(kept) + ")"


def _blocks(parts: list[str], operator: str) -> list[str]:
    blocks = [parts[start : start + _BLOCK] for start in range(0, len(parts), _BLOCK)]
    return [f"(({operator.join(block)}) IS TRUE)" for block in blocks]


def _united(parts: list[str]) -> list[str]:
    """Alternatives that look for one key in several places look in all of them at once."""
    lookups: dict[str, list[str]] = {}
    others: list[str] = []
    for part in parts:
        if found := _LOOKUP.fullmatch(part):
            lookups.setdefault(found[1], []).append(found[2])
        else:
            others.append(part)
    return [*others, *(f"{key} IN ({' UNION ALL '.join(each)})" for key, each in lookups.items())]


def negate(part: str) -> str:
    """The exact complement: a condition that is NULL does not hold, so its complement does."""
    if part in (TRUE, FALSE):
        return FALSE if part == TRUE else TRUE
    if found := _NULL_TEST.fullmatch(part):  # so the engine can pass over row groups by their counts of nulls
        return f"{found[1]} IS NULL" if found[2] else f"{found[1]} IS NOT NULL"
    return f"(({part}) IS NOT TRUE)"
