"""What RE2 refuses is refused with its reason; what both readings of a class allow is taken."""

from __future__ import annotations

import string
import unicodedata

import pytest

from pql.binder.regexes import regex_fault, regex_size


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("a(?=b)", "RE2 has no look-around"),
        ("(?<!a)b", "RE2 has no look-around"),
        (r"(a)\1", "RE2 has no back-references"),
        ("(?P<n>a)(?P=n)", "RE2 has no back-references"),
        (r"(?P<n>a)\k<n>", "RE2 has no back-references"),
        (r"[a\1]", "RE2 has no back-references"),
        ("(a)?(?(1)b|c)", "RE2 has no conditionals"),
        ("(?>a)", "RE2 has no atomic groups"),
        ("a++", "RE2 has no possessive quantifiers"),
        ("a{2,}+", "RE2 has no possessive quantifiers"),
        ("(?#a)b", "RE2 has no comments"),
        ("(?x)a", "RE2 does not know this flag"),
        (r"\u00e9", "RE2 does not know this escape"),
        (r"\é", "RE2 does not know this escape"),
        (r"[\é]", "RE2 does not know this escape"),
        (r"[a\b]", r"RE2 has no anchors and no `\b` inside a class"),
        (r"[[:alpha:]\z]", r"RE2 has no anchors and no `\b` inside a class"),
        (r"\p{Greek}", "there is no general category of characters `Greek`"),
        (r"[^a\PQ]", "there is no general category of characters `Q`"),
        ("[[:letter:]]", "there is no class of characters `letter`"),
        ("[[:]a[:alpha:]]", "there is no class of characters `]a[:alpha`"),
        ("[a", "a class is not closed"),
        ("[a[:alpha:]", "a class is not closed"),
        (r"[a\]", "a class is not closed"),
        ("[^]", "a class is not closed"),
        ("(" * 500 + ")" * 500, "its groups are nested too deeply"),
        ("a{1001}", "RE2 repeats at most 1000 times"),
        ("a{2,1001}", "RE2 repeats at most 1000 times"),
        ("[^a]{1000}" * 4 + "b", "it is too large with its repetitions written out"),
        ("a" * 1001, "it is longer than 1000 characters"),
    ],
)
def test_a_refused_pattern(pattern: str, reason: str) -> None:
    assert regex_fault(pattern) == reason


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("(a", "unterminated subpattern"),
        ("a)", "unbalanced parenthesis"),
        ("{9}", "nothing to repeat"),
        ("({9})", "nothing to repeat"),
        (r"[a-\\]", "bad character range"),
        (r"[x-\pL]", "bad character range"),
        (r"[A-\pL]", "bad character range"),
        ("[x-[:alpha:]]", "bad character range"),
    ],
)
def test_a_pattern_that_nobody_can_read(pattern: str, words: str) -> None:
    assert words in (regex_fault(pattern) or "")


@pytest.mark.parametrize(
    "pattern",
    [
        "a" * 1000,
        "a{1000}",
        "[^a]{1000}" * 4,
        "[*+]",
        "[(?=]",
        r"\*+",
        r"\(?=",
        r"[\\-a]",
        r"[\pL-z]",
        r"[^\PL\d]",
        "[[:^alpha:]-z]",
        "[[[:word:]]",
        "[:letter:]",
        "[[:]",
        "[]a]",
        "[^][^]",
        r"\[[:alpha:]]",
        r"[x[] \b",
        r"a\z",
        r"\z*",
    ],
)
def test_a_taken_pattern(pattern: str) -> None:
    assert regex_fault(pattern) is None


def test_every_general_category_is_taken_and_no_other_name() -> None:
    known = {unicodedata.category(chr(code)) for code in range(0x10000)} - {"Cn"}  # which RE2 does not know
    names = [first + second for first in string.ascii_letters for second in ("", *string.ascii_lowercase)]
    taken = {each for each in names if regex_fault(rf"\p{{{each}}}") is None}
    assert taken == known | {each[0] for each in known}
    assert regex_fault(r"\p{Any}") is None


def test_every_named_class_is_taken() -> None:
    names = ("alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct")
    more = ("space", "upper", "word", "xdigit")
    assert [each for each in names + more if regex_fault(f"[[:{each}:][:^{each}:]]")] == []


@pytest.mark.parametrize(
    ("pattern", "size"),
    [
        ("abc", 3),
        ("a{1}b", 2),
        ("a{1,900}b", 901),
        ("(.?){1000}", 8_000),
        (r"\pL{3}", 1_200),
        ("[^]a]{3}x", 16),
        ("[[:alpha:]]{3}", 15),
        (r"[\pL]", 400),
        (r"[\PL]", 400),
        (r"a\{3}", 4),
        ("((a{9}){9}){9}", 909),
        ("{9}a", 1),
        ("({9})a", 3),
    ],
)
def test_the_size_of_a_pattern(pattern: str, size: int) -> None:
    assert regex_size(pattern) == size
