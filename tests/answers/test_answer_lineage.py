"""Lineage: edges, shared artifacts, cycles, limits, and the formats of drawing programs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from answer_runs import edge, make_index, pql, record, uuid_of

from lineage_index import Index
from lineage_index.index.lineage import Direction, Identity, lineage


def hops(index: Path, number: int, direction: Direction, by: Identity) -> set[tuple[str, str, str]]:
    with Index.open(index) as opened:
        found = lineage(opened, uuid_of(number), direction, None, by)
    return {(node.uuid[:4], link.uuid[:4], link.kind) for node in found.nodes.values() for link in node.links}


def test_edges_and_shared_artifacts_are_followed(index: Path) -> None:
    dag = {("0003", "0002", "dag"), ("0002", "0001", "dag")}
    same_hash, same_uri = ("0002", "0001", "artifact dataset"), ("0003", "0002", "artifact net")
    # Without a hash the URI is all that is known of `net`'s content. `report` is in each run's own folder.
    assert hops(index, 3, Direction.UP, Identity.CONTENT) == {*dag, same_hash, same_uri}
    assert hops(index, 3, Direction.UP, Identity.URI) == {*dag, same_uri}
    assert hops(index, 1, Direction.DOWN, Identity.URI) == {
        ("0001", "0002", "dag"),
        ("0002", "0003", "dag"),
        ("0002", "0003", "artifact net"),
    }


def test_the_tree_says_where_it_stops(index: Path) -> None:
    said = pql("lineage", uuid_of(3), "--up", "1", index=index)
    assert said.lines == [
        "trial 3 00030000 succeeded",
        "upstream",
        "  └─ trial 2 00020000 succeeded  [dag, artifact net]",
        "     └─ ... more behind the limit of hops (--up N)",
    ]
    assert pql("lineage", uuid_of(3), "--up", "0", index=index).lines[2:] == [
        "  └─ ... more behind the limit of hops (--up N)"
    ]
    assert pql("lineage", uuid_of(3), "--up", "x", index=index).code == 2


def test_cycles_are_flagged_and_end(index: Path) -> None:
    said = pql("lineage", uuid_of(4), "--down", "5", index=index)
    assert len(said.lines) == 4
    assert said.lines[3].endswith("(a cycle: it is above)")
    told = json.loads(pql("lineage", uuid_of(4), "-f", "json", index=index).out)
    assert len(told["edges"]) == 2
    assert any(each["closes_cycle"] for each in told["edges"])


def test_runs_that_are_not_in_the_index_are_told(index: Path) -> None:
    said = pql("lineage", uuid_of(6), index=index)
    assert said.lines[:3] == [
        "(no name) 00060000 succeeded",
        "upstream",
        f"  └─ {uuid_of(99)[:8]} (not in the index)  [dag]",
    ]


def test_an_artifact_is_found_by_content_uri_and_name(index: Path) -> None:
    for name in ("hash-of-data", "data", "dataset"):
        said = pql("lineage", name, index=index)
        assert "  made by  trial 1 00010000 succeeded" in said.out
        assert "  used by  trial 2 00020000 succeeded" in said.out
    by_uri = pql("lineage", "s3://bucket/net", "--by", "uri", index=index)
    assert by_uri.lines[1:] == [
        "  made by  trial 2 00020000 succeeded",
        "  used by  trial 3 00030000 succeeded",
    ]
    apart = pql("lineage", "report", index=index)
    assert len([line for line in apart.lines if not line.startswith(" ")]) == 2
    assert pql("lineage", "nothing like it", index=index).code == 1


@pytest.mark.parametrize("form", ["dot", "mermaid"])
def test_names_cannot_break_out_of_a_graph(index: Path, form: str) -> None:
    said = pql("lineage", uuid_of(5), "-f", form, index=index)
    assert said.code == 0
    assert all(line.isprintable() for line in said.lines)
    if form == "dot":
        assert said.out.count("->") == 2
        assert said.lines[-1] == "}"
        assert all(line.count('"') % 2 == 0 for line in said.lines)
    else:
        labels = [line for line in said.lines if '["' in line]
        assert len(labels) == 2
        assert not any(each in line for line in labels for each in "<>|`")


def test_a_long_chain_is_walked(tmp_path: Path) -> None:
    chain = [record(number, edges=(edge(number - 1),) if number > 1 else ()) for number in range(1, 31)]
    path = make_index(tmp_path / "index", chain)
    assert len(pql("lineage", uuid_of(30), "--up", "100", index=path).lines) == 31
    limited = pql("lineage", uuid_of(30), index=path)
    assert limited.lines[12].strip().startswith("└─ ... more behind the limit")
