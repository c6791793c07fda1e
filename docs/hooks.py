"""What the guide takes from outside docs/: pages of the repository's root, and the links to them.

A page links to `../grammar/SPEC.md`, which is right in a checkout; in the guide the same text is a page of
its own.
"""

from __future__ import annotations

import re
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
_LINK = re.compile(r"(\]\()(?!\w+:|#)([^)#\s]+)")


def on_files(files: Any, config: Any) -> Any:
    """Add the pages from outside."""
    for source, page in OUTSIDE.items():
        files.append(File.generated(config, page, content=(ROOT / source).read_text(encoding="utf-8")))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Any) -> str:
    """Turn links that leave docs/ into links between pages."""
    here = PurePosixPath(page.file.src_uri).parent
    if page.file.src_uri in OUTSIDE.values():
        return markdown

    def moved(match: re.Match[str]) -> str:
        target = normpath(f"docs/{here}/{match[2]}")
        return match[1] + (relpath(OUTSIDE[target], str(here)) if target in OUTSIDE else match[2])

    return _LINK.sub(moved, markdown)
