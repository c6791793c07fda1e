"""Does what readers saw follow from what writers committed?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

__all__ = ["Committed", "Seen", "complaints"]

State = Mapping[int, int]
"""writer → the generation of all its runs; writers without runs are left out"""


@dataclass(frozen=True)
class Committed:
    """A writer was told that all its runs are in this generation since this version, at this time."""

    writer: int
    generation: int
    version: int
    time: float


@dataclass(frozen=True)
class Seen:
    """A reader that began to open the index at this time found this version, and in it this state."""

    reader: str
    begun: float
    version: int
    state: State


def complaints(commits: Iterable[Committed], reads: Iterable[Seen]) -> Iterator[str]:
    """What cannot be if every commit is a version of its own and every reader sees one version, no older than
    the last commit that was told before it began."""
    made = sorted(commits, key=lambda each: each.version)
    versions = [each.version for each in made]
    for version in {each for each in versions if versions.count(each) > 1}:
        yield f"version {version} was told to several writers"
    for writer in {each.writer for each in made}:
        generations = [each.generation for each in made if each.writer == writer]
        if generations != sorted(set(generations)):
            yield f"the generations of writer {writer} were committed in the order {generations}"
    last: dict[str, int] = {}
    for read in sorted(reads, key=lambda each: each.begun):
        expected: dict[int, int] = {}
        for each in made:
            if each.version <= read.version:
                expected[each.writer] = each.generation
        if dict(read.state) != expected:
            yield f"{read.reader} saw {dict(read.state)} in version {read.version}, which has {expected}"
        told = max((each.version for each in made if each.time < read.begun), default=-1)
        if read.version < told:
            yield f"{read.reader} saw version {read.version} after version {told} was told"
        if read.version < last.get(read.reader, -1):
            yield f"{read.reader} saw version {read.version} after version {last[read.reader]}"
        last[read.reader] = read.version
