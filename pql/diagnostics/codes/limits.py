"""Codes of limits."""

from __future__ import annotations

from pql.diagnostics.code import Code, Form

__all__ = ["LIMITS"]

LIMITS = (
    Code(
        "PQL401",
        "limit not valid",
        "the limit must be a whole number of at least 1, not {value}",
        "Leave the limit out for all runs.",
        '{"id": 1, "query": "status:running", "limit": 0}',
        '{"id": 1, "query": "status:running", "limit": 10}',
        Form.REQUEST,
    ),
    Code(
        "PQL402",
        "offset not valid",
        "the offset must be a whole number of at least 0, not {value}",
        "The offset says how many matches are passed over.",
        '{"id": 1, "query": "status:running", "offset": -1}',
        '{"id": 1, "query": "status:running", "offset": 10}',
        Form.REQUEST,
    ),
    Code(
        "PQL403",
        "too large to plan",
        "the conditions on one `{relation}` mix AND and OR in more than {limit} ways",
        "Conditions on one element of a relation are brought into alternatives; too many are refused.",
        "(artifacts.kind:a OR artifacts.name:b), (artifacts.kind:c OR artifacts.name:d), … nine such …",
        "artifacts(kind:a OR name:b), artifacts(kind:c OR name:d)",
        Form.SKETCH,
    ),
    Code(
        "PQL404",
        "too many lookups",
        "the query looks for more than {limit} different keys, groups of elements or related runs",
        "Each of them is a join for the engine, whose planning grows faster than their number.",
        "inputs.a1:1, inputs.a2:1, … a thousand rare keys …",
        "inputs.a1:1, inputs.a2:1",
        Form.SKETCH,
    ),
)
