"""What the analysis says is held against the reference evaluator over drawn runs."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from plan_queries import CELL_NUMBERS, bound, datasets, queries

from pql.binder.bound import Bound, BoundAnd, BoundGroup, BoundNot, BoundOr, BoundQuery
from pql.diagnostics.span import Span
from pql.plan.analysis import Finding, FindingKind, analyze
from pql.reference.model import Run
from pql.reference.search import search

_EXAMPLES = settings(max_examples=150, deadline=None)


def _matched(query: BoundQuery, runs: list[Run]) -> set[str]:
    return set(search(query, runs))


def _without(node: Bound, span: Span) -> Bound:
    """The node without its clause at `span`, which stands in an AND or OR."""
    match node:
        case BoundAnd(items) | BoundOr(items):
            # Of clauses of one span the innermost is the one that an AND or OR could lose.
            kept = [item for item in items if item.span != span]
            if len(kept) < len(items):
                return kept[0] if len(kept) == 1 else replace(node, items=tuple(kept))
            return replace(node, items=tuple(_without(item, span) for item in items))
        case BoundNot(item) | BoundGroup(item=item):
            return replace(node, item=_without(item, span))
        case _:
            return node


def _check(finding: Finding, query: BoundQuery, runs: list[Run]) -> None:
    assert query.condition is not None
    found = _matched(query, runs)
    match finding.kind:
        case FindingKind.NEVER if finding.whole:
            assert not found
        case FindingKind.ALWAYS if finding.whole:
            assert found == {run.uuid for run in runs}
        case FindingKind.DUPLICATE | FindingKind.REDUNDANT:
            fewer = replace(query, condition=_without(query.condition, finding.span))
            assert _matched(fewer, runs) == found
        case _:
            pass  # a clause that never or always holds: the next law is about these


_ARTIFACT_QUERIES = queries("artifacts", "artifacts.kind", "artifacts.name", groups=True, most=5)
_UPSTREAM_QUERIES = queries("upstream", "upstream.metrics.m", "metrics.m", "metrics.k", most=5)


@_EXAMPLES
@given(st.one_of(queries(groups=True), _ARTIFACT_QUERIES, _UPSTREAM_QUERIES), datasets())
def test_a_finding_is_never_wrong(query: str, runs: list[Run]) -> None:
    parsed = bound(query)
    for finding in analyze(parsed.condition):
        _check(finding, parsed, runs)


@_EXAMPLES
@given(queries("metrics.m", "tags", "artifacts.kind", "artifacts.name"), queries(most=2), datasets())
def test_an_alternative_that_never_holds_adds_nothing(never: str, other: str, runs: list[Run]) -> None:
    whole = bound(f"NOT (NOT ({never})) OR NOT (NOT ({other}))")
    alone = bound(f"NOT (NOT ({other}))")
    kinds = {finding.kind for finding in analyze(bound(never).condition) if finding.whole}
    if FindingKind.NEVER in kinds:
        assert _matched(whole, runs) == _matched(alone, runs)
    if FindingKind.ALWAYS in kinds:
        assert _matched(whole, runs) == {run.uuid for run in runs}


@_EXAMPLES
@given(queries("metrics.m"))
def test_numbers_are_decided_exactly(query: str) -> None:
    """With a run for every kind of number, what matches none of them is found to match nothing."""
    parsed = bound(query)
    runs = [
        Run(f"{place:032x}", outputs={} if number is None else {"m": number})
        for place, number in enumerate(CELL_NUMBERS)
    ]
    found = _matched(parsed, runs)
    kinds = {finding.kind for finding in analyze(parsed.condition) if finding.whole}
    assert (FindingKind.NEVER in kinds) is (not found)
    assert (FindingKind.ALWAYS in kinds) is (len(found) == len(runs))


_WORDS = ("a", "b", "ab", "other")
_TAG_OPERATIONS = st.sampled_from(("a", "b", "~a", "~b", "a|b", "~a|b", "nil", "~nil"))


@_EXAMPLES
@given(
    st.sampled_from(("name", "tags")),
    st.lists(_TAG_OPERATIONS, min_size=1, max_size=4),
    st.sampled_from((", ", " OR ")),
)
def test_texts_and_sets_are_decided_exactly(field: str, operations: list[str], joint: str) -> None:
    parsed = bound(joint.join(f"{field}:{operation}" for operation in operations))
    sets = [tuple(word for place, word in enumerate(_WORDS) if number >> place & 1) for number in range(16)]
    runs = (
        [Run(f"{place:032x}", tags=tags) for place, tags in enumerate(sets)]
        if field == "tags"
        else [Run(f"{place:032x}", scalars={"name": word}) for place, word in enumerate(_WORDS)]
        + [Run("f" * 32)]
    )
    found = _matched(parsed, runs)
    kinds = {finding.kind for finding in analyze(parsed.condition) if finding.whole}
    assert (FindingKind.NEVER in kinds) is (not found)
    assert (FindingKind.ALWAYS in kinds) is (len(found) == len(runs))
