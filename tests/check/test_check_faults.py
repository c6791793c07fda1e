"""Damaged files: something is said, or nothing, but nothing breaks; fixes keep their word."""

from __future__ import annotations

import pytest
from check_cases import CLOCK, FOLDER, cases_of
from hypothesis import given
from hypothesis import strategies as st

from pql.check.engine import check_text, select
from pql.check.fixes import fixed
from pql.check.model import Edit, Finding
from pql.check.output import FORMATS
from pql.check.report import CheckReport
from pql.diagnostics.diagnostic import Severity
from pql.diagnostics.span import Span

TEXTS = sorted({(case.kind, case.text) for path in FOLDER.iterdir() for case in cases_of(path.stem)})
BITS = st.sampled_from(
    (
        *(
            "\n",
            "  ",
            "- ",
            ": ",
            "'",
            '"',
            "{{",
            "}}",
            "|",
            ">",
            "#",
            "[",
            "]",
            "{",
            "}",
            "&a ",
            "*a",
            "~",
            "é",
        ),
        *("---\n", "\t", "\0", "\r\n", "joins:", "query:", "params:", "matrix:", "kind: grid", "5", "null"),
        *("<<: ", "!x "),
    )
)
CUTS = st.tuples(st.floats(0, 1), st.integers(0, 6), BITS)


@given(st.sampled_from(TEXTS), st.lists(CUTS, min_size=1, max_size=4))
def test_no_damage_breaks_the_check(sample: tuple[str, str], cuts: list[tuple[float, int, str]]) -> None:
    kind, text = sample
    for place, width, bit in cuts:
        at = int(place * len(text))
        text = text[:at] + bit + text[at + width :]
    found = check_text("f", text, kind, clock=CLOCK, selection=select())
    for each in found:
        assert 0 <= each.span.start <= each.span.end <= len(text), each
        assert each.message
    assert list(found) == sorted(found, key=lambda each: each.order)
    report = CheckReport(found, {"f": text}, 1)
    assert all(isinstance(form(report), str) for form in FORMATS.values())


@given(st.sampled_from(TEXTS))
def test_fixing_twice_changes_nothing_more(sample: tuple[str, str]) -> None:
    kind, text = sample
    once, _ = fixed("f", text, kind, clock=CLOCK, selection=select())
    assert fixed("f", once, kind, clock=CLOCK, selection=select()) == (once, 0)


@pytest.mark.parametrize("count", [1, 200])
def test_a_long_query_in_many_lines(count: int) -> None:
    lines = ",\n".join(f"      metrics.m{number}:<{number + 1}" for number in range(count))
    text = f"kind: operation\njoins:\n  - query: >\n{lines},\n      stauts:a\n"
    (found,) = check_text("f", text, "yaml", clock=CLOCK, selection=select())
    assert text[slice(*found.span)] == "stauts"


@pytest.mark.parametrize("where", ["kind: operation", "status:failed", "'"])
def test_a_fix_that_would_change_more_is_not_made(where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "kind: operation\njoins:\n  - query: 'status:failed, name:a'\n"
    start = text.index(where)
    breaking = Edit(Span(start, start + len(where)), "'" if where != "'" else "")
    finding = Finding("f", breaking.span, "PQL732", "alias", Severity.WARNING, "x", edits=(breaking,))
    monkeypatch.setattr("pql.check.fixes.check_contents", lambda *_: (finding,))
    assert fixed("f", text, "yaml", clock=CLOCK, selection=select()) == (text, 0)
