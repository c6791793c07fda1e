"""The parser: a lexer and the LALR(1) automaton in one loop, driven by the tables of the grammar.

Only the terminals that may come in a state are looked for there, in one regular expression a state.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from pql.syntax.tables import DROP, END, KEEP, MISSING, SPREAD, Rule, Tables

__all__ = ["Machine", "Token", "UnexpectedTextError"]

Token = tuple[str, str, int, int]
"""The name of a terminal, its text, where it starts and where it ends."""

_Reduce = Callable[[list[Any]], Any]
_Scanner = tuple[Callable[[str, int], re.Match[str] | None], tuple[str, ...]]


class UnexpectedTextError(Exception):
    """The text can't continue as it does."""


class Machine:
    """A parser whose rules make what `builder` has a method for: one a rule, called with its children."""

    def __init__(self, tables: Tables, builder: object) -> None:
        self._tables = tables
        self._actions = [each.actions for each in tables.states]
        self._goto = [each.goto for each in tables.states]
        self._scanners: list[_Scanner | None] = [None] * len(tables.states)
        self._rules = [(each.symbols, each.makes, _reducer(each, builder)) for each in tables.rules]

    def parse(self, text: str, start: str) -> Any:
        """What the builder makes of the whole text.

        Raises UnexpectedTextError, or what the builder raises.
        """
        all_actions, all_goto, rules = self._actions, self._goto, self._rules
        state, end = self._tables.begin[start], self._tables.end[start]
        states: list[int] = [state]
        values: list[Any] = []
        position = 0
        while True:
            scan, names = self._scanners[state] or self._scanner(state)
            found = scan(text, position)
            if found is None:
                raise UnexpectedTextError
            place = found.lastindex or 0
            name = names[place]
            action = all_actions[state][name]
            while action < 0:
                symbols, makes, reduce = rules[-1 - action]
                made = reduce(values[-symbols:])
                del values[-symbols:], states[-symbols:]
                state = all_goto[states[-1]][makes]
                if state == end:
                    return made
                values.append(made)
                states.append(state)
                following = all_actions[state].get(name)
                if following is None:
                    raise UnexpectedTextError
                action = following
            begin, position = found.span(place)
            values.append((name, found[place], begin, position))
            states.append(action)
            state = action

    def _scanner(self, state: int) -> _Scanner:
        """The pattern that finds the terminals of a state, and their names by its groups."""
        ignored = "|".join(self._tables.terminals[each] for each in self._tables.ignored)
        names = ["", *self._tables.states[state].terminals]
        wanted = [f"({self._tables.terminals[each]})" for each in names[1:]]
        if END in self._actions[state]:
            names.append(END)
            wanted.append(r"(\Z)")
        scanner = re.compile(f"(?:{ignored})*+(?:{'|'.join(wanted)})").match, tuple(names)
        self._scanners[state] = scanner
        return scanner


def _reducer(rule: Rule, builder: object) -> _Reduce:
    """From the values of a rule's symbols to its own value: a node, or of an inline rule its children."""
    children = _children(rule)
    if rule.inline:
        return children
    method: _Reduce = getattr(builder, rule.makes)
    if not rule.single:
        return lambda values: method(children(values))

    def unless_single(values: list[Any]) -> Any:
        own = children(values)
        return own[0] if len(own) == 1 else method(own)

    return unless_single


def _children(rule: Rule) -> Callable[[list[Any]], list[Any]]:
    parts: Sequence[str] = rule.parts
    if all(part == KEEP for part in parts):
        return lambda values: values
    if parts[0] == SPREAD and all(part in (SPREAD, DROP) for part in parts):
        rest = [place for place, part in enumerate(parts) if part == SPREAD][1:]

        def joined(values: list[Any]) -> list[Any]:
            """The first part's list goes on: a chain of n conditions is not copied n times."""
            first: list[Any] = values[0]
            for place in rest:
                first += values[place]
            return first

        return joined

    def collected(values: list[Any]) -> list[Any]:
        own: list[Any] = []
        remaining = iter(values)
        for part in parts:
            if part == MISSING:
                own.append(None)
                continue
            value = next(remaining)
            if part == KEEP:
                own.append(value)
            elif part == SPREAD:
                own += value
        return own

    return collected
