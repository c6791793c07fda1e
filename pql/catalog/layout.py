"""Where the values of a key live: in columns of `runs`, as rows of `values`, or both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

__all__ = ["ABSENT", "UNSEEN", "KeyLayout", "Layout"]


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

    The sections are `inputs`, `outputs` and `meta_info`; `metrics.k` lives where `outputs.k` does. `settled`
    says that no table holds rows of runs that have left `runs`.
    """

    keys: Mapping[tuple[str, str], KeyLayout] = field(default_factory=dict)
    settled: bool = False

    def of(self, section: str, key: str) -> KeyLayout:
        """The places of a key; `ABSENT` if no run has it."""
        return self.keys.get((section, key), ABSENT)


class _EveryKey(Mapping[tuple[str, str], KeyLayout]):
    """Any key at all, as rows of any type."""

    _places = KeyLayout(long=True, nested=True, history_only=True)

    def __getitem__(self, key: tuple[str, str]) -> KeyLayout:
        return self._places

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(())

    def __len__(self) -> int:
        return 0


UNSEEN = Layout(_EveryKey())
"""The layout to compile for when there is no snapshot: every key may have rows of `values`, none a column."""
