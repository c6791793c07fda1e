"""Whether a value passes a test: truth values, the texts that spell them, lists."""

from __future__ import annotations

from typing import Any

import pytest

from pql.binder.bound import AllOf, AnyOf, FieldTest, FlagTest, JsonEquals, KeyValue, NumberTest, Operator
from pql.catalog.fields import Section
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


def test_the_other_field_is_asked_for_within_alternatives_and_ends_too() -> None:
    above = FieldTest(Operator.GT, KeyValue(Section.INPUTS, ("limit",)))
    one = NumberTest(Operator.EQ, 1)
    assert passes(AnyOf((one, above)), 7, lambda _: 5)
    assert not passes(AnyOf((one, above)), 3, lambda _: 5)
    assert passes(AllOf((above, above)), 7, lambda _: 5)
    assert not passes(AllOf((above, one)), 7, lambda _: 5)
