"""The forms of output, each held against its format."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET

from check_cases import CLOCK

from pql.check.engine import check_text, select
from pql.check.output import FORMATS
from pql.check.output.text import coloured
from pql.check.report import CheckReport, Unread

NAME = "dir a/op,1:x.yaml"
TEXT = 'kind: operation\njoins:\n  - query: "名:a, stauts:b,\n      metrics.loss:=<1"\n'
CLEAN = CheckReport((), {}, 2)


def report() -> CheckReport:
    text = TEXT.replace("名:a", "name:名")
    found = check_text(NAME, text, "yaml", clock=CLOCK, selection=select())
    return CheckReport(found, {NAME: text}, 1)


def test_text_shows_line_and_carets() -> None:
    assert FORMATS["text"](report()).splitlines()[:6] == [
        "error[PQL201]: there is no field `stauts`",
        f" --> {NAME}:3:21",
        "  |",
        '3 |   - query: "name:名, stauts:b,',
        "  |                      ^^^^^^",
        "  = hint: did you mean `status` or `state` or `outputs`?",
    ]
    assert FORMATS["text"](report()).splitlines()[-1] == "2 findings in 1 file, 1 of them fixable with --fix"
    assert FORMATS["text"](CLEAN) == "nothing found in 2 files\n"


def test_colour_only_adds_escapes() -> None:
    import re

    painted = coloured(report())
    assert re.search("\x1b\\[1;[0-9;]+merror\\[PQL201\\]\x1b\\[0m", painted)
    assert re.sub("\x1b\\[[0-9;]*m", "", painted) == FORMATS["text"](report())


def test_concise() -> None:
    assert FORMATS["concise"](report()).splitlines() == [
        f"{NAME}:3:21: PQL201 there is no field `stauts`",
        f"{NAME}:4:20: PQL731 `=<` is read as `<=`",
    ]
    assert FORMATS["concise"](CLEAN) == ""


def test_json() -> None:
    first, second = json.loads(FORMATS["json"](report()))
    assert (first["code"], first["rule"], first["severity"]) == ("PQL201", "unknown-name", "error")
    assert first["start"] == {"line": 3, "column": 21, "offset": 43}
    assert first["end"] == {"line": 3, "column": 27, "offset": 49}
    assert second["edits"] == [
        {"start": {"line": 4, "column": 20}, "end": {"line": 4, "column": 22}, "text": "<="}
    ]
    assert json.loads(FORMATS["json"](CLEAN)) == []


def test_github_escapes_what_its_commands_use() -> None:
    lines = FORMATS["github"](report()).splitlines()
    assert lines[0] == (
        "::error file=dir a/op%2C1%3Ax.yaml,line=3,endLine=3,col=21,endColumn=27,"
        "title=PQL201 unknown-name::there is no field `stauts` "
        "(hint: did you mean `status` or `state` or `outputs`?)"
    )
    assert lines[1].startswith("::warning ")
    assert FORMATS["github"](CLEAN) == ""


def test_junit_is_xml_with_a_case_a_finding() -> None:
    root = ET.fromstring(FORMATS["junit"](report()))
    assert root.attrib == {"name": "pql check", "tests": "2", "failures": "2", "errors": "0"}
    cases = root.findall("testsuite/testcase/failure")
    assert [each.attrib["type"] for each in cases] == ["PQL201", "PQL731"]
    clean = ET.fromstring(FORMATS["junit"](CLEAN))
    assert clean.attrib["failures"] == "0"
    assert len(clean.findall("testsuite/testcase")) == 1


def test_junit_holds_no_character_that_xml_does_not() -> None:
    text = "stauts\x00:\x0ba"
    found = check_text("a\x01", text, "query", clock=CLOCK, selection=select())
    assert found
    ET.fromstring(FORMATS["junit"](CheckReport(found, {"a\x01": text}, 1)))


def test_what_cannot_be_read_is_told_in_every_form() -> None:
    unread = CheckReport((), {}, 2, (Unread("a,b.pql", "no regular file"),))
    assert FORMATS["text"](unread) == "nothing found in 2 files (1 unreadable)\n"
    assert FORMATS["github"](unread) == "::error file=a%2Cb.pql,title=unreadable::no regular file\n"
    root = ET.fromstring(FORMATS["junit"](unread))
    assert root.attrib == {"name": "pql check", "tests": "1", "failures": "0", "errors": "1"}
    (error,) = root.findall("testsuite/testcase/error")
    assert error.attrib == {"message": "no regular file"}
