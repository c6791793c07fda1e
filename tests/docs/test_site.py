"""The built guide: whole, and nothing in it is loaded from elsewhere."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "docs"))

from hooks import OUTSIDE  # noqa: E402

# Attributes whose address a browser fetches by itself; `a` and `form` wait for a click.
LOADING = {"src", "srcset", "data", "poster", "href", "action", "background"}
CLICKED = {"a", "area", "form", "base"}


class Loaded(HTMLParser):
    """Collects the addresses that a page loads, and the text of its styles."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "link" and given.get("rel") in ("canonical", "next", "prev"):
            return
        if tag not in CLICKED:
            self.addresses += [value for name, value in given.items() if name in LOADING]
        self.text.append(given.get("style", ""))

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def loaded(page: Path) -> list[str]:
    parser = Loaded()
    parser.feed(page.read_text(encoding="utf-8"))
    return parser.addresses


def leaves(address: str) -> bool:
    parts = urlsplit(address.strip())
    return bool(parts.netloc) or parts.scheme not in ("", "data")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The guide, built as `make docs` builds it."""
    folder = tmp_path_factory.mktemp("built") / "site"
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout + done.stderr == ""
    return folder


def pages(site: Path) -> Iterator[Path]:
    found = sorted(site.rglob("*.html"))
    sources = list((ROOT / "docs").rglob("*.md"))
    assert len(found) == len(sources) + len(["language", "architecture", "changes", "404"])
    return iter(found)


def test_pages_load_nothing_from_elsewhere(site: Path) -> None:
    for page in pages(site):
        addresses = loaded(page)
        assert len(addresses) > 3, page  # style sheets and scripts of the guide itself
        assert not [each for each in addresses if leaves(each)], page


def test_what_pages_load_is_there(site: Path) -> None:
    for page in pages(site):
        if page.name != "404.html":  # its addresses begin at the root of a server
            for address in loaded(page):
                path = urlsplit(address).path
                assert not path or path == "." or (page.parent / path).exists(), (page, address)


def test_headings_and_tables_are_as_they_are_written(site: Path) -> None:
    """A block that is not closed would swallow what follows it."""
    sources = {page.relative_to(ROOT / "docs"): page for page in (ROOT / "docs").rglob("*.md")}
    sources |= {Path(page): ROOT / source for source, page in OUTSIDE.items()}
    for place, source in sources.items():
        name = "index.html" if place.name == "README.md" else place.with_suffix(".html").name
        built = (site / place.with_name(name)).read_text(encoding="utf-8")
        text = re.sub(r"^```.*?^```$", "", source.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
        headings = re.findall(r"^(#{1,6}) ", text, re.MULTILINE)
        assert len(re.findall(r"<h[1-6] id=", built)) == len(headings), place
        assert built.count("<table") == len(re.findall(r"^\|(?: ?:?-+:? ?\|)+$", text, re.MULTILINE)), place


def test_styles_load_nothing_from_elsewhere(site: Path) -> None:
    sheets = list(site.rglob("*.css"))
    assert sheets
    for sheet in sheets:
        text = sheet.read_text(encoding="utf-8")
        assert not [each for each in re.findall(r"url\(['\"]?([^'\")]+)", text) if leaves(each)]
        assert "@import" not in text


def test_no_page_asks_for_a_script_that_is_fetched_later(site: Path) -> None:
    """The theme fetches a library for diagrams when a page has one."""
    for page in pages(site):
        assert 'class="mermaid"' not in page.read_text(encoding="utf-8"), page


def test_the_search_needs_no_server(site: Path) -> None:
    script = (site / "search" / "search_index.js").read_text(encoding="utf-8")
    assert script.startswith("var __index = ")
    docs = json.loads(script.removeprefix("var __index = "))["docs"]
    places = {entry["location"].partition("#")[0] for entry in docs}
    assert {"tutorial.html", "reference/commands.html", "codes/PQL301.html", "rules/alias.html"} <= places
    assert "assets/iframe-worker.js" in (site / "index.html").read_text(encoding="utf-8")


def test_the_test_sees_what_leaves() -> None:
    assert leaves("https://cdn.example/x.js")
    assert leaves("//cdn.example/x.js")
    assert not leaves("../assets/x.js?v=1")
    assert not leaves("data:image/svg+xml;utf8,<svg/>")
