"""Keys, statistics, one run, several runs."""

from __future__ import annotations

import csv
import io
import json
import statistics
from pathlib import Path

import pytest
from answer_runs import ESCAPE, make_index, pql, record, uuid_of

from lineage_index import Index
from pql.cli.show_spark import sparkline


def test_keys_have_types_counts_range_and_examples(index: Path) -> None:
    said = pql("keys", "-f", "json", index=index)
    told = {each["key"]: each for each in map(json.loads, said.lines)}
    assert list(told) == [
        "inputs.layers",
        "inputs.lr",
        "inputs.optimizer",
        "inputs.same",
        "metrics.acc",
        "metrics.loss",
    ]
    assert told["inputs.layers"]["examples"] == [[64, 32]]
    assert (told["inputs.lr"]["types"], told["inputs.lr"]["runs"]) == (["number", "text"], 4)
    assert (told["inputs.lr"]["min"], told["inputs.lr"]["max"]) == (-0.5, 0.1)
    assert told["inputs.same"] == {
        "key": "inputs.same",
        "types": ["boolean"],
        "runs": 3,
        "min": None,
        "max": None,
        "examples": [True],
    }
    assert (told["metrics.loss"]["min"], told["metrics.loss"]["max"]) == (0.25, 2.0)


def test_keys_are_chosen_by_part_or_pattern(index: Path) -> None:
    def names(pattern: str) -> list[str]:
        return [json.loads(line)["key"] for line in pql("keys", pattern, "-f", "json", index=index).lines]

    assert names("LO") == ["metrics.loss"]
    assert names("inputs.l*") == ["inputs.layers", "inputs.lr"]
    assert names("outputs.*") == names("metrics.*") == ["metrics.acc", "metrics.loss"]
    nothing = pql("keys", "los_s", index=index)
    assert (nothing.code, nothing.out) == (1, "")
    assert "did you mean `metrics.loss`?" in nothing.err


def test_statistics_are_those_of_the_values(index: Path) -> None:
    said = pql("stats", "--of", "metrics.loss", "-f", "json", index=index)
    (row,) = json.loads(said.out)
    values = [0.5, 0.25, 0.25, 2.0]
    quartiles = statistics.quantiles(values, method="inclusive")
    assert [row["q1"], row["median"], row["q3"]] == quartiles
    assert (row["runs"], row["count"], row["nan"]) == (6, 4, 1)
    assert (row["min"], row["max"], row["mean"]) == (0.25, 2.0, statistics.mean(values))
    assert row["best"] == uuid_of(2)
    (highest,) = json.loads(pql("stats", "--of=-metrics.loss", "-f", "json", index=index).out)
    assert highest["best"] == uuid_of(6)


def test_groups_are_by_value_and_type(index: Path) -> None:
    said = pql("stats", "--by", "status,inputs.same", "--of", "metrics.loss", "-f", "csv", index=index)
    rows = [
        (row["status"], row["inputs.same"], row["runs"], row["min"])
        for row in csv.DictReader(io.StringIO(said.out))
    ]
    assert rows == [
        ("succeeded", "true", "3", "0.25"),
        ("succeeded", "", "2", "0.25"),
        ("failed", "", "1", ""),
    ]


def test_without_numbers_every_metric_is_described(index: Path) -> None:
    said = pql("stats", "tags:a", index=index)
    assert said.lines[0].split() == [
        "of",
        "runs",
        "count",
        "min",
        "q1",
        "median",
        "mean",
        "q3",
        "max",
        "best",
    ]
    assert [line.split()[0] for line in said.lines[1:3]] == ["metrics.acc", "metrics.loss"]
    assert said.lines[-1] == "2 runs matched"
    assert pql("stats", "status:running", index=index).code == 1
    assert pql("stats", "--by", "nope", index=index).code == 2


def test_show_has_everything_of_the_run(index: Path) -> None:
    said = pql("show", "trial 1", index=index)
    assert said.lines[0] == "trial 1"
    for words in (
        uuid_of(1),
        "layers     [64, 32]",
        "same       true",
        "█▄▁",
        "data  model  output  outputs/data  hash-of-data",
        uuid_of(2),
    ):
        assert words in said.out, words
    told = json.loads(pql("show", "trial 2", "-f", "json", index=index).out)
    assert told["upstream"] == [uuid_of(1)]
    assert [each["name"] for each in told["artifacts"]] == ["dataset", "net", "report"]
    assert told["metrics"][0]["curve"] == "█▁"
    assert all(line.isprintable() for line in pql("show", uuid_of(5), index=index).lines)


def test_sparklines() -> None:
    nan = float("nan")
    assert sparkline([], 10) == ""
    assert sparkline([1, 1], 10) == "▄▄"
    assert sparkline([0, nan, 7], 10) == "▁·█"
    assert sparkline([nan, nan], 10) == "··"
    assert sparkline([-1.7e308, 0, 1.7e308], 10) == "▁▅█"
    assert sparkline([float("inf"), 1, 2], 10) == "·▁█"
    assert len(sparkline(list(range(1000)), 32)) == 32


def test_compare_puts_differing_inputs_first(index: Path) -> None:
    said = pql("compare", "trial 1", "trial 2", "trial 3", index=index)
    assert said.code == 0
    titles = [line for line in said.lines if line and not line.startswith((" ", "the"))]
    assert titles == ["inputs that differ", "metrics", "fields that differ"]
    assert said.lines[-1] == "the same in all: same=true"
    row = next(line for line in said.lines if line.startswith("  loss"))
    assert row.split() == ["loss", "0.5", "0.25", "NaN"]
    told = json.loads(pql("compare", "tags:a", "-s", "name", "-f", "json", index=index).out)
    losses = next(each for each in told if each["name"] == "loss")
    assert losses["values"] == {uuid_of(1): 0.5, uuid_of(2): 0.25}
    assert pql("compare", "trial 1", index=index).code == 2
    assert pql("compare", 'name:"trial 1"', index=index).code == 1


def test_notebook_views(index: Path) -> None:
    with Index.open(index) as opened:
        found = opened.search(sort="uuid")
        html = found._repr_html_()
        assert "<p>6 found" in html
        assert ("<b>" in html, "&lt;b&gt;" in html) == (False, True)
        assert ">NaN</td>" in html
        points = found.history("loss").to_pydict()
        assert points["uuid"] == [uuid_of(1)] * 3 + [uuid_of(2)] * 2
        assert points["value"] == [0.9, 0.7, 0.5, 0.5, 0.25]
        assert points["step"] == [0, 1, 2, 0, 1]
        assert found.history("nope").num_rows == 0
        assert opened.search("status:running").history("loss").num_rows == 0
        with pytest.raises(ValueError, match="of runs"):
            opened.search(entity="artifacts").history("loss")
        assert ESCAPE in found.to_arrow()["name"].to_pylist()


def test_runs_are_side_by_side_in_a_narrow_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    long = {"text": "a long text " * 5, "number": 0.123456789, "empty": ""}
    runs = [record(n, inputs={**long, "n": n, "": f"of {n}"}) for n in (1, 2, 3)]
    path = make_index(tmp_path / "index", [*runs, record(4, inputs={"text": "x"})])
    monkeypatch.setattr("pql.cli.compare.terminal_width", lambda file: 60)
    said = pql("compare", "name:%trial%", "-s", "uuid", index=path)
    assert said.lines[0].split() == [uuid_of(n)[:8] for n in (1, 2, 3)]
    assert max(map(len, said.lines[:-1])) <= 60
    below = said.lines.index("")
    assert said.lines[below + 1].split() == [uuid_of(4)[:8]]
    cells = {line.split()[0]: line.split()[1:] for line in said.lines[1:below]}
    assert cells["number"] == ["0.123457"] * 3
    assert cells["empty"] == ['""'] * 3
    assert cells['""'] == ["of", "1", "of", "2", "of", "3"]
