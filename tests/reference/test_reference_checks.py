"""Whether a value passes a test: truth values, the texts that spell them, lists."""

from __future__ import annotations

from typing import Any

import pytest

from pql.binder.bound import FlagTest, JsonEquals
from pql.reference.checks import passes


def nothing(_: Any) -> None:
    raise AssertionError("no other field is asked")


@pytest.mark.parametrize("flag", [True, False])
def test_a_flag_is_itself_or_its_text(flag: bool) -> None:
    tried: list[Any] = [True, False, "true", "false", "True", "FALSE", "", 1, 0, None]
    wanted = [flag, "true"] if flag else [flag, "false"]
    found = [each for each in tried if passes(FlagTest(flag), each, nothing)]
    assert [(type(each), each) for each in found] == [(type(each), each) for each in wanted]


def test_lists_are_compared_as_the_index_writes_them() -> None:
    assert passes(JsonEquals('["é",{"a":2}]'), ["é", {"a": 2}], nothing)
    assert not passes(JsonEquals('["é",{"a":2}]'), ["é", {"a": 3}], nothing)
