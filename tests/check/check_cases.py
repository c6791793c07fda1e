"""The cases of the rules: texts in which `«…»` marks what a rule finds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from pql.binder.binder import Clock
from pql.binder.bound import (
    Bound,
    BoundCondition,
    BoundGroup,
    NumberTest,
    TextEquals,
    TextLike,
    TextMatches,
)
from pql.check.known import KeyFacts
from pql.diagnostics.span import Span

CLOCK = Clock(datetime(2026, 11, 22, 12, tzinfo=UTC))
FOLDER = Path(__file__).parent / "cases"


@dataclass
class Case:
    """One case. `fixed` is the text after the rule's fix, None where nothing is said of it."""

    kind: str
    text: str
    spans: list[Span]
    fixed: str | None
    known: FakeKnown | None


@dataclass
class FakeKnown:
    """An index that says what a case says."""

    facts: dict[tuple[str, str], KeyFacts]
    newer: dict[tuple[str, str], int]
    total: int
    runs: int
    counts: dict[str, int]
    asked: list[Bound | None] = field(default_factory=list)

    def key(self, section: str, key: str) -> KeyFacts | None:
        return self.facts.get((section, key))

    def keys(self, section: str) -> Sequence[str]:
        return sorted(key for place, key in self.facts if place == section)

    def newer_without(self, section: str, key: str) -> int:
        return self.newer.get((section, key), 0)

    def count(self, condition: Bound | None) -> int:
        self.asked.append(condition)
        if isinstance(condition, BoundCondition) and condition.negated:
            return self.runs  # what nothing has is left out nowhere
        return self.counts.get(_value_in(condition), self.total)


def _value_in(condition: Bound | None) -> str:
    """The text or number that a condition asks for."""
    inner = condition.item if isinstance(condition, BoundGroup) else condition
    test = inner.test if isinstance(inner, BoundCondition) else None
    match test:
        case TextEquals(text) | TextLike(text):
            return text
        case TextMatches(pattern):
            return pattern
        case NumberTest(_, number):
            return str(number)
        case _:
            return ""


def unmarked(text: str) -> tuple[str, list[Span]]:
    """The text without marks, and the spans they enclosed."""
    plain, starts, spans = "", list[int](), list[Span]()
    for character in text:
        if character == "«":
            starts.append(len(plain))
        elif character == "»":
            spans.append(Span(starts.pop(), len(plain)))
        else:
            plain += character
    assert not starts, "a mark is not closed"
    return plain, sorted(spans)


def cases_of(rule: str) -> list[Case]:
    """The cases in a rule's file."""
    data = yaml.safe_load((FOLDER / f"{rule}.yaml").read_text("utf-8"))
    return [_case(each) for each in data]


def _case(data: dict[str, Any]) -> Case:
    text, spans = unmarked(data["text"])
    index = data.get("index")
    return Case(data["kind"], text, spans, data.get("fixed"), None if index is None else _known(index))


def _known(data: dict[str, Any]) -> FakeKnown:
    facts: dict[tuple[str, str], KeyFacts] = {}
    newer: dict[tuple[str, str], int] = {}
    for section, keys in data["keys"].items():
        for key, said in keys.items():
            counts = [said.get(name, 0) for name in ("runs", "numbers", "texts", "booleans", "nested")]
            facts[section, key] = KeyFacts(*counts)
            newer[section, key] = said.get("newer", 0)
    counts = {str(value): count for value, count in data.get("counts", {}).items()}
    return FakeKnown(facts, newer, data["count"], data["runs"], counts)
