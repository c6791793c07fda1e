"""Every rule: complete, documented, and finding what its cases mark and nothing else."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest
from check_cases import CLOCK, FOLDER, Case, FakeKnown, cases_of

import pql.check.rules as package
from pql.check.engine import check_text, select
from pql.check.fixes import fixed
from pql.check.known import KeyFacts
from pql.check.pages import example_kind
from pql.check.rule import Rule
from pql.check.rules import RULES
from pql.diagnostics.registry import CODES

DOCS = Path(__file__).parents[2] / "docs" / "rules"
PAIRS = [(rule, case) for rule in RULES for case in cases_of(rule.name)]


@pytest.mark.parametrize(
    ("rule", "case"), PAIRS, ids=lambda each: each.name if isinstance(each, Rule) else ""
)
def test_a_rule_finds_what_is_marked(rule: Rule, case: Case) -> None:
    # Suppressions are held against all codes, every other rule is asked alone.
    selection = select() if rule.on_unused is not None else select(rule.codes)
    found = check_text("case", case.text, case.kind, clock=CLOCK, selection=selection, known=case.known)
    spans = [each.span for each in found if each.code in rule.codes]
    assert [case.text[slice(*span)] for span in spans] == [case.text[slice(*span)] for span in case.spans]
    assert spans == case.spans
    assert all(
        each.rule == rule.name and each.message and "{" not in each.message.replace("{{", "")
        for each in found
    )


@pytest.mark.parametrize(
    ("rule", "case"),
    [pair for pair in PAIRS if pair[1].fixed is not None],
    ids=lambda each: each.name if isinstance(each, Rule) else "",
)
def test_a_fix_changes_just_what_it_says(rule: Rule, case: Case) -> None:
    text, _ = fixed("case", case.text, case.kind, clock=CLOCK, selection=select(rule.codes))
    assert text == case.fixed


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_no_rule_lacks_anything(rule: Rule) -> None:
    cases = cases_of(rule.name)
    assert any(case.spans for case in cases)
    assert any(not case.spans for case in cases) or len(cases) > 1
    assert rule.doc.strip()
    assert rule.title
    assert rule.codes
    assert rule.message or all(code in CODES for code in rule.codes)
    assert [
        rule.on_search,
        rule.on_unit,
        rule.on_matrix,
        rule.on_known,
        rule.on_contents,
        rule.on_unused,
    ] != [None] * 6
    assert rule.fixable == any(case.fixed not in (None, case.text) for case in cases)
    if rule.on_known is None:
        assert {each.code for each in example(rule, rule.wrong)} & set(rule.codes)
    assert example(rule, rule.right) == ()


def example(rule: Rule, text: str) -> tuple[object, ...]:
    return check_text("example", text, example_kind(text), clock=CLOCK, selection=select())


def test_a_hint_at_a_key_can_be_pasted() -> None:
    facts = KeyFacts(runs=1, numbers=1, texts=0, booleans=0, nested=0)
    known = FakeKnown({("outputs", "loss"): facts, ("outputs", "a loss"): facts}, {}, 1, 1, {})
    texts = ("metrics.lss:1", 'metrics."b loss":1', "at(metrics.lss, 1):2")
    found = [
        check_text("q", text, "query", clock=CLOCK, selection=select(["PQL761"]), known=known)[0].hint
        for text in texts
    ]
    assert [each.partition("` ")[0].rstrip("`?") for each in found] == [
        "did you mean `metrics.loss",
        'did you mean `metrics."a loss"',
        "did you mean `metrics.loss",
    ]


def test_every_file_is_a_rule_and_has_a_case_file() -> None:
    files = {path.stem for path in Path(package.__file__ or "").parent.glob("*.py")} - {"__init__"}
    assert {rule.name for rule in RULES} == {path.stem for path in FOLDER.iterdir()}
    assert len(files) == len(RULES)
    modules = {name: sys.modules[f"pql.check.rules.{name}"] for name in files}
    assert {id(module.RULE) for module in modules.values()} == {id(rule) for rule in RULES}


def test_codes_are_in_order_and_each_belongs_to_one_rule() -> None:
    codes = [code for rule in RULES for code in rule.codes]
    assert len(codes) == len(set(codes))
    own = [code for code in codes if code not in CODES]
    assert own == sorted(own)
    assert all(code.startswith("PQL7") for code in own)


def test_the_pages_are_what_the_rules_say() -> None:
    spec = importlib.util.spec_from_file_location("generate_rules", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    written = {path.name: path.read_text("utf-8") for path in DOCS.glob("*.md")}
    assert written == module.pages(), "run `python docs/rules/generate.py`"
