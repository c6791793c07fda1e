"""Write a page for every rule of `pql check`: python docs/rules/generate.py

A test fails where the pages are not what this would write.
"""

from __future__ import annotations

from pathlib import Path

from pql.check.pages import index_page, rule_page
from pql.check.rules import RULES

HERE = Path(__file__).parent


def pages() -> dict[str, str]:
    """The pages by the names of their files."""
    return {"README.md": index_page(), **{f"{rule.name}.md": rule_page(rule) for rule in RULES}}


if __name__ == "__main__":
    for old in HERE.glob("*.md"):
        old.unlink()
    for name, text in pages().items():
        (HERE / name).write_text(text, "utf-8")
