"""Names, times and amounts."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ingest_store import DASHED, UUID

from lineage_index.ingest.names import decode_name, printable, uuid_hex
from lineage_index.ingest.quantity import cores, memory_bytes, plain_number
from lineage_index.ingest.times import microseconds, parse_time


@pytest.mark.parametrize("text", [UUID, DASHED, UUID.upper(), DASHED.upper()])
def test_a_uuid_is_32_hex_digits(text: str) -> None:
    assert uuid_hex(text) == UUID


@pytest.mark.parametrize(
    "text", ["", UUID + "0", DASHED[:-1], DASHED.replace("-", "_"), f" {UUID}", UUID + "\n"]
)
def test_what_is_no_uuid(text: str) -> None:
    assert uuid_hex(text) is None


@settings(deadline=None)
@given(st.text().filter(lambda name: name.isprintable()))
def test_an_encoded_name_comes_back(name: str) -> None:
    assert decode_name(quote(name, safe="")) == name


@pytest.mark.parametrize("stem", ["train__loss", "a+b", "100%", "%zz", "%ff", "%C3", "größe"])
def test_a_stem_that_is_no_encoding_stands_for_itself(stem: str) -> None:
    assert decode_name(stem) == stem


def test_printable_names_encode() -> None:
    assert printable("größe") == "größe"
    assert printable(b"caf\xe9".decode("utf-8", "surrogateescape")) == "caf\\xe9"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-21T23:22:02.674162+00:00", datetime(2026, 11, 21, 23, 22, 2, 674162)),  # noqa: DTZ001
        ("2026-11-21 23:22:02+02:00", datetime(2026, 11, 21, 21, 22, 2)),  # noqa: DTZ001
        ("2026-11-21T23:22:02Z", datetime(2026, 11, 21, 23, 22, 2)),  # noqa: DTZ001
        ("2026-11-21T23:22:02", datetime(2026, 11, 21, 23, 22, 2)),  # noqa: DTZ001
        ("2026-11-21", datetime(2026, 11, 21)),  # noqa: DTZ001
        ("yesterday", None),
        ("1732231322", None),
        ("", None),
        ("2026-02-30", None),
        ("0001-01-01T00:00:00+05:00", None),
        ("9999-12-31T23:59:59-05:00", None),
    ],
)
def test_times(text: str, expected: datetime | None) -> None:
    assert parse_time(text) == expected


def test_microseconds_are_exact() -> None:
    assert microseconds(datetime(1970, 1, 1, 0, 0, 0, 1)) == 1  # noqa: DTZ001
    assert microseconds(datetime(1969, 12, 31, 23, 59, 59, 999_999)) == -1  # noqa: DTZ001
    assert microseconds(datetime(9999, 12, 31, 23, 59, 59, 999_999)) == 253402300799999999  # noqa: DTZ001


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (2, 2.0),
        (0.5, 0.5),
        ("0.5", 0.5),
        ("500m", 0.5),
        (" 1 ", 1.0),
        ("m", None),
        ("1k", None),
        (True, None),
    ],
)
def test_cores(value: object, expected: float | None) -> None:
    assert cores(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1024, 1024.0),
        ("1024", 1024.0),
        ("4Gi", 4 * 1024**3),
        ("4GiB", 4 * 1024**3),
        ("1GB", 1e9),
        ("129e6", 129e6),
        ("129M", 129e6),
        ("1.5Ki", 1536.0),
        ("2k", 2000.0),
        ("1E", 1e18),
        ("abc", None),
        ("i", None),
        ("5i", None),
        ("-1", None),
        (-1, None),
        ("1e999", None),
        (float("nan"), None),
        (float("inf"), None),
        (10**400, None),
        (None, None),
        (False, None),
    ],
)
def test_memory(value: object, expected: float | None) -> None:
    assert memory_bytes(value) == expected


def test_plain_numbers() -> None:
    assert plain_number("1") == plain_number(1) == 1.0
    assert plain_number("one") is None
    assert plain_number([1]) is None
