"""Every text of a run, on every surface: shown as it is or made visible, and never obeyed."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from injection_store import UUIDS, steady
from injection_strings import HOSTILE, some
from injection_surfaces import OF_INDEX, OF_RUN, csv_rows, html_tags, json_lines, xml_texts
from said import called

from lineage_index import Index

KEPT = [text for text in HOSTILE.values() if "\ud800" not in text]
"""Half a surrogate pair is no text: the importer replaces and reports it."""


@pytest.mark.parametrize("name", OF_INDEX)
def test_what_is_said_of_all_runs(name: str, index: Path) -> None:
    arguments, check = OF_INDEX[name]
    said = called(*arguments, "--index", str(index))
    assert said.code in (0, 1), said.err
    assert said.out
    check(said.out)


@pytest.mark.parametrize("name", OF_RUN)
def test_what_is_said_of_one_run(name: str, index: Path) -> None:
    arguments, check = OF_RUN[name]
    uuids = list(UUIDS.values())
    for each in some(HOSTILE, name):
        uuid = UUIDS[each]
        places = {"RUN": uuid, "OTHER": uuids[uuids.index(uuid) - 1]}
        said = called(*(places.get(part, part) for part in arguments), "--index", str(index))
        assert said.code in (0, 1), said.err
        check(said.out)


def test_forms_for_programs_hold_every_text_as_it_is(index: Path, tmp_path: Path) -> None:
    def out(form: str) -> str:
        return called("search", "--all", "-c", "name,uuid", "-f", form, "--index", str(index)).out

    of_uuid = {uuid: HOSTILE[name] for name, uuid in UUIDS.items() if HOSTILE[name] in KEPT}
    lines = {each["uuid"]: each["name"] for each in json_lines(out("jsonl"))}
    cells = {uuid: name for name, uuid in csv_rows(out("csv"))[1:]}
    file = tmp_path / "found.parquet"
    assert called("search", "--all", "-c", "name,uuid", "-o", str(file), "--index", str(index)).code == 0
    table = pq.read_table(file)
    columns = dict(zip(table["uuid"].to_pylist(), table["name"].to_pylist(), strict=True))
    for uuid, text in of_uuid.items():
        assert lines[uuid] == columns[uuid] == text
        assert cells[uuid] in (text, "'" + text)


def test_a_notebook_shows_tags_of_ours_only(index: Path) -> None:
    """A run a page, as a page has so many columns only."""
    with Index.open(index) as opened:
        for name, uuid in UUIDS.items():
            tags, texts = html_tags(opened.search(f"uuid:{uuid}")._repr_html_())
            assert {tag for tag, _ in tags} <= {
                "div",
                "table",
                "thead",
                "tbody",
                "tr",
                "th",
                "td",
                "code",
                "p",
            }
            assert {attribute for _, names in tags for attribute in names} <= {"style", "title"}
            assert all(each.isprintable() for each in texts)
            if HOSTILE[name].isprintable() and len(HOSTILE[name]) < 100:
                assert HOSTILE[name] in texts


def test_a_page_with_a_chart_has_our_two_scripts_only(index: Path, tmp_path: Path) -> None:
    """tests/answers has the rest of what charts must hold: hostile keys, what a text may be looked up as."""
    file = tmp_path / "chart.html"
    said = called(
        *("plot", "--x", "inputs.k", "--y", "metrics.loss", "--color", "project"),
        *("-o", str(file), "--index", str(index)),
    )
    assert said.code == 0, said.err
    page = file.read_text(encoding="utf-8")
    tags, texts = html_tags(page)
    assert {tag for tag, _ in tags} == {"html", "head", "meta", "title", "style", "body", "div", "script"}
    assert page.count("<script>") == page.lower().count("</script") == 2
    assert {attribute for tag, names in tags if tag != "meta" for attribute in names} <= {"lang", "id"}
    (script,) = (each for each in texts if "const spec = " in each)
    spec = script.partition("const spec = ")[2].partition(";\n")[0]
    shown = json.dumps(json.loads(spec))
    assert json.dumps("<svg/onload=alert(1)>")[1:-1] in shown


def test_a_picture_holds_drawings_and_texts_only(index: Path, tmp_path: Path) -> None:
    file = tmp_path / "chart.svg"
    said = called(
        *("plot", "--x", "inputs.k", "--y", "metrics.loss", "--color", "project"),
        *("-o", str(file), "--index", str(index)),
    )
    assert said.code == 0, said.err
    picture = file.read_text(encoding="utf-8")
    assert any("<svg/onload=alert(1)>" in text for text in xml_texts(picture))
    for element in ET.fromstring(picture).iter():
        tag = element.tag.removeprefix("{http://www.w3.org/2000/svg}")
        assert tag in ("svg", "g", "rect", "path", "line", "text", "style", "defs", "clipPath"), tag
        assert not [name for name in element.attrib if name.startswith("on") or "href" in name]


def test_an_export_as_csv_holds_no_formula(index: Path, tmp_path: Path) -> None:
    folder = tmp_path / "export"
    assert called("index", "export", str(folder), "--format", "csv", "--index", str(index)).code == 0
    for file in folder.iterdir():
        csv_rows(file.read_bytes().decode())


def test_what_is_reported_of_damaged_folders_steers_nothing(tmp_path: Path) -> None:
    """Names of files and keys are the run folder's own, too."""
    store = tmp_path / "runs"
    for place, text in enumerate(each for each in KEPT if "\0" not in each and len(each) < 200):
        name = text.replace("/", "_")
        folder = store / f"{place:032x}"
        (folder / "events" / "metric").mkdir(parents=True)
        (folder / "events" / "metric" / f"{name}.plx").write_text("no header\n")
        (folder / "run.plx.json").write_text(json.dumps({"uuid": text, text: text, "tags": text}))
        (store / f"{name}.{place}").mkdir()
        (store / f"{name}.{place}" / "run.plx.json").write_text("{")
    for number, form in enumerate(("text", "json")):
        said = called(
            *("index", "refresh", str(store), "--index", str(tmp_path / f"index{number}"), "--report", form)
        )
        assert said.code == 0
        assert steady(said.out)
        assert steady(said.err)
    assert len(json.loads(said.out)["problems"]) > len(KEPT)
