"""Regular expressions are RE2: what it refuses is refused here, before any engine sees it."""

from __future__ import annotations

import re
import warnings

__all__ = ["regex_fault"]

_LONGEST = 1000
_NOT_RE2 = re.compile(
    r"(?P<look>\(\?(?:[=!]|<[=!]))|(?P<back>\\[1-9]|\(\?P=|\\k[<{'])|(?P<cond>\(\?\()|(?P<atom>\(\?>)"
    r"|(?P<possessive>(?<!\\)[*+?}]\+)|(?P<comment>\(\?#)|(?P<anchor>\\[GKRXZ])|\\\\|\\."
)
_REASONS = {
    "look": "RE2 has no look-around",
    "back": "RE2 has no back-references",
    "cond": "RE2 has no conditionals",
    "atom": "RE2 has no atomic groups",
    "possessive": "RE2 has no possessive quantifiers",
    "comment": "RE2 has no comments",
    "anchor": "RE2 does not know this escape",
}
# What RE2 knows and Python's re does not: Unicode classes, the end of text.
_RE2_ONLY = re.compile(r"\\[pP](?:\{\^?\w+\}|\w)|\\z|\[\[:\^?\w+:\]\]")
_REPEAT = re.compile(r"\{(\d+)?(?:,(\d+)?)?\}")


def regex_fault(pattern: str) -> str | None:
    """Why RE2 would refuse the pattern, or None."""
    if len(pattern) > _LONGEST:
        return f"it is longer than {_LONGEST} characters"
    for match in _NOT_RE2.finditer(pattern):
        if match.lastgroup is not None:
            return _REASONS[match.lastgroup]
    if any(int(bound) > 1000 for match in _REPEAT.finditer(pattern) for bound in match.groups() if bound):
        return "RE2 repeats at most 1000 times"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            re.compile(_RE2_ONLY.sub("x", pattern))
    except (re.error, OverflowError, RecursionError) as error:
        return str(error) or "it can't be read"
    return None
