"""Codes of types and literals."""

from __future__ import annotations

from pql.diagnostics.code import Code

__all__ = ["LITERALS"]

LITERALS = (
    Code(
        "PQL301",
        "number expected",
        "`{field}` takes a number, and `{value}` is none",
        "Metrics and other scalar fields are compared with numbers.",
        "metrics.loss:abc",
        "metrics.loss:0.5",
    ),
    Code(
        "PQL302",
        "date expected",
        "`{field}` takes a date or a time, and `{value}` is none",
        "Dates are ISO (2026-11-22, 2026-11-22 10:30, 2026-11), or today, yesterday, now, -7d, "
        "last_7_days, last_month.",
        "created_at:>tomorow",
        "created_at:>yesterday",
    ),
    Code(
        "PQL303",
        "boolean expected",
        "`{field}` takes true or false, and `{value}` is neither",
        "Boolean fields take true, t, 1, yes and false, f, 0, no, in any case.",
        "is_managed:maybe",
        "is_managed:true",
    ),
    Code(
        "PQL304",
        "operation not allowed",
        "`{field}` takes {takes}; {operation} is not among them",
        "Each family of fields has its operations; see the table of fields.",
        "status:>running",
        "status:running",
    ),
    Code(
        "PQL305",
        "size expected",
        "`{field}` takes {takes}, and `{value}` is none",
        "Memory is bytes or a size such as 128Mi, 4GiB, 129M; cpu is cores or millicores such as 500m.",
        "memory:abc",
        "memory:>4Gi",
    ),
    Code(
        "PQL306",
        "duration expected",
        "`{field}` takes seconds or a duration, and `{value}` is none",
        "Durations are seconds, or numbers with units: 90s, 1h30m, 2d.",
        "duration:>abc",
        "duration:>1h30m",
    ),
    Code(
        "PQL307",
        "regular expression not valid",
        "the regular expression is not valid: {reason}",
        "Regular expressions are RE2: no look-around and no back-references.",
        "name:/a(?=b)/",
        "name:/ab/",
    ),
    Code(
        "PQL308",
        "range not valid",
        "a range is `low..high` with at least one end; `{value}` is none",
        "Both ends are values of the field; one may be left out.",
        "metrics.loss:..",
        "metrics.loss:0.1..0.4",
    ),
    Code(
        "PQL309",
        "fields that can't be compared",
        "`{field}` can't be compared with the field `{other}`",
        "The right side of such a comparison is a section.key of numbers.",
        "upstream.metrics.loss:<metrics.loss",
        "metrics.val_loss:<metrics.train_loss",
    ),
)
