"""Long lists of values as one membership test each: a thousand comparisons in a row are dear to plan."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from pql.binder.bound import TextLike
from pql.sql.emitter import FALSE, Emitter, either

__all__ = ["LONG", "PATTERN", "in_elements", "in_numbers", "in_texts", "in_times", "united"]

LONG = 200
"""Lists of more values are given to the engine as one parameter, which it hashes once."""

PATTERN = 3_000
"""Characters of a regular expression that RE2 has room for, whatever they are."""

_EXACT = 2**53
_INT64 = range(-(2**63), 2**63)


def in_texts(emitter: Emitter, texts: Sequence[str], column: str) -> str:
    """The condition that the column is one of the texts."""
    return f"{column} IN (SELECT unnest(CAST({emitter.parameter(tuple(texts))} AS VARCHAR[])))"


def in_elements(emitter: Emitter, escaped: Sequence[str], column: str) -> str:
    """The condition that one of the elements of a set, which `column` holds as text, is one of the texts."""
    parts = f"string_split(substr({column}, 2, length({column}) - 2), '|')"
    inside = in_texts(emitter, escaped, "x")
    return f"EXISTS (SELECT 1 FROM (SELECT unnest({parts}) AS x) WHERE {inside})"


def in_times(emitter: Emitter, spans: Iterable[tuple[datetime, datetime]], column: str) -> str:
    """The condition that the time is in one of the spans, each from its start to before its end."""
    starts: list[datetime] = []
    ends: list[datetime] = []
    for start, end in sorted(spans):
        if ends and start <= ends[-1]:
            ends[-1] = max(ends[-1], end)
        else:
            starts.append(start)
            ends.append(end)
    if len(starts) == 1:  # the engine passes over files and row groups by this
        return f"({column} >= {emitter.parameter(starts[0])} AND {column} < {emitter.parameter(ends[0])})"
    lists = ", ".join(
        f"unnest(CAST({emitter.parameter(tuple(each))} AS TIMESTAMP[])) AS {name}"
        for name, each in (("x", starts), ("y", ends))
    )
    # The spans don't overlap, so that the last to start before a time is the only one that may hold it. The
    # engine finds that one by sorting; two comparisons with every span would take minutes.
    return (
        f"EXISTS (SELECT 1 FROM (SELECT {column} AS z) AS moment ASOF JOIN (SELECT {lists}) AS span "
        "ON moment.z >= span.x WHERE moment.z < span.y)"
    )


def united(likes: Iterable[TextLike]) -> list[str]:
    """Regular expressions that hold where one of the patterns does, once both they and the text are in small
    letters. Of all patterns at once the engine would keep its state: 200 kB of memory each."""
    found: list[str] = []
    for like in likes:
        each = f"{'' if like.open_start else '^'}{re.escape(like.text)}{'' if like.open_end else '$'}"
        if found and len(found[-1]) + len(each) < PATTERN:
            found[-1] += f"|{each}"
        else:
            found.append(each)
    return found


def in_numbers(
    emitter: Emitter, numbers: Sequence[int | float], num: str, big: str | None, has_nan: bool
) -> str:
    """The condition that the value in `num` and `big` equals one of the numbers, as `compare_number` has it
    for each."""
    known = [number for number in numbers if not math.isnan(float(number))]
    doubles = {
        float(number) for number in known if not isinstance(number, int) or int(float(number)) == number
    }
    among = _among(emitter, sorted(doubles), num, "DOUBLE")
    if big is not None and any(abs(float(number)) >= _EXACT for number in known):
        exact = {int(number) for number in known if math.isfinite(float(number))}
        whole = sorted(each for each in exact if abs(each) >= _EXACT and each in _INT64)
        among = f"CASE WHEN {big} IS NULL THEN {among} ELSE {_among(emitter, whole, big, 'BIGINT')} END"
    if has_nan and len(known) < len(numbers):
        return either([among, f"isnan({num})"])
    return among


def _among(emitter: Emitter, values: Sequence[int | float], column: str, kind: str) -> str:
    if not values:
        return FALSE
    return f"{column} IN (SELECT unnest(CAST({emitter.parameter(tuple(values))} AS {kind}[])))"
