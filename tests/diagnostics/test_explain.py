"""`pql explain` and `pql fmt`, by what they print."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from pql.cli.main import app


@pytest.fixture(autouse=True)
def _no_index(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PQL_INDEX", raising=False)


def _lines(*arguments: str, stdin: str = "") -> list[str]:
    done = CliRunner().invoke(app, list(arguments), input=stdin)
    assert done.exit_code == 0, done.output
    return done.stdout.splitlines()


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("metrics.loss:<0.01", "Runs where the last `loss` is below 0.01."),
        ("status:running|failed", "Runs where the status is `running` or `failed`."),
        ("name:~x", "Runs where (the name is not `x`, or is missing)."),
        ("name:~%x%", "Runs where (the name does not contain `x` (in any case), or is missing)."),
        ("inputs.lr:nil", "Runs where the input `lr` is missing."),
        ("tags:~a", "Runs where none of the tags is `a`."),
        (
            "min(metrics.loss):0.1..0.4",
            "Runs where the lowest `loss` of its history is at least 0.1 and is at most 0.4.",
        ),
        (
            "metrics.loss:~0.1..0.4",
            "Runs where (the last `loss` is not both at least 0.1 and at most 0.4, or is missing).",
        ),
        ("artifacts(kind:model)", "Runs where there is an artifact where the kind is `model`."),
        ("artifacts.kind:~model", "Runs where there is no artifact where the kind is `model`."),
        ("pipeline:nil", "Runs where the pipeline is missing."),
        ("duration:>1h", "Runs where the duration is above 3,600 seconds."),
        (
            "kind:a, (kind:b OR NOT kind:c)",
            "Runs where the kind is `a`, and (the kind is `b`, or (the kind is not `c`, or is missing)).",
        ),
        ("created_at:>=2026-11-22", "Runs where `created_at` is at or after 2026-11-22 00:00 UTC."),
        ("metrics.a:<metrics.b", "Runs where the last `a` is below the last `b`."),
        ("memory:4Gi", "Runs where the memory is 4,294,967,296 bytes."),
        ("is_managed:~true", "Runs where (`is_managed` is not true, or is missing)."),
        ("status:_any_", "All runs."),
        (
            "upstream*.status:failed",
            "Runs where there is an upstream run at any distance where the status is `failed`.",
        ),
    ],
)
def test_the_sentence(query, first):
    assert _lines("explain", query)[0] == first


def test_missing_values_order_and_page_are_told():
    assert _lines("explain", "metrics.loss:<0.01", "--sort", "-inputs.lr", "--offset", "5")[1:] == [
        "Runs without a `loss` don't match.",
        "Order: `inputs.lr` descending; missing values last; ties by uuid.",
        "Page: the first 5 passed over, at most 20 shown.",
    ]
    assert _lines("explain", "metrics.acc:<metrics.b, user:a", "--all")[1:-1] == [
        "Runs without an `acc` don't match.",
        "Runs without a `b` don't match.",
        "Runs without a user don't match.",
    ]
    assert _lines("explain", "metrics.loss:<0.01 OR status:failed", "--all")[1:] == [
        "Order: `updated_at` newest first; missing values last; ties by uuid.",
    ]


def test_what_cannot_match_is_told():
    lines = _lines("explain", "metrics.loss:<0.1, metrics.loss:>0.4")
    assert lines[-1] == (
        "Note: this query can never hold, because of `metrics.loss:<0.1` and `metrics.loss:>0.4`."
    )


def test_the_stages():
    query = "metrics.loss:<0.01, artifacts(kind:model)"
    assert _lines("explain", query, "--emit", "ast")[:2] == ["And  [0..41]", "  Condition  [0..18]"]
    assert _lines("explain", query, "--emit", "bound", "--all") == [
        "and",
        '  is metrics.loss ["<", 0.01]',
        "  some artifacts",
        '    is kind ["text", "model"]',
        "sort: -updated_at",
        "ties: uuid",
    ]
    plan = _lines("explain", query, "--emit", "plan")
    assert [line for line in plan if not line.startswith("    ")] == [
        "All",
        "  Holds",
        "  Exists",
        "sort: -updated_at",
        "ties: uuid",
        "limit: 20",
    ]
    statement, *parameters = _lines("explain", query, "--emit", "sql")
    assert statement.startswith('SELECT r."uuid" FROM runs AS r WHERE')
    assert "0.01" not in statement
    assert "-- $3 = 0.01" in parameters


def test_the_engine_s_plan_needs_an_index():
    done = CliRunner().invoke(app, ["explain", "status:running", "--emit", "duckdb"])
    assert done.exit_code == 3
    assert "no index" in done.stderr


def test_a_code_s_page_in_any_case():
    assert _lines("explain", "pql301")[0] == "# PQL301: number expected"


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["explain", "PQL399"], "PQL399"),
        (["explain", "status:"], "PQL104"),
        (["explain", "status:running", "--emit", "tea"], "--emit"),
        (["explain", "status:running", "--entity", "tea"], "--entity"),
        (["explain", "status:running", "--limit", "0"], "--limit"),
        (["explain", "status:running", "--all", "--limit", "1"], "--all"),
        (["fmt", "status:"], "PQL104"),
    ],
)
def test_wrong_use_is_named(arguments, word):
    done = CliRunner().invoke(app, arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert word in done.stderr


def test_fmt():
    assert _lines("fmt", "status : running | failed and kind:job") == ["status:running|failed, kind:job"]
    assert _lines("fmt", stdin="NOT  name:'a, b'\n") == ['NOT name:"a, b"']
    assert _lines("fmt", "kind:job", "--sort", " -name ,uuid") == ["kind:job", "-name, uuid"]
    assert CliRunner().invoke(app, ["fmt", "--check", "kind : job"]).exit_code == 1
    assert CliRunner().invoke(app, ["fmt", "--check", "kind:job"]).exit_code == 0


def test_defaults_are_conditions_like_others():
    first = _lines("explain", "status:failed", "--defaults", "polyaxon")[0]
    assert first.startswith("Runs where the status is `failed`, and `created_at` is at or after 20")
    assert first.endswith(", and (the live state is 1, or the live state is missing).")
    assert _lines("explain", "created_at:_any_ OR live_state:0", "--defaults", "polyaxon")[0] == (
        "Runs where the live state is 0."
    )
    tree = _lines("explain", "a:1 OR b:2", "--emit", "ast", "--defaults", "polyaxon")
    assert [line.split()[0] for line in tree if line.startswith("  ") and line[2] != " "] == [
        "Or",
        "Condition",
        "Or",
    ]
    wrong = CliRunner().invoke(app, ["explain", "status:failed", "--defaults", "tea"])
    assert (wrong.exit_code, wrong.stdout) == (2, "")
    assert "--defaults is one of polyaxon, not 'tea'" in wrong.stderr
