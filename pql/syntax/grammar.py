"""The grammar file, and what lark makes of it.

lark computes the LALR(1) tables and tells what was expected where a text is wrong. Both take longer than
parsing, so the package carries the tables as plain data in `tables.json`, and right texts are parsed without
lark. `python -m pql.syntax.grammar` writes the file anew, as each change of the grammar needs.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from lark import Lark
from lark.parsers.lalr_analysis import Shift

from pql.syntax.tables import DROP, END, KEEP, MISSING, SPREAD, TABLES, Rule, State, Tables

__all__ = ["STARTS", "compute_tables", "grammar_text", "lark_parser", "tables_text"]

STARTS = ("query", "sort")
"""The symbols that a parse may begin with."""


def grammar_text() -> str:
    """The text of `pql.lark`, from the package or, in a checkout, from the folder beside it."""
    packaged = files("pql").joinpath("_grammar", "pql.lark")
    if packaged.is_file():
        return packaged.read_text(encoding="utf-8")
    return (Path(__file__).parents[2] / "grammar" / "pql.lark").read_text(encoding="utf-8")


@cache
def lark_parser() -> Lark:
    """lark's own parser of the grammar; it gives lark's trees."""
    return Lark(grammar_text(), parser="lalr", start=list(STARTS), maybe_placeholders=True)


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


if __name__ == "__main__":
    TABLES.write_text(tables_text(compute_tables()), encoding="utf-8")
    print(f"{TABLES.name}: {TABLES.stat().st_size:,} bytes")
