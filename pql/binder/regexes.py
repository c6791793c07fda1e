"""Regular expressions are RE2: what it refuses is refused here, before any engine sees it."""

from __future__ import annotations

import re
import warnings

__all__ = ["LARGEST_TOGETHER", "regex_fault", "regex_size"]

_LONGEST = 1000
_LARGEST = 20_000
LARGEST_TOGETHER = 500_000
"""The sizes of all patterns of a query. RE2 compiles each for every thread."""

_NOT_RE2 = re.compile(
    r"(?P<look>\(\?(?:[=!]|<[=!]))|(?P<back>\\[1-9]|\(\?P=|\\k[<{'])|(?P<cond>\(\?\()|(?P<atom>\(\?>)"
    r"|(?P<possessive>(?<!\\)[*+?}]\+)|(?P<comment>\(\?#)|(?P<flag>\(\?-?[a-z]*-?[aLux])"
    r"|(?P<escape>\\(?:[GKRXZuUN]|[^\x00-\x7f]))|(?P<inside>\[\^?\]?(?:\\[^zbBA]|[^\]\\])*\\[zbBA])|\\\\"
    r"|\\[pP](?:\{\^?(?P<name>\w*)\}|(?P<letter>\w))|\\."
)
# General categories. RE2 also knows scripts; which characters are of a script changes with every Unicode.
_CLASS_NAMES = (
    "Any L Ll Lm Lo Lt Lu M Mc Me Mn N Nd Nl No P Pc Pd Pe Pf Pi Po Ps S Sc Sk Sm So Z Zl Zp Zs C Cc Cf Co Cs"
)
_CLASSES = frozenset(_CLASS_NAMES.split())
_REASONS = {
    "look": "RE2 has no look-around",
    "back": "RE2 has no back-references",
    "cond": "RE2 has no conditionals",
    "atom": "RE2 has no atomic groups",
    "possessive": "RE2 has no possessive quantifiers",
    "comment": "RE2 has no comments",
    "flag": "RE2 does not know this flag",
    "escape": "RE2 does not know this escape",
    "inside": r"RE2 has no anchors and no `\b` inside a class",
}
# What RE2 knows and Python's re does not: Unicode classes, the end of text.
_RE2_ONLY = re.compile(r"\\\\|\\[pP](?:\{\^?\w+\}|\w)|\\z|\[\[:\^?\w+:\]\]")
_UNICODE, _SET = 400, 5
"""About how many instructions a class of Unicode's characters takes, and any other."""

_PART = re.compile(
    r"(?P<unicode>\\[pP](?:\{\^?\w+\}|\w))|(?P<short>\\[dDsSwW]|\.)|(?P<escaped>\\.)"
    r"|(?P<set>\[\^?\]?(?:\[:\^?\w+:\]|\\.|[^\]\\])*\])|(?P<times>\{\d*(?:,\d*)?\})|(?P<plain>.)",
    re.DOTALL | re.ASCII,
)
_REPEAT = re.compile(r"\{(\d+)?(?:,(\d+)?)?\}", re.ASCII)


def regex_fault(pattern: str) -> str | None:
    """Why RE2 would refuse the pattern, or None."""
    if len(pattern) > _LONGEST:
        return f"it is longer than {_LONGEST} characters"
    for match in _NOT_RE2.finditer(pattern):
        kind = match.lastgroup
        if kind in ("name", "letter"):
            if match[kind] not in _CLASSES:
                return f"there is no general category of characters `{match[kind]}`"
        elif kind is not None:
            return _REASONS[kind]
    if any(int(bound) > 1000 for match in _REPEAT.finditer(pattern) for bound in match.groups() if bound):
        return "RE2 repeats at most 1000 times"
    if regex_size(pattern) > _LARGEST:
        return "it is too large with its repetitions written out"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            re.compile(_RE2_ONLY.sub(_plain, pattern))
    except (re.error, ValueError, OverflowError, RecursionError) as error:
        return str(error) or "it can't be read"
    return None


def regex_size(pattern: str) -> int:
    """About how many instructions RE2 makes of a pattern: it writes repetitions out."""
    sizes, last = [0], 0  # of the open groups, from outside; of what a repetition would repeat
    for part in _PART.finditer(pattern):
        match part.lastgroup, part[0]:
            case _, "(":
                sizes.append(0)
                last = 0
                continue
            case _, ")" if len(sizes) > 1:
                last = sizes.pop() + 2
            case "times", bounds:
                last *= max([1, *(int(each) for each in re.findall(r"\d+", bounds))]) - 1
            case "unicode", _:
                last = _UNICODE
            case "set", text if re.search(r"\\[pP]", text):
                last = _UNICODE
            case "short" | "set", _:
                last = _SET
            case _:
                last = 1
        sizes[-1] += last
    return sum(sizes)


def _plain(construct: re.Match[str]) -> str:
    """A stand-in that Python's re can read; an escaped backslash stays."""
    return construct[0] if construct[0] == "\\\\" else "x"
