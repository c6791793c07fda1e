"""The registry of diagnostics: every code with its message and a page for people."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["CODES", "Code"]


@dataclass(frozen=True, slots=True)
class Code:
    """One kind of finding.

    `message` is a format string over the diagnostic's payload. `meaning` says when it appears; `wrong`
    and `right` are a query that has the problem and its mended form (both are run by the tests).
    """

    code: str
    title: str
    message: str
    meaning: str
    wrong: str
    right: str
    warning: bool = False


def _table(*codes: Code) -> dict[str, Code]:
    table = {each.code: each for each in codes}
    if len(table) != len(codes):
        raise ValueError("a code is registered twice")
    return table


CODES: dict[str, Code] = _table(
    # 1xx: the shape of the text.
    Code(
        "PQL101",
        "empty query",
        "the query is empty",
        "A query needs at least one condition. Leave the query out to get all runs.",
        "",
        "status:succeeded",
    ),
    Code(
        "PQL102",
        "unexpected text",
        "unexpected {found}; expected {expected}",
        "The text can't continue like this at this place.",
        "status:running,, kind:job",
        "status:running, kind:job",
    ),
    Code(
        "PQL103",
        "colon missing",
        "`:` is missing after the field `{field}`",
        "A condition is a field, a colon, and what its value should be.",
        "metrics.loss<0.01",
        "metrics.loss:<0.01",
    ),
    Code(
        "PQL104",
        "value missing",
        "a value is missing after `{after}`",
        "After the colon, or after a comparison, stands a value. `nil` asks for a missing value.",
        "status:",
        "status:running",
    ),
    Code(
        "PQL105",
        "parenthesis not closed",
        "this parenthesis is not closed",
        "Every `(` needs its `)`. A parenthesis inside a value must be quoted.",
        "(status:running, kind:job",
        "(status:running, kind:job)",
    ),
    Code(
        "PQL106",
        "stray parenthesis",
        "this parenthesis closes nothing",
        "There is no `(` that this `)` could close. A parenthesis inside a value must be quoted.",
        "status:running)",
        "status:running",
    ),
    Code(
        "PQL107",
        "quote not closed",
        "this quote is not closed",
        "A value that begins with a quote runs to the same quote; a backslash escapes one inside.",
        'name:"res net',
        'name:"res net"',
    ),
    Code(
        "PQL108",
        "text after a quoted value",
        "unexpected text after the quoted value",
        "A quoted value is whole; a connective or the end must follow it.",
        'name:"res" net',
        'name:"res net"',
    ),
    Code(
        "PQL109",
        "conditions not joined",
        "two conditions stand side by side without a connective",
        "Conditions are joined by a comma, AND or OR. Quote the value if it is meant as one text.",
        "status:running kind:job",
        "status:running, kind:job",
    ),
    Code(
        "PQL110",
        "bar that looks like OR",
        "`|` without blanks makes a list, and `{item}` looks like a condition",
        "Inside a value `|` separates the values of a list. With blanks on both sides it means OR.",
        "status:running|status:failed",
        "status:running | status:failed",
    ),
    Code(
        "PQL111",
        "nested too deeply",
        "the query is nested more than {limit} levels deep",
        "Deep nesting is refused, so that every later stage can be sure of its bounds.",
        "",
        "NOT (status:running)",
    ),
    Code(
        "PQL112",
        "query too long",
        "the query has {length} characters; at most {limit} are taken",
        "A limit on the length protects services that take queries from others. Library callers can "
        "raise it with `max_length`.",
        "",
        "status:running",
    ),
    Code(
        "PQL113",
        "wrong arguments",
        "`{function}` takes {takes}",
        "A history function takes a metric; `at` takes a metric and a step.",
        "at(metrics.loss):<1",
        "at(metrics.loss, 100):<1",
    ),
    Code(
        "PQL114",
        "no Unicode text",
        "this is no Unicode character",
        "The text holds half a surrogate pair, or a byte that is not UTF-8.",
        "",
        "name:naïve",
    ),
    # 2xx: names.
    Code(
        "PQL201",
        "unknown field",
        "there is no field `{field}`",
        "The name is neither a field of this entity nor an alias of one.",
        "stauts:running",
        "status:running",
    ),
    Code(
        "PQL202",
        "key missing",
        "`{field}` needs a key: `{field}.KEY`",
        "Inputs, outputs, metrics and meta fields hold many values; a key says which one is meant.",
        "metrics:<0.1",
        "metrics.loss:<0.1",
    ),
    Code(
        "PQL203",
        "field without keys",
        "`{field}` has no parts, so `.{key}` means nothing",
        "Only sections (inputs, outputs, metrics, meta) and relations (pipeline, artifacts …) have parts.",
        "status.x:running",
        "status:running",
    ),
    Code(
        "PQL204",
        "unknown sort key",
        "runs can't be sorted by `{field}`",
        "A sort key is a scalar field, a `section.key` or a history function of a metric.",
        "",
        "status:running",
    ),
    Code(
        "PQL205",
        "unknown function",
        "there is no function `{function}`",
        "The functions of a metric's history are min max mean first last count argmin argmax at.",
        "median(metrics.loss):<1",
        "mean(metrics.loss):<1",
    ),
    Code(
        "PQL206",
        "not a relation",
        "`{field}` is no relation that a group could ask about",
        "Groups ask about one element of artifacts, connections, upstream or downstream.",
        "tags(name:a)",
        "artifacts(kind:model, name:best)",
    ),
    # 3xx: types.
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
        "metrics.loss:<artifacts.name",
        "metrics.val_loss:<metrics.train_loss",
    ),
    # 4xx: limits.
    Code(
        "PQL401",
        "limit not valid",
        "the limit must be a whole number of at least 1, not {value}",
        "Leave the limit out for all runs.",
        "",
        "status:running",
    ),
    Code(
        "PQL402",
        "offset not valid",
        "the offset must be a whole number of at least 0, not {value}",
        "The offset says how many matches are passed over.",
        "",
        "status:running",
    ),
    Code(
        "PQL403",
        "too large to plan",
        "the conditions on one `{relation}` mix AND and OR in more than {limit} ways",
        "Conditions on one element of a relation are brought into alternatives; too many are refused.",
        "",
        "artifacts(kind:model, name:best)",
    ),
    # 9xx: requests of `pql batch`.
    Code(
        "PQL901",
        "request not readable",
        "the line is no JSON object: {reason}",
        "Each line of a batch is one JSON object.",
        "",
        "status:running",
    ),
    Code(
        "PQL902",
        "request not valid",
        "the request can't be answered: {reason}",
        "A request has the keys id, query, sort, limit, offset and entity, each of its type.",
        "",
        "status:running",
    ),
    # 5xx: warnings.
    Code(
        "PQL501",
        "key in no run",
        "no run in the index has the key `{field}`",
        "The query is right, but nothing was ever logged under this key.",
        "",
        "metrics.loss:<0.1",
        warning=True,
    ),
    Code(
        "PQL502",
        "unknown value",
        "`{value}` is none of the values that `{field}` can have",
        "The field has a closed set of values, so the condition can't match.",
        "",
        "status:running",
        warning=True,
    ),
)
