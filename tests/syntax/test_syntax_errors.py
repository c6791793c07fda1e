"""What is wrong with the shape of a text is told with its code, at its place."""

from __future__ import annotations

import pytest
from marked import marked, split

from pql.diagnostics.diagnostic import PqlError
from pql.syntax.parser import DEEPEST, LONGEST, parse_query, parse_sort

CASES = [
    ("PQL101", "‹›"),
    ("PQL101", "‹ \t\n ›"),
    ("PQL102", "status:running,‹,› kind:job"),
    ("PQL102", "‹,›status:running"),
    ("PQL102", "status:running,‹›"),
    ("PQL102", "status:running AND‹›"),
    ("PQL102", "status:running OR‹›"),
    ("PQL102", "status:running, ‹AND› kind:job"),
    ("PQL102", "(‹)›"),
    ("PQL102", "(status:running) ‹kind›:job"),
    ("PQL102", "name:a‹(›b)"),
    ("PQL104", "status:‹(›running|failed)"),
    ("PQL102", "‹metrics.›:1"),
    ("PQL103", "metrics. ‹loss›:1"),
    ("PQL103", "min(metrics.loss)‹<›1"),
    ("PQL102", "‹metrics.a..b›:1"),
    ("PQL102", '‹metrics."a"..b›:1'),
    ("PQL102", "~‹status›:running"),
    ("PQL102", "‹!status:running›"),
    ("PQL102", "‹-›status:running"),
    ("PQL103", "‹status›"),
    ("PQL103", "‹metrics.loss›<0.01"),
    ("PQL103", "‹status›=running"),
    ("PQL103", "‹st›-atus:running"),
    ("PQL103", '‹metrics."my loss"› <1'),
    ("PQL103", "status:running, ‹kind› AND name:a"),
    ("PQL104", "status:‹›"),
    ("PQL104", "status:~‹›"),
    ("PQL104", "metrics.loss:<‹›"),
    ("PQL104", "metrics.loss:<‹,› kind:job"),
    ("PQL104", "status:‹,› kind:job"),
    ("PQL104", "(status:‹)›"),
    ("PQL105", "‹(›status:running, kind:job"),
    ("PQL105", "(status:running, ‹(›kind:job)".replace(")", "")),
    ("PQL105", 'artifacts‹(›name:"a)b"'),
    ("PQL106", "status:running‹)›"),
    ("PQL106", "(status:running)‹)›"),
    ("PQL107", 'name:‹"res net›'),
    ("PQL107", "name:‹'res net›"),
    ("PQL107", 'status:a, name:‹"res\\"›'),
    ("PQL107", 'metrics.‹"loss:1›'),
    ("PQL107", 'at(metrics.loss, ‹"5):<1›'),
    ("PQL102", 'at(metrics.loss,‹"5"›):<1'),
    ("PQL102", "at(metrics.loss, ‹'5'› ):<1"),
    ("PQL102", "metrics.‹'b'›:1"),
    ("PQL102", "‹'metrics.b'›:1"),
    ("PQL107", "metrics.‹'b:1›"),
    ("PQL102", "status:a, ‹@good›"),
    ("PQL108", 'name:"res" ‹net›'),
    ("PQL103", '‹metrics."a"›b:1'),
    ("PQL109", "status:running ‹kind›:job"),
    ("PQL109", "status:running & ‹kind›:job"),
    ("PQL109", "name:eval ‹metrics.loss›:<1"),
    ("PQL110", "status:running|‹status:failed›"),
    ("PQL110", "status:running |‹kind:job›"),
    ("PQL114", "name:a‹\ud800›"),
]

SORT_CASES = [
    ("PQL102", "name,‹›"),
    ("PQL102", "‹,›name"),
    ("PQL102", "name,‹,›kind"),
    ("PQL102", "-‹›"),
    ("PQL102", "-‹-›name"),
    ("PQL102", "name ‹desc›"),
    ("PQL102", "‹+name›"),
    ("PQL102", "‹metrics.›"),
]


@pytest.mark.parametrize(("code", "text"), CASES)
def test_fault_of_a_query(code: str, text: str) -> None:
    query, _ = split(text)
    with pytest.raises(PqlError) as caught:
        parse_query(query)
    diagnostic = caught.value.diagnostic
    assert (diagnostic.code, marked(query, diagnostic)) == (code, text)
    assert caught.value.text == query
    assert diagnostic.message


@pytest.mark.parametrize(("code", "text"), SORT_CASES)
def test_fault_of_a_sort(code: str, text: str) -> None:
    sort, _ = split(text)
    with pytest.raises(PqlError) as caught:
        parse_sort(sort)
    assert (caught.value.diagnostic.code, marked(sort, caught.value.diagnostic)) == (code, text)
    assert caught.value.diagnostic.source == "sort"


@pytest.mark.parametrize(
    "nested",
    [
        "NOT " * 1000 + "status:a",
        "~(" * 1000 + "status:a" + ")" * 1000,
        "(status:a, (kind:b OR " * 500 + "name:c" + "))" * 500,
        "upstream(" * 1000 + "status:a" + ")" * 1000,
    ],
    ids=["words", "tildes", "alternating", "groups"],
)
def test_deep_nesting_is_refused_with_a_code(nested: str) -> None:
    with pytest.raises(PqlError) as caught:
        parse_query(nested)
    assert caught.value.diagnostic.code == "PQL111"
    assert caught.value.diagnostic.payload == {"limit": str(DEEPEST)}


def test_parentheses_without_a_meaning_are_no_nesting() -> None:
    assert parse_query("(" * 5000 + "status:a" + ")" * 5000) == parse_query("status:a")


def test_the_deepest_nesting_that_is_taken() -> None:
    parse_query("NOT " * (DEEPEST - 1) + "status:a")
    with pytest.raises(PqlError) as caught:
        parse_query("NOT " * DEEPEST + "status:a")
    assert caught.value.diagnostic.code == "PQL111"


def test_a_long_text_is_refused_unless_it_is_allowed() -> None:
    text = "name:" + "x" * LONGEST
    with pytest.raises(PqlError) as caught:
        parse_query(text)
    assert caught.value.diagnostic.code == "PQL112"
    assert caught.value.diagnostic.span == (LONGEST, LONGEST + 1)
    assert parse_query(text, max_length=None) == parse_query(text, max_length=len(text))
    assert parse_query(text[:LONGEST])


def test_a_missing_colon_names_what_stands_before_it() -> None:
    for text, field in (("min(metrics.a)<1", "min(metrics.a)"), ("metrics. a:1", "metrics."), ("a=1", "a")):
        with pytest.raises(PqlError) as caught:
            parse_query(text)
        assert caught.value.diagnostic.payload == {"field": field}


def test_hints_name_the_way_out() -> None:
    def hint(text: str) -> str:
        with pytest.raises(PqlError) as caught:
            parse_query(text)
        return caught.value.diagnostic.hint

    assert (
        hint("status:running kind:job") == "put a comma before `kind:`, or quote the value if it is one text"
    )
    assert "` | `" in hint("status:running|status:failed")
    assert hint("status:(a|b)") == "quote a value that holds a parenthesis"
    assert hint("name:f(x)") == "quote a value that holds a parenthesis"
    assert hint('at(metrics.loss,"5"):<1') == "write the step without quotes"
    assert "nil" in hint("status:")
    assert hint("metrics.'b':1") == 'keys take double quotes: write `"b"`'
    assert "stands without quotes" in hint('"metrics.b":1')
    assert "a saved query stands alone" in hint("status:a, @good")


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("metrics.loss < 0.1", "metrics.loss:<0.1"),
        ("metrics.loss =< 0.1", "metrics.loss:<=0.1"),
        ("min(metrics.loss)>=1, kind:job", "min(metrics.loss):>=1"),
        ("status == running", "status:running"),
        ("status != running", "status:~running"),
        ("metrics.loss!=1", "metrics.loss:~1"),
        ("metrics.loss <> 1", "metrics.loss:~1"),
        ('metrics["loss"]:1', "metrics.loss"),
        ("metrics['my loss']:1", 'metrics."my loss"'),
        ("metrics.my loss:<1", 'metrics."my loss"'),
        ("status", "field:value"),
    ],
)
def test_how_other_languages_spell_it_is_put_right(text: str, right: str) -> None:
    with pytest.raises(PqlError) as caught:
        parse_query(text)
    assert caught.value.diagnostic.code == "PQL103"
    assert f"write `{right}`" in caught.value.diagnostic.hint
