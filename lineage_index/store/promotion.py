"""Which keys get columns of their own in `runs`.

A plan is chosen when an index is first filled and when it is compacted. In between, every batch follows the
plan of the snapshot it builds on, so that all files of `runs` have the same columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

__all__ = ["COLUMN_CAP", "EMPTY", "KeyColumns", "KeyUse", "Plan", "Promotion", "choose_plan", "moved_keys"]

COLUMN_CAP = 200
"""At most so many promoted columns: each one costs every plan about 2 µs a row group."""

SHARE = 5
"""A key is promoted when at least one run in this many has it."""

Promotion = Literal["auto", "none", "all", "mixed"]
"""`auto` is the rule for real indexes. `none` and `all` promote no key and every key; `mixed` promotes every
second key, numbers only: the layouts that tests compare."""


@dataclass(frozen=True, slots=True)
class KeyColumns:
    """The columns of `runs` that hold the plain values of one key, by kind."""

    num: str | None = None
    text: str | None = None
    flag: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """The promoted keys by (section, key), in that order, which is that of the columns in the files; and the
    next free number for the name of a column.

    Numbers are not used again within an index: a column name never changes its meaning.
    """

    columns: Mapping[tuple[str, str], KeyColumns] = field(default_factory=dict)
    next_id: int = 0


EMPTY = Plan()
_NONE = KeyColumns()


@dataclass(frozen=True, slots=True)
class KeyUse:
    """How often a key occurs, in numbers of runs. `nums` counts plain numbers and texts that spell one."""

    section: str
    key: str
    runs: int
    nums: int
    texts: int
    bools: int


def choose_plan(
    uses: Iterable[KeyUse], runs: int, promotion: Promotion = "auto", previous: Plan = EMPTY
) -> Plan:
    """The plan for keys used so by `runs` runs; a key that stays promoted keeps the names of its columns."""
    ranked = sorted(uses, key=lambda use: (-use.runs, use.section, use.key))
    chosen: dict[tuple[str, str], KeyColumns] = {}
    next_id = previous.next_id
    cap = COLUMN_CAP
    for place, use in enumerate(ranked):
        match promotion:
            case "none":
                wanted = False
            case "all":
                wanted = True
                cap = 1 << 30
            case "mixed":
                wanted = place % 2 == 0
            case "auto":
                wanted = use.runs * SHARE >= runs
        kinds = (use.nums > 0, use.texts > 0, use.bools > 0) if promotion != "mixed" else (True, False, False)
        if not wanted or not any(kinds) or sum(kinds) > cap:
            continue
        cap -= sum(kinds)
        name = (use.section, use.key)
        places, next_id = _columns(kinds, previous.columns.get(name), next_id)
        chosen[name] = places
    return Plan(dict(sorted(chosen.items())), next_id)


def moved_keys(old: Plan, new: Plan) -> list[tuple[str, str]]:
    """The keys that have other columns in `new` than in `old`."""
    names = {**old.columns, **new.columns}
    return [name for name in names if old.columns.get(name, _NONE) != new.columns.get(name, _NONE)]


def _columns(
    kinds: tuple[bool, bool, bool], before: KeyColumns | None, next_id: int
) -> tuple[KeyColumns, int]:
    known = next((name for name in _names(before) if name), None)
    if known is None:
        stem, next_id = f"k{next_id}", next_id + 1
    else:
        stem = known.rstrip("sb")
    num, text, flag = kinds
    places = KeyColumns(
        num=stem if num else None,
        text=f"{stem}s" if text else None,
        flag=f"{stem}b" if flag else None,
    )
    return places, next_id


def _names(places: KeyColumns | None) -> tuple[str | None, ...]:
    return (places.num, places.text, places.flag) if places else ()
