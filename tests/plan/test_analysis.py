"""Findings about queries that people write, by the words of the query they point at."""

from __future__ import annotations

import pytest
from plan_queries import bound

from pql.plan.analysis import Finding, analyze


def _shown(query: str) -> list[str]:
    return [_line(finding, query) for finding in analyze(bound(query).condition)]


def _line(finding: Finding, query: str) -> str:
    what = "all" if finding.whole else query[slice(*finding.span)]
    because = " & ".join(query[slice(*span)] for span in finding.because)
    return f"{finding.kind.value} {what}" + (f" <- {because}" if because else "")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("metrics.loss:<0.1, metrics.loss:>0.4", "never all <- metrics.loss:<0.1 & metrics.loss:>0.4"),
        ("metrics.loss:<0.1, metrics.loss:nil", "never all <- metrics.loss:<0.1 & metrics.loss:nil"),
        ("metrics.loss:nan, metrics.loss:>0", "never all <- metrics.loss:nan & metrics.loss:>0"),
        ("metrics.loss:0.4..0.1", "never all"),
        ("status:running, status:failed", "never all <- status:running & status:failed"),
        ("status:running OR status:~running", "always all <- status:running & status:~running"),
        ("metrics.a:nil OR metrics.a:~nil", "always all <- metrics.a:nil & metrics.a:~nil"),
        ("is_managed:true, is_managed:false", "never all <- is_managed:true & is_managed:false"),
        ("tags:a, tags:nil", "never all <- tags:a & tags:nil"),
        ("inputs.lr:0.1, inputs.lr:adam", "never all <- inputs.lr:0.1 & inputs.lr:adam"),
        ("name:abc, name:%x%", "never all <- name:abc & name:%x%"),
        ("duration:>1h, duration:<=60m", "never all <- duration:>1h & duration:<=60m"),
        ("memory:>=4Gi, memory:<4GB", "never all <- memory:>=4Gi & memory:<4GB"),
        ("created_at:2026-11, created_at:<2026", "never all <- created_at:2026-11 & created_at:<2026"),
        (
            "artifacts.kind:model, artifacts.kind:metric",
            "never all <- artifacts.kind:model & artifacts.kind:metric",
        ),
        (
            "artifacts.kind:model, artifacts.kind:~model",
            "never all <- artifacts.kind:model & artifacts.kind:~model",
        ),
        ("artifacts:nil, artifacts.kind:model", "never all <- artifacts:nil & artifacts.kind:model"),
        ("pipeline.name:a, pipeline.name:b", "never all <- pipeline.name:a & pipeline.name:b"),
        (
            "metrics.a:<metrics.b, metrics.a:>metrics.b",
            "never all <- metrics.a:<metrics.b & metrics.a:>metrics.b",
        ),
        (
            "(status:a OR metrics.x:<1), status:~a, metrics.x:>2",
            "never all <- status:a OR metrics.x:<1 & status:~a & metrics.x:>2",
        ),
        ("metrics.a:<0.1, metrics.a:<0.5", "redundant metrics.a:<0.5 <- metrics.a:<0.1"),
        ("metrics.a:<0.1 OR metrics.a:<0.5", "redundant metrics.a:<0.1 <- metrics.a:<0.5"),
        ("tags:a, tags:a|b", "redundant tags:a|b <- tags:a"),
        ('inputs.lr:0.1, inputs.lr:"0.1"', 'redundant inputs.lr:0.1 <- inputs.lr:"0.1"'),
        ("name:~nil, name:x", "redundant name:~nil <- name:x"),
        ("kind:job, name:x, kind:job", "duplicate kind:job <- kind:job"),
        ("metrics.a:~<1, metrics.a:>=1", "duplicate metrics.a:>=1 <- metrics.a:~<1"),
        ("name:x OR (tags:a, tags:~a)", "never tags:a, tags:~a <- tags:a & tags:~a"),
        ("name:x, (kind:a OR kind:~a)", "always kind:a OR kind:~a <- kind:a & kind:~a"),
        ("name:x, artifacts(kind:a|b, kind:a)", "redundant kind:a|b <- kind:a"),
    ],
)
def test_the_finding(query: str, expected: str) -> None:
    assert _shown(query) == [expected]


@pytest.mark.parametrize(
    "query",
    [
        "status:running",
        "status:running OR status:failed",
        "metrics.loss:<0.1 OR metrics.loss:>=0.1",  # not for runs without a loss
        "metrics.loss:<0.1 OR metrics.loss:>=0.1 OR metrics.loss:nil",  # nor where it is NaN
        "metrics.loss:<0.1, metrics.Loss:>0.4",
        "metrics.loss:<0.1, min(metrics.loss):>0.4",
        "tags:a, tags:b",
        "tags:a, tags:~b",
        "artifacts(kind:model), artifacts(kind:metric)",
        "artifacts(kind:model), artifacts.kind:metric",
        "artifacts.kind:model, artifacts.kind:~metric",
        "upstream.name:a, upstream*.name:b",
        "NOT artifacts.kind:model, artifacts(name:x)",
        "NOT (artifacts.kind:a), NOT (artifacts.kind:b)",
        "NOT (NOT artifacts.kind:a), artifacts.kind:b",
        "inputs.lr:0.1 OR inputs.lr:adam",
        "inputs.x:>5, inputs.x:<abc",  # the text `6` is both
        "name:%a%, name:~/^b/",
        "is_managed:true OR is_managed:false",
        "metrics.a:<metrics.b, metrics.a:>metrics.c",
    ],
)
def test_nothing_is_said_where_nothing_is_wrong(query: str) -> None:
    assert _shown(query) == []


def test_no_condition_has_no_findings() -> None:
    assert analyze(None) == ()


def test_a_long_list_and_many_patterns_are_left_alone() -> None:
    """Where the kinds of values are too many to list nothing is said, and it takes no time to say it."""
    long_list = "name:" + "|".join(f"n{number}" for number in range(1500))
    patterns = ", ".join(f"name:%{number}%" for number in range(60))
    assert _shown(f"{long_list}, name:x") == []
    assert _shown(patterns) == []
