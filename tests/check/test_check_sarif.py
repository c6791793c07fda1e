"""SARIF: every shape that the output can have, held against the schema and read by another tool."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import jsonschema
import pytest
from check_cases import CLOCK, FOLDER, cases_of
from check_runner import pql, write
from sarif.loader import load_sarif_file
from sarif_shape import SCHEMA

from pql.check.engine import check_text, select
from pql.check.model import Finding
from pql.check.output.sarif import as_sarif
from pql.check.report import CheckReport, Unread

VALIDATOR = jsonschema.Draft7Validator(SCHEMA)
JOIN = "kind: operation\njoins:\n  - query: '{}'\n"
CASES = [(path.stem, case) for path in sorted(FOLDER.iterdir()) for case in cases_of(path.stem)]


def checked(texts: dict[str, str], kind: str = "yaml") -> CheckReport:
    found: list[Finding] = []
    for name, text in texts.items():
        found += check_text(name, text, kind, clock=CLOCK, selection=select())
    return CheckReport(tuple(found), texts, len(texts))


def run_of(report: CheckReport) -> dict[str, Any]:
    log = json.loads(as_sarif(report))
    VALIDATOR.validate(log)
    return log["runs"][0]  # type: ignore[no-any-return]


def test_all_cases_of_all_rules_at_once(tmp_path: Path) -> None:
    texts = {f"{name}/{number}.x": case.text for number, (name, case) in enumerate(CASES)}
    found: list[Finding] = []
    for (name, text), (_, case) in zip(texts.items(), CASES, strict=True):
        found += check_text(name, text, case.kind, clock=CLOCK, selection=select(), known=case.known)
    run = run_of(CheckReport(tuple(found), texts, len(texts)))
    assert len(run["results"]) == len(found) > 100
    assert any("fixes" in each for each in run["results"])
    assert any("relatedLocations" in each for each in run["results"])
    rules = run["tool"]["driver"]["rules"]
    for finding, result in zip(found, run["results"], strict=True):
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == finding.code
        assert rules[result["ruleIndex"]]["help"]["text"]
    hashes = [each["partialFingerprints"]["primaryLocationLineHash"] for each in run["results"]]
    assert len(set(hashes)) == len(hashes)

    path = tmp_path / "all.sarif"
    path.write_text(as_sarif(CheckReport(tuple(found), texts, len(texts))), "utf-8")
    records = load_sarif_file(str(path)).get_records()
    assert sorted((each["Location"], each["Line"], each["Code"]) for each in records) == sorted(
        (each.file, texts[each.file].count("\n", 0, each.span.start) + 1, each.code) for each in found
    )


def test_nothing_found() -> None:
    run = run_of(CheckReport((), {}, 2))
    assert run["results"] == []
    assert run["invocations"] == [{"executionSuccessful": True}]


def test_an_unreadable_file_is_a_notification(tmp_path: Path) -> None:
    write(tmp_path, {"wrong.pql": "stauts:a\n"})
    (tmp_path / "bad é.pql").write_bytes(b"status:\xff")
    ran = pql("check", "-f", "sarif", cwd=tmp_path)
    log = json.loads(ran.out)
    VALIDATOR.validate(log)
    (invocation,) = log["runs"][0]["invocations"]
    assert invocation["executionSuccessful"] is False
    (said,) = invocation["toolExecutionNotifications"]
    assert said["locations"][0]["physicalLocation"]["artifactLocation"] == {"uri": "bad%20%C3%A9.pql"}
    assert [each["ruleId"] for each in log["runs"][0]["results"]] == ["PQL201"]
    assert (ran.code, "bad é.pql: not UTF-8 at byte 8" in ran.err) == (2, True)


def test_columns_count_utf16_units() -> None:
    report = checked({"op.yaml": JOIN.format('name:"日😀", stauts:b')})
    assert run_of(report)["columnKind"] == "utf16CodeUnits"
    region = run_of(report)["results"][0]["locations"][0]["physicalLocation"]["region"]
    line = report.texts["op.yaml"].splitlines()[2].encode("utf-16-le")
    cut = line[2 * (region["startColumn"] - 1) : 2 * (region["endColumn"] - 1)]
    assert cut.decode("utf-16-le") == "stauts"


def test_a_fix_can_be_made_from_the_output() -> None:
    text = JOIN.format("name:😀, metrics.loss:=<1")
    (result,) = run_of(checked({"op.yaml": text}))["results"]
    (change,) = result["fixes"][0]["artifactChanges"]
    (replacement,) = change["replacements"]
    region = replacement["deletedRegion"]
    lines = text.splitlines(keepends=True)
    line = lines[region["startLine"] - 1].encode("utf-16-le")
    start, end = 2 * (region["startColumn"] - 1), 2 * (region["endColumn"] - 1)
    new = line[:start] + replacement["insertedContent"]["text"].encode("utf-16-le") + line[end:]
    assert new.decode("utf-16-le") == lines[2].replace("=<", "<=")


def test_related_places_are_those_that_make_it_so() -> None:
    text = JOIN.format("metrics.loss:<0.1, kind:job, metrics.loss:<0.5")
    (result,) = run_of(checked({"op.yaml": text}))["results"]
    (related,) = result["relatedLocations"]
    region = related["physicalLocation"]["region"]
    line = text.splitlines()[region["startLine"] - 1]
    assert line[region["startColumn"] - 1 : region["endColumn"] - 1] == "metrics.loss:<0.1"


@pytest.mark.parametrize(
    "name", ["a b/ö:x,%.yaml", "../up.yaml", "/abs/olute é.yaml", "bad\udcff.yaml", "query"]
)
def test_addresses_lead_back_to_the_file(name: str) -> None:
    (result,) = run_of(checked({name: JOIN.format("stauts:b")}))["results"]
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    parts = urlsplit(uri)
    assert parts.scheme == ("file" if name.startswith("/") else "")
    assert not parts.query
    assert unquote(parts.path, errors="surrogateescape") == name


def test_fingerprints_stay_when_lines_move() -> None:
    def prints(text: str) -> list[str]:
        results = run_of(checked({"op.yaml": text}))["results"]
        return [each["partialFingerprints"]["primaryLocationLineHash"] for each in results]

    text = JOIN.format("stauts:b") + "  - query: 'stauts:b'\n"
    assert prints("# one\n\n" + text) == prints(text)
    assert len(set(prints(text))) == 2


def test_the_schema_refuses() -> None:
    log = json.loads(as_sarif(checked({"op.yaml": JOIN.format("stauts:b")})))
    log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["startColumn"] = 0
    assert not VALIDATOR.is_valid(log)
    assert not VALIDATOR.is_valid({"version": "2.1.0", "runs": [{"results": []}]})


def test_unread_alone() -> None:
    run = run_of(CheckReport((), {}, 1, (Unread("a", "gone"),)))
    assert run["invocations"][0]["toolExecutionNotifications"][0]["message"] == {"text": "gone"}
