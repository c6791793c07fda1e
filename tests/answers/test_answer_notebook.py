"""What a notebook shows of a result, and the tables of other libraries that it becomes."""

from __future__ import annotations

import math
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from answer_runs import ESCAPE, NAN, make_index, pql, record, series, uuid_of

from lineage_index import Index

EVIL = "</td></table><script>alert('x')</script>\"&<b"


class Page(HTMLParser):
    """The tags, and the texts of the cells."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.rows: list[list[str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)
        if tag == "tr":
            self.rows.append([])
        elif tag in ("th", "td"):
            self.rows[-1].append("")

    def handle_data(self, data: str) -> None:
        if self.rows and self.rows[-1] and self.tags[-1] in ("th", "td", "code"):
            self.rows[-1][-1] += data


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_index(
        tmp_path_factory.mktemp("notebook") / "index",
        [
            record(1, name=EVIL, inputs={"lr": 0.1, EVIL: 1}, outputs={"loss": NAN}, tags=("a", "b")),
            record(2, name=ESCAPE, inputs={"lr": 0.25}, series=(series([3.0, 1.0]),)),
            record(3, inputs={f"k{n:02}": n for n in range(40)}),
        ],
    )


def test_the_view_is_readable_and_every_text_escaped(runs: Path) -> None:
    with Index.open(runs) as index:
        page = Page(index.search("inputs.lr:~nil", sort="uuid")._repr_html_())
    assert set(page.tags) == {"div", "table", "thead", "tbody", "tr", "th", "td", "code", "p"}
    names, first, second = page.rows
    assert names[:5] == ["name", "uuid", "status", "project", "created_at"]
    row = dict(zip(names, first, strict=True))
    assert row["name"] == EVIL
    assert row["uuid"] == uuid_of(1)[:8]
    assert (row["inputs.lr"], row["outputs.loss"], row["tags"]) == ("0.1", "NaN", "a, b")
    assert row[f"inputs.{EVIL}"] == "1"
    other = dict(zip(names, second, strict=True))
    assert (other["outputs.loss"], other["tags"]) == ("–", "–")
    assert all(text.isprintable() for text in second)


def test_the_view_says_what_it_leaves_out(runs: Path) -> None:
    with Index.open(runs) as index:
        wide = index.search("name:'trial 3'".replace("'", '"'))._repr_html_()
        assert len(Page(wide).rows[0]) == 20
        assert "more columns in <code>to_arrow()</code>" in wide
        assert "3 found, 1 shown" in index.search(limit=1)._repr_html_()
        assert index.search("name:nobody")._repr_html_() == "<p>0 found</p>"
        points = Page(index.search(entity="points")._repr_html_())
        assert points.rows[0] == ["run", "key", "step", "value"]


def test_polars_and_pandas_hold_the_same(runs: Path) -> None:
    with Index.open(runs) as index:
        found = index.search("inputs.lr:~nil", sort="uuid")
        polars, pandas, arrow = found.to_polars(), found.to_pandas(), found.to_arrow()
    assert polars.columns == list(pandas.columns) == arrow.column_names
    assert polars["name"].to_list() == pandas["name"].tolist() == [EVIL, ESCAPE]
    assert polars["inputs.lr"].to_list() == pandas["inputs.lr"].tolist() == [0.1, 0.25]
    nan, missing = polars["outputs.loss"].to_list()
    assert math.isnan(nan)
    assert missing is None
    assert polars["created_at"].to_list() == pandas["created_at"].tolist()
    assert polars["tags"].to_list()[0] == ["a", "b"]


def test_histories_are_tables(runs: Path) -> None:
    with Index.open(runs) as index:
        curves = index.search("inputs.lr:~nil", sort="uuid").history("loss")
    assert curves.column("uuid").to_pylist() == [uuid_of(2)] * 2
    assert curves.column("step").to_pylist() == [0, 1]
    assert curves.column("value").to_pylist() == [3.0, 1.0]


@pytest.mark.parametrize("library", ["polars", "pandas"])
def test_a_missing_library_is_named(runs: Path, library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with Index.open(runs) as index:
        found = index.search()
        with pytest.raises(
            ImportError, match=rf"to_{library}\(\) needs {library}: pip install 'pql-lineage\["
        ):
            getattr(found, f"to_{library}")()


def test_a_view_in_the_terminal_is_short(runs: Path) -> None:
    with Index.open(runs) as index:
        assert repr(index.search(limit=2)) == "SearchResult(2 of 3, snapshot 0)"
    assert pql("search", index=runs).code == 0
