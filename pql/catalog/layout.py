"""Where the values of a key live: in columns of `runs`, as rows of `values`, or both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["ABSENT", "KeyLayout", "Layout"]


@dataclass(frozen=True, slots=True)
class KeyLayout:
    """The places of one key.

    `num`, `text`, `flag` name the columns of `runs` that hold its plain numbers, texts and booleans; a
    text that spells a number fills both of the first two. `long` says that some of its values are rows of
    `values`. A value stands in one place only. `nested` says that some value is a list or mapping (always
    in `values`), `history_only` that some row there is marked so.
    """

    num: str | None = None
    text: str | None = None
    flag: str | None = None
    long: bool = False
    nested: bool = False
    history_only: bool = False


ABSENT = KeyLayout()
"""A key that no run has."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The layout of a snapshot: (section, key) to its places. A key that is not listed is in no run.

    The sections are `inputs`, `outputs` and `meta_info`; `metrics.k` lives where `outputs.k` does.
    """

    keys: Mapping[tuple[str, str], KeyLayout] = field(default_factory=dict)

    def of(self, section: str, key: str) -> KeyLayout:
        """The places of a key; `ABSENT` if no run has it."""
        return self.keys.get((section, key), ABSENT)
