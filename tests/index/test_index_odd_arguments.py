"""Arguments that nobody gives by accident: each is refused, or taken for what it is."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from lineage_index import Index, refresh
from lineage_index.index.frames import arrow_table
from lineage_index.index.keys import find_keys
from lineage_index.index.keyset import PageToken, search_digest, write_token
from pql.diagnostics.diagnostic import PqlError

STORE = Path(__file__).parents[1] / "fixtures" / "polyaxon_offline_store.tar.gz"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    folder = tmp_path_factory.mktemp("odd")
    with tarfile.open(STORE) as archive:
        archive.extractall(folder, filter="data")
    refresh(folder / "runs", folder / "index")
    with Index.open(folder / "index") as opened:
        yield opened


@pytest.mark.parametrize(
    ("entity", "last"),
    [
        ("runs", (5,)),
        ("runs", ()),
        ("points", ("a", "loss", "first")),
        ("points", ("a", "loss", 10**400)),
        ("points", ("a", "loss", True)),
        ("artifacts", ("a", "b", "c", "yes", None, 1)),
    ],
)
def test_a_forged_token_is_no_token(index: Index, entity: str, last: tuple[Any, ...]) -> None:
    token = PageToken(index.version, last or ("a", "b"), datetime.now(UTC), search_digest(None, None, entity))
    with pytest.raises(ValueError, match="not a token"):
        index.search(entity=entity, after=write_token(token), limit=2)


def test_a_greatest_length_of_0_takes_nothing(index: Index) -> None:
    index.count("kind:job")
    with pytest.raises(PqlError, match="at most 0"):
        index.count("kind:job", max_length=0)


def test_a_whole_number_that_no_double_holds_makes_a_column_of_texts() -> None:
    rows = [{"uuid": "a", "inputs": {"x": 10**400}}, {"uuid": "b", "inputs": {"x": 1.5}}]
    assert arrow_table(rows)["inputs.x"].to_pylist() == [str(10**400), "1.5"]


def test_only_the_star_is_a_sign_of_a_pattern(index: Index) -> None:
    every = {each.row.key for each in find_keys(index, "*")}
    assert every
    assert find_keys(index, "[a-z]*") == find_keys(index, "?*") == []
