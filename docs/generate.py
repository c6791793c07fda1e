"""Write what the documentation takes from the code: a page a diagnostic code, the tables of SPEC.md, and the
pages that `reference/reference_pages.py` makes.

    python docs/generate.py

A test fails where the files are not what this would write.
"""

from __future__ import annotations

import re
import sys
from importlib import import_module
from pathlib import Path

from pql.binder.literals import OPERATIONS_OF
from pql.catalog.fields import ENTITIES, Entity, Family, Field
from pql.cli.codes import code_page
from pql.diagnostics.registry import CODES

ROOT = Path(__file__).parents[1]
CODE_PAGES = ROOT / "docs" / "codes"
SPEC = ROOT / "grammar" / "SPEC.md"


def code_pages() -> dict[str, str]:
    """The pages by the names of their files."""
    pages = {f"{code.code}.md": code_page(code) for code in CODES.values()}
    rows = "".join(
        f"| [{code.code}]({code.code}.md) | {'warning' if code.warning else 'error'} | {code.title} |\n"
        for code in sorted(CODES.values(), key=lambda each: each.code)
    )
    head = (
        "# Diagnostic codes\n\n`pql explain CODE` prints a code's page.\n\n| code | kind | |\n|---|---|---|\n"
    )
    return {**pages, "README.md": head + rows}


def field_table(entity: Entity) -> str:
    """The fields of an entity as rows of Markdown."""
    rows = ["| field | aliases | family | |", "|---|---|---|---|"]
    rows += [_row(field) for field in ENTITIES[entity]]
    return "\n".join(rows)


def _row(field: Field) -> str:
    name = f"{field.name}.*" if field.section else field.name
    aliases = ", ".join(f"`{alias}{'.*' if field.section else ''}`" for alias in field.aliases)
    family = f"set of {field.family.value}" if field.is_set else field.family.value
    closed = f": {' '.join(field.closed)}" if field.closed else ""
    return f"| `{name}` | {aliases} | {family} | {field.doc}{closed} |"


def family_table() -> str:
    """What each family of fields takes."""
    rows = ["| family | takes |", "|---|---|"]
    rows += [f"| {family.value} | {OPERATIONS_OF[family]} |" for family in Family]
    return "\n".join(rows)


def with_tables(spec: str) -> str:
    """The text of SPEC.md with its generated parts written anew."""
    parts = {entity.value: field_table(entity) for entity in ENTITIES} | {"families": family_table()}
    for name, table in parts.items():
        pattern = rf"(<!-- generated: {name} -->\n).*?(<!-- end -->)"
        spec = re.sub(
            pattern, lambda match, table=table: f"{match[1]}{table}\n{match[2]}", spec, flags=re.DOTALL
        )
    return spec


def main() -> None:
    CODE_PAGES.mkdir(exist_ok=True)
    for old in CODE_PAGES.glob("*.md"):
        old.unlink()
    for name, page in code_pages().items():
        (CODE_PAGES / name).write_text(page, encoding="utf-8")
    SPEC.write_text(with_tables(SPEC.read_text(encoding="utf-8")), encoding="utf-8")
    sys.path.append(str(ROOT / "docs" / "reference"))
    write = import_module("reference_pages").write
    write()


if __name__ == "__main__":
    main()
