"""The LALR(1) tables as plain data: what to do in each state, for each terminal that may come there.

lark's tables hold the same in objects of its own; here they are lists and texts, so that they can be stored
and loaded without lark.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pql.syntax.grammar import STARTS, lark_parser

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
    "compute_tables",
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


def tables_text(made: Tables) -> str:
    """The content of `tables.json`: one line a rule and a state."""
    parts = []
    for name, value in asdict(made).items():
        if name in ("rules", "states"):
            shown = "[\n" + ",\n".join(json.dumps(each) for each in value) + "\n]"
        else:
            shown = json.dumps(value)
        parts.append(f"{json.dumps(name)}: {shown}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def compute_tables() -> Tables:
    """The tables of the grammar as it is now."""
    from lark.parsers.lalr_analysis import Shift

    lark = lark_parser()
    frontend: Any = lark.parser
    table, lexers = frontend.parser.parser.parse_table, frontend.lexer.lexers
    patterns = {each.name: each.pattern.to_regexp() for each in lark.terminals}
    if grouped := [name for name, pattern in patterns.items() if re.compile(pattern).groups]:
        raise ValueError(f"terminals have groups of their own: {grouped}")
    numbers = _numbers(table)
    rules = sorted(
        {what for actions in table.states.values() for do, what in actions.values() if do is not Shift},
        key=repr,
    )
    places = {rule: -1 - place for place, rule in enumerate(rules)}
    states = []
    for number in numbers:
        what_next = {
            symbol: numbers[what] if do is Shift else places[what]
            for symbol, (do, what) in sorted(table.states[number].items())
        }
        terminals = [each.name for each in lexers[number].terminals if each.name in what_next]
        actions = {symbol: what for symbol, what in what_next.items() if symbol in patterns or symbol == END}
        goto = {symbol: what for symbol, what in what_next.items() if symbol not in actions}
        states.append(State(tuple(terminals), actions, goto))
    return Tables(
        patterns,
        tuple(lark.ignore_tokens),
        tuple(_rule(each) for each in rules),
        tuple(states),
        {start: numbers[table.start_states[start]] for start in STARTS},
        {start: numbers[table.end_states[start]] for start in STARTS},
    )


def _numbers(table: Any) -> dict[int, int]:
    """lark's numbers of the states change from process to process; these, by the way to each, do not."""
    waiting = [table.start_states[start] for start in STARTS]
    numbers: dict[int, int] = {}
    while waiting:
        state = waiting.pop(0)
        if state in numbers:
            continue
        numbers[state] = len(numbers)
        waiting += [
            what for _, (_, what) in sorted(table.states[state].items(), key=str) if isinstance(what, int)
        ]
    return numbers


def _rule(rule: Any) -> Rule:
    """lark's rule; an absent optional part stands in `empty_indices`, between the symbols that are there."""
    symbols = iter(rule.expansion)
    absent = rule.options.empty_indices or [False] * len(rule.expansion)
    parts = []
    for missing in absent:
        symbol = None if missing else next(symbols)
        if symbol is None:
            parts.append(MISSING)
        elif symbol.is_term:
            parts.append(DROP if symbol.filter_out else KEEP)
        else:
            parts.append(SPREAD if symbol.name.startswith("_") else KEEP)
    origin = str(rule.origin.name)
    return Rule(origin, len(rule.expansion), tuple(parts), origin.startswith("_"), bool(rule.options.expand1))
