"""Values that data and literals are both drawn from, so that conditions hold often enough to tell."""

from __future__ import annotations

import math
from datetime import UTC, datetime

from hypothesis import settings
from hypothesis import strategies as st

from pql.binder.binder import Clock


def share(part: float) -> settings:
    """This part of the examples that the profile gives a test: there are many tests here."""
    return settings(max_examples=max(1, round(settings().max_examples * part)))


CLOCK = Clock(datetime(2024, 7, 1, 12, tzinfo=UTC))

UUIDS = tuple(f"{each:08x}{'0123456789abcdef' * 2}"[:32] for each in (1, 2, 0xA, 0xAB, 0xABC, 0xFFFF, 99, 7))

TEXTS = (
    *(
        "",
        "a",
        "A",
        "b",
        "adam",
        "Adam",
        "ADAMW",
        "madam",
        "é",
        "É",
        "e\u0301",
        "ß",
        "ẞ",
        "straße",
        "STRASSE",
    ),
    *(
        "Σ",
        "σ",
        "ς",
        "ΟΔΟΣ",
        "İ",
        "ı",
        "i",
        "I",
        "K",
        "k",
        "ſ",
        "s",
        "日本",
        "\U0001f600",
        "\U00010400\U00010428",
    ),
    *("x|y", "|", "||", "a\\b", "\\", "\\p", "p|\\", "\\\\p", "\x01", "a\x01b", "\x00", "a\x00b"),
    *(
        "10",
        "010",
        "1_000",
        ".5",
        "5.",
        "+0.5",
        "1e-3",
        "1E3",
        "inf",
        "-inf",
        "Infinity",
        "nan",
        "-NaN",
        "1__0",
    ),
    *("9007199254740993", "9223372036854775808", "-9223372036854775808", "0x10", " 1", "1 ", "٣", "1e400"),
    *(
        "true",
        "false",
        "True",
        "yes",
        "nil",
        "null",
        "_any_",
        "a%b",
        "50%",
        "%",
        "a_b",
        "two words",
        "O'Brien",
    ),
    *(
        'say "hi"',
        "a,b",
        "(x)",
        "a..b",
        "..",
        "~a",
        "<1",
        "=1",
        "line\nbreak",
        "tab\there",
        " padded ",
        "[1]",
    ),
    *('{"a":1}', "/x/", "a/b", "and", "or", "a and b", "not x", "status:running", "s3://b/k", "a:b", "#1"),
    *("running", "failed", "model", "metric", "best", "\N{NO-BREAK SPACE}x", "x" * 40),
)

NUMBERS: tuple[int | float, ...] = (
    *(
        0,
        1,
        -1,
        2,
        3,
        10,
        100,
        1000,
        -5,
        2**31,
        2**53 - 1,
        2**53,
        2**53 + 1,
        2**53 + 2,
        2**53 + 3,
        -(2**53) - 1,
    ),
    *(2**62 + 1, 2**63 - 1, 2**63 - 2, -(2**63), -(2**63) + 1, 2**63, 2**64, 10**30, -(10**30)),
    *(
        0.0,
        -0.0,
        0.5,
        0.1,
        0.25,
        1.0,
        1.5,
        -2.5,
        0.001,
        1e16,
        1e22,
        1.7e308,
        -1.7e308,
        5e-324,
        1e-5,
        123456.789,
    ),
    *(9007199254740992.0, 9223372036854775808.0, 9223372036854774784.0, 1e30),
    *(math.inf, -math.inf, math.nan),
)

PLAIN_NUMBERS = tuple(float(each) for each in NUMBERS if math.isfinite(each))

TIMES = tuple(
    datetime.fromisoformat(text)
    for text in (
        *("2023-12-31T23:59:59.999999", "2024-01-01", "2024-06-01", "2024-06-14T23:59:59", "2024-06-15"),
        *("2024-06-15T08:30:00", "2024-06-15T10:30:00", "2024-06-15T10:30:15", "2024-06-15T10:30:15.500000"),
        *("2024-06-15T10:30:15.599999", "2024-06-15T10:59:59.999999", "2024-06-16", "2024-06-24T12:00:00"),
        *(
            "2024-06-30T12:00:00",
            "2024-07-01",
            "2024-07-01T12:00:00",
            "2025-01-01",
            "1969-12-31",
            "9999-12-31",
        ),
    )
)

DATE_TEXTS = (
    *(
        "2024",
        "2024-06",
        "2024-6-15",
        "2024-06-15",
        "2024-06-15 10",
        "2024-06-15 10:30",
        "2024-06-15T10:30:15",
    ),
    *("2024-06-15T10:30:15.5", "2024-06-15T10:30:15.5Z", "2024-06-15T10:30+02:00", "2024-W24-6"),
    *(
        "today",
        "yesterday",
        "tomorrow",
        "now",
        "-7d",
        "-12h",
        "last_7_days",
        "last_month",
        "9999",
        "20240615T1030",
    ),
)

DURATIONS = ("1h30m", "90s", "2h", "1.5m", "0", "5400", "100", ".5", "1d")
SIZES = ("1Gi", "128Mi", "1GB", "1e3", "1000", "2 K", "0.5")
CORES = ("500m", "0.5", "1", "100u", "1.5")

LIKES = (
    "a",
    "A",
    "dam",
    "ADAM",
    "é",
    "ss",
    "ß",
    "σ",
    "Σ",
    "i",
    "İ",
    "k",
    "K",
    "x",
    "\\",
    "..",
    "_",
    "5%0",
    "two",
    "1",
    "p",
)

PATTERNS = (
    *(
        "a",
        "^a",
        "m$",
        "^$",
        "a.",
        "[a-c]",
        "[^a]",
        r"\d+",
        r"\w",
        r"\W",
        r"\s",
        r"^\S+$",
        r"\bx",
        "(a|b)+",
        "a{2}",
    ),
    *(
        "(?i)adam",
        "(?i:A)dam",
        "é",
        r"\x41",
        r"\.",
        r"\\",
        r"\|",
        "[|]",
        r"[\d.]+$",
        "[[:alpha:]]+$",
        "x*?y",
        "",
        "(?s)k.b",
    ),
)

FLAGS = ("true", "false", "t", "F", "1", "0", "yes", "No", "on", "OFF")


def spellings(number: int | float) -> st.SearchStrategy[str]:
    """Ways to write a number in a query."""
    plain = repr(number)
    ways = [plain]
    if isinstance(number, int):
        ways += [f"{number:_}", f"+{number}" if number >= 0 else plain, f"{number}."]
    elif plain.startswith("0."):
        ways.append(plain[1:])
    return st.sampled_from(ways)


texts = st.sampled_from(TEXTS) | st.text(alphabet="aAbé|\\% ~.1_:'\"", max_size=4)
numbers = st.sampled_from(NUMBERS) | st.integers(-3, 3) | st.floats(width=32)
number_texts = st.sampled_from(NUMBERS).flatmap(spellings) | st.sampled_from(
    (".5", "5.", "+0.5", "1E3", "-nan", "Inf")
)
