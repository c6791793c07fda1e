"""Fenced blocks of Markdown files, and how each kind is run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Block", "Command", "blocks", "commands", "matches"]

_FENCE = re.compile(r"^```(\w*)(?: title=\"([^\"]+)\")?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its text, and the plain block right after it (what a script prints).

    A block with a title is a file of that name, which the reader saves.
    """

    file: str
    line: int
    language: str
    text: str
    printed: str | None = None
    title: str | None = None

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True)
class Command:
    """A line after `$` with the lines after `>` that continue it, and what is shown below them."""

    text: str
    shown: str


def blocks(path: Path) -> list[Block]:
    """The fenced blocks of a file that have a language."""
    text = path.read_text(encoding="utf-8")
    found = list(_FENCE.finditer(text))
    result = []
    for match, after in zip(found, [*found, None][1:], strict=True):
        if not match[1]:
            continue
        follows = after is not None and not after[1] and not text[match.end() : after.start()].strip()
        line = text.count("\n", 0, match.start()) + 1
        printed = after[3] if after and follows else None
        result.append(Block(path.name, line, match[1], match[3], printed, match[2]))
    return result


def commands(block: Block) -> Iterator[Command]:
    """The commands of a `console` block."""
    parts = re.split(r"^\$ ", block.text, flags=re.MULTILINE)
    assert not parts[0], f"{block}: a console block begins with a command"
    for part in parts[1:]:
        text, _, shown = part.partition("\n")
        while shown.startswith("> "):
            more, _, shown = shown[2:].partition("\n")
            text += f"\n{more}"
        yield Command(text, shown)


def matches(shown: str, printed: str) -> bool:
    """Whether what is shown is what was printed; `...` stands for anything, a line of it for any lines."""
    pattern = "".join(
        ".*" if part == "..." else re.escape(part) for part in re.split(r"(\.\.\.)", shown.strip())
    )
    return re.fullmatch(pattern, printed.strip(), re.DOTALL) is not None
