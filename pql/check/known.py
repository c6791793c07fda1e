"""What an index knows, as plain data: asked by the rules that need one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from pql.binder.bound import Bound

__all__ = ["KeyFacts", "Known"]


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """One key of a section: in how many runs it is, and as what."""

    runs: int
    numbers: int
    texts: int
    booleans: int
    nested: int
    low: float | None = None
    high: float | None = None


class Known(Protocol):
    """An index as the rules see it. The sections are inputs, outputs and meta_info."""

    @property
    def runs(self) -> int:
        """How many runs there are."""

    def key(self, section: str, key: str) -> KeyFacts | None:
        """The facts of a key; None if no run has it."""

    def keys(self, section: str) -> Sequence[str]:
        """Every key of a section, sorted."""

    def newer_without(self, section: str, key: str) -> int:
        """How many runs were made after the last one that has the key."""

    def count(self, condition: Bound | None) -> int:
        """How many runs match."""
