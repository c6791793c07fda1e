"""Regular expressions are RE2: what it refuses is refused here, before any engine sees it."""

from __future__ import annotations

import re
import warnings

__all__ = ["LARGEST_TOGETHER", "regex_fault", "regex_size"]

_LONGEST = 1000
_LARGEST = 20_000
LARGEST_TOGETHER = 500_000
"""The sizes of all patterns of a query. RE2 compiles each for every thread."""

# The patterns here are compiled where they are first needed: most queries hold no regular expression.
# What a class `[…]` holds, one after the other: the name of a class, an escape, a character.
_MEMBERS = r"\]?+(?>\[:.*?:\]|\\.|[^\]\\])*"
_ESCAPES = (
    r"(?P<back>\\[1-9]|\\k[<{'])|(?P<escape>\\(?:[GKRXZuUN]|[^\x00-\x7f]))"
    r"|\\[pP](?:\{\^?(?P<category>\w*)\}|(?P<letter>\w))|\\."
)
_CONSTRUCT = (
    rf"(?s)\[\^?+(?P<members>{_MEMBERS})\]|(?P<open>\[)|{_ESCAPES}"
    r"|(?P<look>\(\?(?:[=!]|<[=!]))|(?P<named>\(\?P=)|(?P<cond>\(\?\()|(?P<atom>\(\?>)"
    r"|(?P<possessive>(?:[*+?]|\{\d+(?:,\d*)?\})\+)|(?P<comment>\(\?#)|(?P<flag>\(\?-?[a-z]*-?[aLux])"
)
_MEMBER = rf"(?s)\[:\^?(?P<posix>.*?):\]|(?P<anchor>\\[zbBA])|{_ESCAPES}"
# RE2 also knows scripts; which characters are of a script changes with every Unicode.
_CATEGORIES = (
    "Any L Ll Lm Lo Lt Lu M Mc Me Mn N Nd Nl No P Pc Pd Pe Pf Pi Po Ps S Sc Sk Sm So Z Zl Zp Zs C Cc Cf Co Cs"
)
_POSIX = "alnum alpha ascii blank cntrl digit graph lower print punct space upper word xdigit"
_NAMES = {
    "posix": ("class", frozenset(_POSIX.split())),
    "category": ("general category", frozenset(_CATEGORIES.split())),
    "letter": ("general category", frozenset(_CATEGORIES.split())),
}
_REASONS = {
    "open": "a class is not closed",
    "look": "RE2 has no look-around",
    "back": "RE2 has no back-references",
    "named": "RE2 has no back-references",
    "cond": "RE2 has no conditionals",
    "atom": "RE2 has no atomic groups",
    "possessive": "RE2 has no possessive quantifiers",
    "comment": "RE2 has no comments",
    "flag": "RE2 does not know this flag",
    "escape": "RE2 does not know this escape",
    "anchor": r"RE2 has no anchors and no `\b` inside a class",
}
# What RE2 knows and Python's re does not: classes with a name, the end of text. A range may not end at such a
# class; a `-` behind it stands for itself.
_RE2_ONLY = r"(?s)(?P<escape>\\[^pPz])|(?P<class>\\[pP](?:\{\^?\w+\}|\w)-?|\[:\^?\w+:\]-?)|\\z"
_UNICODE, _SET = 400, 5
"""About how many instructions a class of Unicode's characters takes, and any other."""

_PART = (
    r"(?sa)(?P<unicode>\\[pP](?:\{\^?\w+\}|\w))|(?P<short>\\[dDsSwW]|\.)|(?P<escaped>\\.)"
    rf"|(?P<set>\[\^?+{_MEMBERS}\])|(?P<times>\{{\d*(?:,\d*)?\}})|(?P<plain>.)"
)
_REPEAT = r"(?a)\{(\d+)?(?:,(\d+)?)?\}"


def regex_fault(pattern: str) -> str | None:
    """Why RE2 would refuse the pattern, or None."""
    if len(pattern) > _LONGEST:
        return f"it is longer than {_LONGEST} characters"
    if reason := _unknown_to_re2(pattern):
        return reason
    if any(int(bound) > 1000 for match in re.finditer(_REPEAT, pattern) for bound in match.groups() if bound):
        return "RE2 repeats at most 1000 times"
    if regex_size(pattern) > _LARGEST:
        return "it is too large with its repetitions written out"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            re.compile(re.sub(_RE2_ONLY, _plain, pattern))
    except RecursionError:
        return "its groups are nested too deeply"
    except (re.error, ValueError, OverflowError) as error:
        return str(error)
    return None


def _unknown_to_re2(pattern: str) -> str | None:
    for construct in re.finditer(_CONSTRUCT, pattern):
        members = construct["members"]
        for part in (construct,) if members is None else re.finditer(_MEMBER, members):
            kind = part.lastgroup
            if kind in _NAMES:
                what, known = _NAMES[kind]
                if part[kind] not in known:
                    return f"there is no {what} of characters `{part[kind]}`"
            elif kind is not None:
                return _REASONS[kind]
    return None


def regex_size(pattern: str) -> int:
    """About how many instructions RE2 makes of a pattern: it writes repetitions out."""
    sizes, last = [0], 0  # of the open groups, from outside; of what a repetition would repeat
    for part in re.finditer(_PART, pattern):
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
    """A stand-in that Python's re can read; any other escape stays."""
    match construct.lastgroup:
        case "escape":
            return construct[0]
        case "class":
            return r"\w"
        case _:
            return "x"
