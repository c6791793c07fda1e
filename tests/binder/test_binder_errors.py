"""Wrong names, types and limits are told with their code, at their place, with what would be right."""

from __future__ import annotations

import pytest
from marked import marked, split
from refusals import CLOCK, compiled, refused

from pql.binder.binder import bind
from pql.catalog.fields import Entity
from pql.catalog.layout import UNSEEN
from pql.diagnostics.diagnostic import PqlError
from pql.diagnostics.registry import CODES
from pql.plan.scope import plan_query
from pql.sql.lower import lower
from pql.syntax.parser import parse_query, parse_sort

CASES = [
    ("PQL102", "metrics.a:<‹inputs.b.›"),
    ("PQL113", "‹at(metrics.loss)›:<1"),
    ("PQL113", "‹at(metrics.loss, x)›:<1"),
    ("PQL113", "‹min(metrics.loss, 3)›:<1"),
    ("PQL113", "min(‹inputs.loss›):<1"),
    ("PQL113", "min(‹status›):a"),
    ("PQL201", "min(‹nope›):<1"),
    ("PQL202", "min(‹metrics›):<1"),
    ("PQL201", "‹stauts›:running"),
    ("PQL201", "status:a, ‹Status›:running"),
    ("PQL201", "‹foo.bar›:1"),
    ("PQL201", "‹pipeline.nme›:a"),
    ("PQL201", "‹artifacts.size›:1"),
    ("PQL201", "‹connections.path›:a"),
    ("PQL201", "‹pipeline*.name›:a"),
    ("PQL201", "‹status*›:a"),
    ("PQL201", "artifacts(‹status›:a)"),
    ("PQL201", "‹upstream.upstream.upstream.upstream.upstream.name›:a"),
    ("PQL201", '‹upstream."upstream*".name›:a'),
    ("PQL201", "‹loss›:<0.1"),
    ("PQL202", "‹metrics›:<0.1"),
    ("PQL202", "‹inputs›:a"),
    ("PQL202", "‹pipeline.inputs›:1"),
    ("PQL203", "‹status.x›:running"),
    ("PQL203", "‹project.uuid›:a"),
    ("PQL203", "‹artifacts.name.x›:a"),
    ("PQL205", "‹median(metrics.loss)›:<1"),
    ("PQL206", "‹tags›(name:a)"),
    ("PQL206", "‹pipeline›(name:a)"),
    ("PQL206", "status:a, ‹artifacts*›(name:a)"),
    ("PQL206", "artifacts(‹run›(name:a))"),
    ("PQL301", "metrics.loss:‹abc›"),
    ("PQL301", "metrics.loss:<‹abc›"),
    ("PQL301", "metrics.loss:0.1|‹x›"),
    ("PQL301", "metrics.loss:0.1..‹x›"),
    ("PQL301", "metrics.loss:‹~_any_›"),
    ("PQL301", 'metrics.loss:‹"inputs.best"›'),
    ("PQL301", "cost:‹1h›"),
    ("PQL301", "live_state:‹yes›"),
    ("PQL301", "inputs.lr:0.1..‹x›"),
    ("PQL302", "created_at:>‹tomorow›"),
    ("PQL302", "created_at:‹2024-13›"),
    ("PQL302", "created_at:‹20240615›"),
    ("PQL302", "created_at:2024..‹soon›"),
    ("PQL303", "is_managed:‹maybe›"),
    ("PQL303", "meta_flags.has_events:‹2›"),
    ("PQL303", "artifacts.is_input:true|‹no idea›"),
    ("PQL304", "status:‹>running›"),
    ("PQL304", "status:‹~<running›"),
    ("PQL304", "status:‹a..b›"),
    ("PQL304", "name:‹<a›"),
    ("PQL304", "metrics.loss:‹%1%›"),
    ("PQL304", "created_at:‹/2024/›"),
    ("PQL304", "is_managed:‹>true›"),
    ("PQL304", "live_state:‹>0›"),
    ("PQL304", "inputs.lr:‹null›"),
    ("PQL304", "inputs.lr:‹>null›"),
    ("PQL304", "inputs.lr:‹<[1]›"),
    ("PQL304", "upstream:‹>abc›"),
    ("PQL305", "memory:‹abc›"),
    ("PQL305", "memory:>‹1Zi›"),
    ("PQL305", "cpu:‹1k›"),
    ("PQL305", "memory:‹٣Gi›"),
    ("PQL306", "duration:‹٣h›"),
    ("PQL306", "duration:>‹abc›"),
    ("PQL306", "wait_time:‹1 fortnight›"),
    ("PQL306", 'duration:‹""›'),
    ("PQL307", "name:‹/a(?=b)/›"),
    ("PQL307", "name:‹/(a/›"),
    ("PQL307", "name:‹/\\1/›"),
    ("PQL307", "name:‹/(?x)a/›"),
    ("PQL307", "name:‹/\\u00e9/›"),
    ("PQL308", "metrics.loss:‹..›"),
    ("PQL308", "metrics.loss:‹1..2..3›"),
    ("PQL308", "created_at:‹2024..2025..2026›"),
    ("PQL309", "pipeline.metrics.loss:<‹metrics.acc›"),
    ("PQL309", "upstream.duration:<‹inputs.budget›"),
]


@pytest.mark.parametrize(("code", "text"), CASES)
def test_fault_of_a_query(code: str, text: str) -> None:
    query, _ = split(text)
    diagnostic = refused(query)
    assert (diagnostic.code, marked(query, diagnostic)) == (code, text)
    assert diagnostic.message


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("PQL204", "‹stauts›"),
        ("PQL204", "name, -‹nope›"),
        ("PQL204", "‹tags›"),
        ("PQL204", "‹artifacts.name›"),
        ("PQL204", "‹upstream.name›"),
        ("PQL204", "‹upstream›"),
        ("PQL202", "‹metrics›"),
        ("PQL203", "‹name.x›"),
        ("PQL205", "-‹median(metrics.loss)›"),
    ],
)
def test_fault_of_a_sort(code: str, text: str) -> None:
    sort, _ = split(text)
    diagnostic = refused("", sort)
    assert (diagnostic.code, marked(sort, diagnostic)) == (code, text)
    assert diagnostic.source == "sort"


@pytest.mark.parametrize("limit", [0, -1, True, 2.5, "5"])
def test_a_wrong_limit(limit: object) -> None:
    with pytest.raises(PqlError) as caught:
        bind(None, clock=CLOCK, limit=limit)  # type: ignore[arg-type]
    diagnostic = caught.value.diagnostic
    assert (diagnostic.code, diagnostic.source, caught.value.text) == ("PQL401", "limit", "")
    assert diagnostic.payload == {"value": str(limit)}


@pytest.mark.parametrize("offset", [-1, False, 0.0, None])
def test_a_wrong_offset(offset: object) -> None:
    with pytest.raises(PqlError) as caught:
        bind(None, clock=CLOCK, offset=offset)  # type: ignore[arg-type]
    diagnostic = caught.value.diagnostic
    assert (diagnostic.code, diagnostic.source, caught.value.text) == ("PQL402", "offset", "")
    assert diagnostic.payload == {"value": str(offset)}


@pytest.mark.parametrize(("query", "sort"), [("status:>a", ""), ("", "stauts")])
def test_texts_need_not_be_given(query: str, sort: str) -> None:
    with pytest.raises(PqlError) as caught:
        bind(parse_query(query) if query else None, parse_sort(sort), clock=CLOCK)
    assert caught.value.text == ""


def test_too_many_alternatives_about_one_element() -> None:
    pairs = ", ".join(f"(artifacts.kind:a{each} OR artifacts.name:b{each})" for each in range(9))
    with pytest.raises(PqlError) as caught:
        plan_query(compiled(pairs))
    assert caught.value.diagnostic.code == "PQL403"
    assert caught.value.diagnostic.payload["relation"] == "artifacts"
    few = pairs.partition(", ")[2]
    plan_query(compiled(few))  # 2^8 are still planned


@pytest.mark.parametrize("field", ["is_managed", "meta_flags.has_model", "artifacts.is_input"])
def test_booleans_take_lists_and_say_so(field: str) -> None:
    assert refused(f"{field}:>true").payload["takes"] == "true, false, lists and nil"
    assert compiled(f"{field}:true|false").condition


def test_artifacts_have_fields_of_their_own() -> None:
    assert refused("status:a", entity=Entity.ARTIFACT).code == "PQL201"
    assert compiled("kind:a, run.status:a", entity=Entity.ARTIFACT)


def test_an_unknown_value_of_a_closed_set_is_a_warning() -> None:
    text = "status:running|‹runing›, status:~‹don›"
    query = text.replace("‹", "").replace("›", "")
    warnings = compiled(query).warnings
    assert [(each.code, query[each.span.start : each.span.end]) for each in warnings] == [
        ("PQL502", "runing"),
        ("PQL502", "don"),
    ]
    assert [each.payload for each in warnings] == [
        {"field": "status", "value": "runing"},
        {"field": "status", "value": "don"},
    ]
    assert warnings[0].hint.startswith("did you mean `running`")
    assert compiled("status:nil, kind:anything").warnings == ()


@pytest.mark.parametrize(
    ("query", "value", "hint"),
    [
        (
            "status:running, inputs.n:nil|1",
            "nil",
            "write `inputs.n:nil OR …`, or quote it if the text is meant",
        ),
        ("inputs.n:null|1", "null", "write `inputs.n:nil OR …` for null and missing values"),
    ],
)
def test_nil_and_null_in_a_list_are_warnings(query: str, value: str, hint: str) -> None:
    (warning,) = compiled(query).warnings
    assert (warning.code, warning.payload, warning.hint) == ("PQL503", {"value": value}, hint)


def test_a_text_in_a_list_may_be_nil() -> None:
    assert compiled('status:nil, name:"nil"|null|a').warnings == ()


def test_too_many_lookups() -> None:
    def lowered(count: int, joint: str) -> None:
        groups = joint.join(f"artifacts(kind:model, name:m{each})" for each in range(count))
        lower(plan_query(compiled(groups)), UNSEEN)

    lowered(300, ", ")
    lowered(1_000, " | ")  # one lookup for all of them
    with pytest.raises(PqlError) as caught:
        lowered(301, ", ")
    assert caught.value.diagnostic.code == "PQL404"


def test_patterns_too_large_together() -> None:
    largest = " | ".join(["name:/" + "[^a]{1000}" * 4 + "/"] * 25)  # of 20,000 each
    compiled(largest)
    query, span = split(f"{largest} | name:‹/b/›")
    diagnostic = refused(query)
    assert (diagnostic.code, diagnostic.span) == ("PQL307", span)
    assert diagnostic.payload == {"reason": "the patterns of this query are too large together"}


def test_every_code_of_names_types_and_limits_is_here() -> None:
    asserted = {case[0] for case in CASES} | {"PQL204", "PQL401", "PQL402", "PQL403", "PQL404"}
    assert {code for code in CODES if code[3] in "234"} <= asserted
