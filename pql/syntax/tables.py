"""The LALR(1) tables as plain data: what to do in each state, for each terminal that may come there.

lark's tables hold the same in objects of its own; here they are lists and texts, so that they can be stored
and loaded without lark.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

__all__ = [
    "DROP",
    "END",
    "KEEP",
    "MISSING",
    "SPREAD",
    "TABLES",
    "Rule",
    "State",
    "Tables",
    "tables",
]

TABLES = Path(__file__).with_name("tables.json")

END = "$END"
"""The terminal that stands for the end of the text."""

KEEP, DROP, SPREAD, MISSING = "keep", "drop", "spread", "missing"
"""What becomes of a part of a rule: a child, nothing, children of its own, or a None that stands for an
optional part that is not there."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule to reduce by: what it makes, of how many symbols, and what becomes of each.

    `inline` rules have no node: their children are those of the rule around them. `single` ones have none
    where they have one child.
    """

    makes: str
    symbols: int
    parts: tuple[str, ...]
    inline: bool
    single: bool


@dataclass(frozen=True, slots=True)
class State:
    """A state of the parser.

    `terminals` are those that may come, in the order in which they are tried. `actions` says of each what to
    do: shift to that state, or reduce by rule `-1 - n`. `goto` is the next state after a reduction.
    """

    terminals: tuple[str, ...]
    actions: dict[str, int]
    goto: dict[str, int]


@dataclass(frozen=True, slots=True)
class Tables:
    """The whole parser. `terminals` has the pattern of each, `begin` and `end` a state for each start."""

    terminals: dict[str, str]
    ignored: tuple[str, ...]
    rules: tuple[Rule, ...]
    states: tuple[State, ...]
    begin: dict[str, int]
    end: dict[str, int]


@cache
def tables() -> Tables:
    """The stored tables; a test holds that they are those of the grammar."""
    stored: dict[str, Any] = json.loads(TABLES.read_text(encoding="utf-8"))
    rules = (Rule(**{**each, "parts": tuple(each["parts"])}) for each in stored["rules"])
    states = (State(**{**each, "terminals": tuple(each["terminals"])}) for each in stored["states"])
    known = {"ignored": tuple(stored["ignored"]), "rules": tuple(rules), "states": tuple(states)}
    return Tables(**{**stored, **known})
