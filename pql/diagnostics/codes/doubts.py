"""Codes of what does not stop a query."""

from __future__ import annotations

from pql.diagnostics.code import Code, Form

__all__ = ["DOUBTS"]

DOUBTS = (
    Code(
        "PQL501",
        "key in no run",
        "no run in the index has the key `{field}`",
        "The query is right, but nothing was ever logged under this key.",
        'pql search "metrics.lss:<0.1"',
        'pql search "metrics.loss:<0.1"',
        Form.SKETCH,
        warning=True,
    ),
    Code(
        "PQL502",
        "unknown value",
        "`{value}` is none of the values that `{field}` can have",
        "The field has a closed set of values, so the condition can't match.",
        "status:runing",
        "status:running",
        warning=True,
    ),
    Code(
        "PQL503",
        "nil or null in a list",
        "`{value}` in a list does not ask for missing values",
        "A list asks for values that are there: in it `nil` is a text like any other, and `null`, on inputs, "
        "outputs and meta, matches nothing.",
        "name:nil|bert",
        "name:nil OR name:bert",
        warning=True,
    ),
)
