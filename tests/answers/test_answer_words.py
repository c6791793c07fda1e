"""What a command says of a request that no answer fits: in its own words, with the way out."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from answer_runs import make_index, pql, record, uuid_of
from hypothesis import example, given
from hypothesis import strategies as st

from pql.binder.binder import Clock, bind
from pql.binder.bound import BoundCondition, KeyValue
from pql.catalog.fields import Section
from pql.cli.text import clip
from pql.plan.forms import key_name
from pql.syntax.parser import parse_query


@pytest.mark.parametrize(("entity", "total"), [("runs", "6 runs"), ("artifacts", "6 artifacts")])
def test_an_offset_past_the_last_is_told_and_no_page_follows(index: Path, entity: str, total: str) -> None:
    said = pql("search", "--offset", "6", "--entity", entity, index=index)
    assert (said.code, said.out) == (1, "")
    assert said.err == f"{total} matched; none shown: --offset 6 is past the last\n"
    page = json.loads(pql("search", "--offset", "6", "--entity", entity, "-f", "json", index=index).out)
    assert (page["rows"], page["next"]) == ([], None)
    last = pql("search", "--offset", "5", "--entity", entity, index=index)
    assert last.lines[-1] == f"{total} matched, 1 shown (--all or --limit for more)"


@pytest.mark.parametrize(
    ("arguments", "source"),
    [
        (["search", "-c", "nope"], "columns"),
        (["plot", "--x", "nope", "--y", "inputs.lr"], "x"),
        (["stats", "--by", "nope"], "--by"),
    ],
)
def test_an_unknown_name_is_told_without_a_word_of_sorting(
    index: Path, arguments: list[str], source: str
) -> None:
    said = pql(*arguments, index=index)
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith(f"error[PQL201]: there is no field `nope`\n --> {source}:1:1\n")
    assert "`metrics.nope`" in said.err


@pytest.mark.parametrize(
    "arguments", [["search", "-c", "artifacts.name"], ["stats", "--by", "artifacts.name"]]
)
def test_what_has_many_values_a_run_is_no_column(index: Path, arguments: list[str]) -> None:
    said = pql(*arguments, index=index)
    assert (said.code, said.out) == (2, "")
    assert "sort" not in said.err
    assert "a run" in said.err


def test_a_sort_of_artifacts_by_a_key_of_the_run_names_the_way(index: Path) -> None:
    said = pql("search", "--entity", "artifacts", "-s", "-name,metrics.loss", index=index)
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("error[PQL201]: there is no field `metrics.loss`\n --> sort:1:7\n")
    assert "artifacts are sorted by their own fields and those of their run: `run.metrics.loss`" in said.err
    assert "runs can't" not in pql("search", "--entity", "points", "-s", "nope", index=index).err
    assert "PQL204" in pql("search", "-s", "nope", index=index).err


def test_statistics_of_what_has_no_numbers_are_refused_or_warned_of(index: Path) -> None:
    for field in ("name", "tags", "created_at"):
        said = pql("stats", "--of", field, index=index)
        assert (said.code, said.out) == (2, "")
        assert said.err == f"error: --of takes numbers, and `{field}` holds none; --by takes it\n"
    said = pql("stats", "--of", "inputs.optimizer", index=index)
    assert said.err == "warning: --of: no run that matches has a number in `inputs.optimizer`\n"
    assert pql("stats", "--of", "metrics.loss", "--by", "inputs.lr", index=index).err == ""


@pytest.mark.parametrize("option", ["--of", "--by"])
def test_statistics_warn_of_a_key_that_no_run_has(index: Path, option: str) -> None:
    said = pql("stats", option, "metrics.los", index=index)
    assert said.code == 0
    assert said.err.startswith("warning[PQL501]")
    assert f"--> {option}:1:1" in said.err
    assert "did you mean" in said.err


def test_a_dry_run_of_joins_is_data_where_json_is_asked_for(index: Path, tmp_path: Path) -> None:
    operation = tmp_path / "op.yaml"
    operation.write_text(
        "kind: operation\nhubRef: x\njoins:\n- query: 'status:succeeded'\n  limit: 2\n"
        "  params: {losses: {value: outputs.loss}}\n"
    )
    said = pql("resolve", str(operation), "--dry-run", "-f", "json", index=index)
    assert json.loads(said.out) == [
        {
            "query": "status:succeeded",
            "sort": None,
            "limit": 2,
            "offset": 0,
            "params": ["losses"],
            "matched": 5,
            "taken": 2,
        }
    ]
    assert pql("resolve", str(operation), "--dry-run", index=index).out.startswith("join 1\n")


@pytest.mark.parametrize("what", [uuid_of(1), "0001", "trial 1"])
def test_one_run_is_not_compared(index: Path, what: str) -> None:
    said = pql("compare", what, index=index)
    assert (said.code, said.out) == (2, "")
    assert said.err == f"error: `{clip(what, 30)}` is a run alone; give two runs or more, or a query\n"
    assert "error[PQL103]" in pql("compare", "nothing", index=index).err


def test_an_ambiguous_name_asks_for_one_of_its_runs(tmp_path: Path) -> None:
    twins = make_index(tmp_path / "twins", [record(1, name="twin"), record(2, name="twin")])
    for arguments in (["show", "twin"], ["why", "twin", "status:failed"]):
        said = pql(*arguments, index=twins)
        assert (said.code, said.out) == (2, "")
        assert said.err == (
            "error: `twin` stands for more than one run; give one of these: 000200000000, 000100000000\n"
        )


def test_a_date_before_the_first_version_is_answered_with_the_oldest(index: Path) -> None:
    said = pql("search", "--as-of", "2020-01-01", index=index)
    assert (said.code, said.out) == (3, "")
    found = re.fullmatch(
        r"error: --as-of: the oldest version of the index is of (\S+) UTC; `pql index history` lists them\n",
        said.err,
    )
    assert found is not None
    assert pql("search", "--as-of", found[1], index=index).code == 0
    assert "`pql index history`" not in pql("search", "--as-of", "7", index=index).err


@given(st.lists(st.text(min_size=0, max_size=4), min_size=1, max_size=3).map(".".join))
@example("a*")
@example("a[0]")
@example('odd "key", 1 | b')
def test_a_key_is_named_as_a_query_finds_it(key: str) -> None:
    bound = bind(
        parse_query(f"{key_name('inputs', key)}:1"), (), clock=Clock(datetime(2026, 1, 1, tzinfo=UTC))
    )
    condition = bound.condition
    assert isinstance(condition, BoundCondition)
    assert isinstance(condition.value, KeyValue)
    assert (condition.value.section, condition.value.key) == (Section.INPUTS, key)
