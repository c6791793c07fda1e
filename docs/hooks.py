"""What the guide takes from outside docs/: pages of the repository's root, and the links to them.

A page links to `../grammar/SPEC.md`, which is right in a checkout; in the guide the same text is a page of
its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from posixpath import normpath, relpath
from typing import Any

from mkdocs.structure.files import File

ROOT = Path(__file__).resolve().parents[1]
# Where a file of the repository stands in the guide.
OUTSIDE = {
    "grammar/SPEC.md": "reference/language.md",
    "ARCHITECTURE.md": "explanation/architecture.md",
    "CHANGELOG.md": "changelog.md",
}
# "```pql wrong": a second word is for the tests.
_SECOND_WORD = re.compile(r"^(```\w+) \w+$", re.MULTILINE)
_FENCED = re.compile(r"(^```.*?^```$)", re.MULTILINE | re.DOTALL)
_ROW = re.compile(r"^\|.*$", re.MULTILINE)
_CODE = re.compile(r"`[^`]+`")
_LINK = re.compile(r"(\]\()(?!\w+:|#)([^)#\s]+)")


def on_files(files: Any, config: Any) -> Any:
    """Add the pages from outside."""
    for source, page in OUTSIDE.items():
        files.append(File.generated(config, page, content=(ROOT / source).read_text(encoding="utf-8")))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Any) -> str:
    """Turn links that leave docs/ into links between pages, and mend what other renderers read otherwise."""
    markdown = _SECOND_WORD.sub(r"\1", markdown)
    if page.file.src_uri in OUTSIDE.values():
        return _outside_fences(markdown, _mended)
    return _outside_fences(markdown, lambda text: _mended(_linked(text, page.file.src_uri)))


def _outside_fences(markdown: str, change: Callable[[str], str]) -> str:
    pieces = _FENCED.split(markdown)
    return "".join(piece if number % 2 else change(piece) for number, piece in enumerate(pieces))


def _mended(text: str) -> str:
    """Code in a cell without backslashes before its bars: other renderers need them, this one shows them."""

    def code(match: re.Match[str]) -> str:
        return match[0].replace("\\|", "|")

    return _ROW.sub(lambda row: _CODE.sub(code, row[0]), text)


def _linked(text: str, source: str) -> str:
    here = PurePosixPath(source).parent

    def moved(match: re.Match[str]) -> str:
        target = normpath(f"docs/{here}/{match[2]}")
        return match[1] + (relpath(OUTSIDE[target], str(here)) if target in OUTSIDE else match[2])

    return _LINK.sub(moved, text)
