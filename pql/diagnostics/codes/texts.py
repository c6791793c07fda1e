"""Codes of the shape of a text."""

from __future__ import annotations

from pql.diagnostics.code import Code, Form

__all__ = ["TEXTS"]

TEXTS = (
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
        "NOT (NOT (NOT (… 201 levels …)))",
        "NOT (status:running)",
        Form.SKETCH,
    ),
    Code(
        "PQL112",
        "query too long",
        "the query has {length} characters; at most {limit} are taken",
        "A limit on the length protects services that take queries from others. Library callers "
        "can raise it with `max_length`.",
        "name:run-1|run-2|run-3|… 65,536 characters and more …",
        "name:/^run-[0-9]+$/",
        Form.SKETCH,
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
        "name:na\\udcefve, a byte that is not UTF-8",
        "name:naïve",
        Form.SKETCH,
    ),
)
