"""What RE2 patterns match in the reference, without the engine: classes are ASCII, `$` is the very end."""

from __future__ import annotations

import string

import pytest

from pql.reference.text import fold, matches


@pytest.mark.parametrize(
    ("pattern", "found", "others"),
    [
        (r"^\d$", "09", "aX٣"),
        (r"^\D$", "a٣", "09"),
        (r"^\w$", "aZ_5", "é-"),
        (r"^\W$", "é-", "aZ_5"),
        (r"^\s$", "\t\n\f\r ", "\va\u00a0"),
        (r"^\S$", "\va\u00a0", "\t\n\f\r "),
        (r"^[\d_]$", "7_", "ad\\"),
        (r"^[\D_]$", "a_d", "7"),
        (r"^[\W12]$", "-12", "Xa3"),
        (r"^[\W_]$", "_-é", "a"),
        (r"^[^\W_]$", "aZ5", "_-é"),
        (r"^[^\W\D]$", "5", "a-_"),
        (r"^[^a-c]$", "d^]\n", "abc"),
        (r"^[]a]$", "]a", "b["),
        (r"^[XYZ]$", "XYZ", "W"),
        ("[^b]", "a", "b"),
        ("[:cent:]", ":cent", "a["),
        (r"^[^]a]$", "b[^", "]a"),
        (r"^[a^]$", "a^", "b"),
        (r"^[^^]$", "a", "^"),
        (r"^[[a]$", "[a", "]"),
        (r"^[a&&b||c~~d]$", "ab&|c~d", "e["),
        (r"^[\]\-\\]$", "]-\\", "a"),
        (r"^[\.\^]$", ".^", "a\\"),
        (r"^[[:^alpha:]]$", "1é", "aZ"),
        (r"^[[:digit:][:^alpha:]x]$", "1éx", "aZ"),
        (r"^[^[:^digit:]7]$", "12", "7a"),
        (r"^[\p{Lu}1]$", "AÉİ1", "aı"),
        (r"^[\P{Lu}A]$", "Aaı1", "ÉB"),
        (r"^\p{Lu}$", "AÉİ", "aı1"),
        (r"^\p{^Lu}$", "aı1", "AÉİ"),
        (r"^\P{Lu}$", "aı1", "AÉİ"),
        (r"^\P{^Lu}$", "AÉİ", "aı1"),
        (r"^\pC$", "\t\u200d", "a\u0378"),
        (r"^.$", "aé", "\n"),
        (r"^\.$", ".", "a"),
        (r"^(?s:.)$", "a\n", ""),
        (r"^i$", "i", "Iİı"),
        (r"^[^i]$", "Iİı", "i"),
        (r"^(?i:i)$", "iI", "İı"),
    ],
)
def test_a_character(pattern: str, found: str, others: str) -> None:
    assert [each for each in found if not matches(pattern, each, ignore_case=False)] == []
    assert [each for each in others if matches(pattern, each, ignore_case=False)] == []


@pytest.mark.parametrize(
    ("name", "members"),
    [
        ("alnum", string.digits + string.ascii_letters),
        ("alpha", string.ascii_letters),
        ("ascii", "".join(map(chr, range(128)))),
        ("blank", "\t "),
        ("cntrl", "".join(map(chr, (*range(32), 127)))),
        ("digit", string.digits),
        ("graph", "".join(map(chr, range(33, 127)))),
        ("lower", string.ascii_lowercase),
        ("print", "".join(map(chr, range(32, 127)))),
        ("punct", string.punctuation),
        ("space", "\t\n\v\f\r "),
        ("upper", string.ascii_uppercase),
        ("word", string.digits + string.ascii_letters + "_"),
        ("xdigit", string.hexdigits),
    ],
)
def test_a_named_class(name: str, members: str) -> None:
    tried = [chr(code) for code in range(256)]
    assert {each for each in tried if matches(f"^[[:{name}:]]$", each, ignore_case=False)} == set(members)


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("b", "abc", True),
        ("a$", "a", True),
        ("a$", "a\n", False),
        (r"a\z", "ba", True),
        (r"a\z", "a\n", False),
        (r"a\Ab", "ab", False),
        (r"\Ab", "ab", False),
        (r"\bcat\b", "a cat.", True),
        (r"\bcat", "acat", False),
        (r"\bcat", "écat", True),
        (r"cat\b", "cats", False),
        (r"\Bcat", "acat", True),
        (r"\Bcat", "cat", False),
        ("^a{2}$", "aa", True),
        ("^a{2,}$", "aaa", True),
        ("^a{1,2}$", "aaa", False),
        ("^a{,2}$", "a{,2}", True),
        ("^a{,2}$", "aa", False),
        ("^(?:[ab]|cd)+$", "acdb", True),
    ],
)
def test_a_pattern(pattern: str, text: str, found: bool) -> None:
    assert matches(pattern, text, ignore_case=False) is found


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("ABC", "xabcx", True),
        ("^[a-c]$", "B", True),
        ("^[^a-c]$", "B", False),
        ("^i$", "I", True),
        ("^i$", "İ", False),
        ("^i$", "ı", False),
        ("^ı$", "ı", True),
        ("^İ$", "İ", True),
        ("^İ$", "i", False),
        (r"\bx", "ſx", True),
        (r"\Bx", "ſx", False),
    ],
)
def test_a_pattern_in_any_case(pattern: str, text: str, found: bool) -> None:
    assert matches(pattern, text, ignore_case=True) is found


def test_folding_is_the_simple_lower_case_of_each_character() -> None:
    assert fold("STRASSE straße ΣΑΣ İI") == "strasse straße σασ ii"
    assert [each for each in map(chr, range(0x20000)) if len(fold(each)) != 1] == []
